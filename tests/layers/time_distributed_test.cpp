#include "lapis/layers/time_distributed.h"

#include "layers/run_layer.h"
#include "support/error_text.h"

using namespace lapis;
using namespace lapis_test;

#include "lapis/layers/dense.h"
#include "lapis/layers/flatten.h"
#include "lapis/layers/lstm.h"

namespace {

TimeDistributed around(std::shared_ptr<const Layer> layer) {
  return TimeDistributed("time_distributed", {std::move(layer)});
}

}  // namespace

TEST_CASE("TimeDistributed(Dense) applies the same weights to every step") {
  const auto layer = around(std::make_shared<Dense>("dense", Dense::Config{.units = 1}));
  const LayerInput input = {{1, 3, 2}, {1, 2, 3, 4, 5, 6}, {10, 1, 100}};
  CHECK_THAT(forward(layer, input), near({112, 134, 156}));
  const LayerGradients gradients = backward(layer, input, {1, 2, 3});
  CHECK_THAT(gradients.dx, near({10, 1, 20, 2, 30, 3}));
  CHECK_THAT(gradients.parameters, near({1 + 6 + 15, 2 + 8 + 18, 6}));
}

TEST_CASE("TimeDistributed's parameters, shapes and errors") {
  const auto dense = around(std::make_shared<Dense>("dense", Dense::Config{.units = 7}));
  CHECK(parameter_list(dense, {kUnknown, kUnknown, 3}) == "dense/kernel [3,7], dense/bias [7]");
  CHECK(dense.output_shape({kUnknown, kUnknown, 3}) == Shape({kUnknown, kUnknown, 7}));
  CHECK(dense.mask_rule() == MaskRule::pass);
  CHECK(dense.macs({2, 5, 3}) == 2 * 5 * 3 * 7);
  const auto flatten = around(std::make_shared<Flatten>("flatten", Flatten::Config{}));
  CHECK(flatten.output_shape({2, 3, 4, 5}) == Shape({2, 3, 20}));
  CHECK(flatten.is_view(true));
  CHECK(error_text([&] {
          dense.output_shape({1, 2});
        }) == R"(layer "time_distributed" (TimeDistributed): input [1,2], expected [batch,time,...])");
  CHECK(
      error_text([] {
        around(std::make_shared<LSTM>("lstm", LSTM::Config{}));
      }).starts_with(R"(layer "time_distributed" (TimeDistributed): wraps "lstm" (LSTM), expected one of )"));
}
