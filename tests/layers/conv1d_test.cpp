#include "lapis/layers/conv1d.h"

#include "layers/run_layer.h"
#include "support/error_text.h"

using namespace lapis;
using namespace lapis_test;

namespace {

using Padding1D = Conv1D::Padding1D;

const Values kOneToFive = {1, 2, 3, 4, 5};
/// y[t] = x[first] + 10 x[second] + 100 x[third].
const Values kDigits = {1, 10, 100};

Values run(Conv1D::Config config) {
  config.filters = 1;
  config.kernel_size = 3;
  config.use_bias = false;
  return forward(Conv1D("conv1d", config), {{1, 5, 1}, kOneToFive, kDigits});
}

}  // namespace

TEST_CASE("Conv1D slides along time") {
  CHECK_THAT(run({}), near({321, 432, 543}));
  CHECK_THAT(run({.padding = Padding1D::same}), near({210, 321, 432, 543, 54}));
  CHECK_THAT(run({.strides = 2}), near({321, 543}));
  CHECK_THAT(run({.strides = 2, .padding = Padding1D::same}), near({210, 432, 54}));
  CHECK_THAT(run({.dilation_rate = 2}), near({531}));
}

TEST_CASE("Conv1D with causal padding sees nothing that comes later") {
  CHECK_THAT(run({.padding = Padding1D::causal}), near({100, 210, 321, 432, 543}));
  CHECK_THAT(run({.padding = Padding1D::causal, .dilation_rate = 2}), near({100, 200, 310, 420, 531}));
  CHECK_THAT(run({.strides = 2, .padding = Padding1D::causal}), near({100, 321, 543}));
}

TEST_CASE("Conv1D sums over channels, adds a bias and activates") {
  const Conv1D layer("conv1d", {.filters = 2, .kernel_size = 1, .activation = Activation::relu});
  // kernel [1, 2, 2], bias [2].
  CHECK_THAT(forward(layer, {{1, 2, 2}, {1, 2, -3, 4}, {1, 10, 2, 20, 1, -55}}), near({6, 0, 6, 0}));
}

TEST_CASE("Conv1D's gradients") {
  const Conv1D layer("conv1d", {.filters = 1, .kernel_size = 2, .padding = Padding1D::causal});
  const LayerGradients gradients = backward(layer, {{1, 3, 1}, {1, 2, 3}, {5, 7, 0}}, {1, 10, 100});
  // y[t] = 5 x[t-1] + 7 x[t].
  CHECK_THAT(gradients.dx, near({7 + 50, 70 + 500, 700}));
  CHECK_THAT(gradients.parameters, near({10 + 200, 1 + 20 + 300, 111}));
}

TEST_CASE("Conv1D's parameters, shapes and errors") {
  const Conv1D layer("conv1d", {.filters = 4, .kernel_size = 3});
  CHECK(parameter_list(layer, {kUnknown, kUnknown, 2}) == "kernel [3,2,4], bias [4]");
  CHECK(layer.output_shape({kUnknown, kUnknown, 2}) == Shape({kUnknown, kUnknown, 4}));
  CHECK(layer.output_shape({2, 3, 2}) == Shape({2, 1, 4}));
  CHECK(layer.mask_rule() == MaskRule::drop);
  CHECK(layer.macs({2, 5, 2}) == 2 * 3 * 3 * 2 * 4);
  CHECK(error_text([&] {
          layer.output_shape({1, 2, 2});
        }) == R"(layer "conv1d" (Conv1D): input [1,2,2] is shorter than the kernel of 3 with dilation 1)");
  CHECK(error_text([&] {
          layer.output_shape({1, 2});
        }) == R"(layer "conv1d" (Conv1D): input [1,2], expected [batch,time,channels])");
  CHECK(error_text([&] {
          Conv1D("c", {.filters = 1, .strides = 2, .dilation_rate = 2}).output_shape({1, 9, 2});
        }) ==
        R"(layer "c" (Conv1D): strides > 1 and dilation_rate > 1 cannot be used together, as in Keras)");
}
