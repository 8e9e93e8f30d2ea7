#include "lapis/layers/conv2d.h"

#include "layers/run_layer.h"
#include "support/error_text.h"

using namespace lapis;
using namespace lapis_test;

namespace {

const Values kOneToNine = {1, 2, 3,  //
                           4, 5, 6,  //
                           7, 8, 9};

}  // namespace

TEST_CASE("Conv2D correlates: the kernel is not turned round") {
  const Conv2D layer("conv2d", {.filters = 1, .kernel_size = {2, 2}, .use_bias = false});
  // 1*1 + 2*2 + 4*3 + 5*4 = 37, one to the right 47, one down 67.
  CHECK_THAT(forward(layer, {{1, 3, 3, 1}, kOneToNine, {1, 2, 3, 4}}), near({37, 47, 67, 77}));
}

TEST_CASE("Conv2D same with an even kernel pads at the bottom and right only") {
  const Conv2D layer("conv2d",
                     {.filters = 1, .kernel_size = {2, 2}, .padding = Padding::same, .use_bias = false});
  CHECK_THAT(forward(layer, {{1, 3, 3, 1}, kOneToNine, {1, 2, 3, 4}}), near({37, 47, 21,  //
                                                                             67, 77, 33,  //
                                                                             23, 26, 9}));
}

TEST_CASE("Conv2D same with strides: the padding depends on the size") {
  const Conv2D layer(
      "conv2d",
      {.filters = 1, .kernel_size = {3, 3}, .strides = {2, 2}, .padding = Padding::same, .use_bias = false});
  const Values ones(9, 1);
  // 4 rows: one row of padding, below. The windows start at rows 0 and 2.
  CHECK_THAT(forward(layer, {{1, 4, 4, 1}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}, ones}),
             near({54, 45, 72, 54}));
  // 3 rows: one above and one below. The windows start at rows -1 and 1.
  CHECK_THAT(forward(layer, {{1, 3, 3, 1}, kOneToNine, ones}), near({12, 16, 24, 28}));
}

TEST_CASE("Conv2D dilation spreads the kernel") {
  const Conv2D layer("conv2d", {.filters = 1, .kernel_size = {2, 2}, .dilation_rate = {2, 2}});
  // The corners 1, 3, 7, 9, and a bias of 100.
  CHECK_THAT(forward(layer, {{1, 3, 3, 1}, kOneToNine, {1, 10, 100, 1000, 100}}), near({9831}));
}

TEST_CASE("Conv2D's kernel is [height, width, channels, filters], then the bias") {
  const Conv2D layer("conv2d", {.filters = 2});
  const Values parameters = {1, 10, 100, 1000, 0.5, -0.5};
  // Two pixels of two channels: [1, 2] and [3, 0].
  CHECK_THAT(forward(layer, {{1, 1, 2, 2}, {1, 2, 3, 0}, parameters}), near({201.5, 2009.5, 3.5, 29.5}));
}

TEST_CASE("Conv2D's activation: relu per element, softmax over the filters") {
  const Conv2D relu("conv2d", {.filters = 2, .activation = Activation::relu});
  CHECK_THAT(forward(relu, {{1, 1, 2, 1}, {1, -1}, {2, -3, 0, 1}}), near({2, 0, 0, 4}));
  const Conv2D softmax("conv2d", {.filters = 2, .activation = Activation::softmax});
  const Real third = std::log(Real(3));
  CHECK_THAT(forward(softmax, {{1, 1, 2, 1}, {1, 0}, {third, 0, 0, 0}}), near({0.75, 0.25, 0.5, 0.5}));
  CHECK(softmax.ends_in_softmax());
  CHECK_FALSE(relu.ends_in_softmax());
}

TEST_CASE("Conv2D's gradients on 3x3 numbers") {
  const Conv2D layer("conv2d", {.filters = 1, .kernel_size = {2, 2}});
  const LayerGradients gradients = backward(layer, {{1, 3, 3, 1}, kOneToNine, {1, 2, 3, 4, 0}}, {1, 1, 1, 1});
  // Each pixel gets the sum of the weights that looked at it.
  CHECK_THAT(gradients.dx, near({1, 3, 2,   //
                                 4, 10, 6,  //
                                 3, 7, 4}));
  // Each weight gets the sum of the pixels that it looked at; the bias one for each output.
  CHECK_THAT(gradients.parameters, near({12, 16, 24, 28, 4}));
}

TEST_CASE("Conv2D's output shapes") {
  const Conv2D same("conv2d", {.filters = 32, .kernel_size = {3, 3}, .padding = Padding::same});
  CHECK(same.output_shape({kUnknown, 32, 30, 3}) == Shape({kUnknown, 32, 30, 32}));
  CHECK(same.output_shape({kUnknown, kUnknown, kUnknown, 3}) == Shape({kUnknown, kUnknown, kUnknown, 32}));
  const Conv2D strided("conv2d", {.filters = 4, .kernel_size = {5, 3}, .strides = {2, 3}});
  CHECK(strided.output_shape({2, 10, 9, 1}) == Shape({2, 3, 3, 4}));
  const Conv2D strided_same(
      "conv2d", {.filters = 4, .kernel_size = {5, 3}, .strides = {2, 3}, .padding = Padding::same});
  CHECK(strided_same.output_shape({2, 9, 10, 1}) == Shape({2, 5, 4, 4}));
  const Conv2D dilated("conv2d", {.filters = 4, .kernel_size = {3, 3}, .dilation_rate = {2, 3}});
  CHECK(dilated.output_shape({2, 5, 7, 1}) == Shape({2, 1, 1, 4}));
}

TEST_CASE("Conv2D's parameters and MACs") {
  const Conv2D layer("conv2d", {.filters = 32, .kernel_size = {3, 3}, .padding = Padding::same});
  CHECK(parameter_list(layer, {kUnknown, 32, 32, 3}) == "kernel [3,3,3,32], bias [32]");
  CHECK(layer.macs({2, 32, 32, 3}) == 2.0 * 32 * 32 * 27 * 32);
  const Conv2D bare("conv2d", {.filters = 8, .kernel_size = {2, 1}, .use_bias = false});
  CHECK(parameter_list(bare, {kUnknown, kUnknown, 4, 5}) == "kernel [2,1,5,8]");
  CHECK(bare.mask_rule() == MaskRule::drop);
}

TEST_CASE("Conv2D refuses what does not fit") {
  const auto text = [](const Conv2D::Config& config, const Shape& x) {
    return error_text([&] { Conv2D("conv2d_1", config).output_shape(x); });
  };
  const Conv2D::Config config = {.filters = 2, .kernel_size = {3, 5}};
  CHECK(text(config, {1, 8, 8}) ==
        R"(layer "conv2d_1" (Conv2D): input [1,8,8], expected [batch,height,width,channels])");
  CHECK(text(config, {1, 8, 8, kUnknown}) ==
        R"(layer "conv2d_1" (Conv2D): input [1,8,8,?], expected a known number of channels)");
  CHECK(text(config, {1, 2, 8, 1}) ==
        R"(layer "conv2d_1" (Conv2D): input [1,2,8,1] is smaller than the kernel of 3x5 with dilation 1x1)");
  CHECK(text({.filters = 2, .kernel_size = {3, 3}, .dilation_rate = {4, 1}}, {1, 8, 8, 1}) ==
        R"(layer "conv2d_1" (Conv2D): input [1,8,8,1] is smaller than the kernel of 3x3 with dilation 4x1)");
  CHECK(
      text({.filters = 2, .kernel_size = {3, 3}, .strides = {2, 1}, .dilation_rate = {1, 2}}, {1, 8, 8, 1}) ==
      R"(layer "conv2d_1" (Conv2D): strides > 1 and dilation_rate > 1 cannot be used together, as in Keras)");
  CHECK(text({.filters = 0}, {1, 8, 8, 1}) ==
        R"(layer "conv2d_1" (Conv2D): filters is 0, expected at least 1)");
  CHECK(text({.filters = 1, .kernel_size = {0, 3}}, {1, 8, 8, 1}) ==
        R"(layer "conv2d_1" (Conv2D): kernel_size is 0x3, expected at least 1x1)");
  CHECK(text({.filters = 1, .strides = {1, 0}}, {1, 8, 8, 1}) ==
        R"(layer "conv2d_1" (Conv2D): strides is 1x0, expected at least 1x1)");
  CHECK(text({.filters = 1, .dilation_rate = {-1, 1}}, {1, 8, 8, 1}) ==
        R"(layer "conv2d_1" (Conv2D): dilation_rate is -1x1, expected at least 1x1)");
}
