#include "lapis/layers/relu.h"

#include "layers/run_layer.h"
#include "support/error_text.h"

using namespace lapis;
using namespace lapis_test;

TEST_CASE("ReLU and its gradient, which is 0 at 0") {
  const ReLU layer("re_lu", {});
  const LayerInput input = {{1, 5}, {-3, -0.0F, 0, 1e-30F, 2}};
  CHECK(forward(layer, input) == Values({0, 0, 0, Real(1e-30F), 2}));
  CHECK(backward(layer, input, {1, 2, 3, 4, 5}).dx == Values({0, 0, 0, 4, 5}));
}

TEST_CASE("ReLU with max_value, negative_slope and threshold") {
  const LayerInput input = {{1, 6}, {-3, 0.5, 1, 1.5, 2, 7}};
  const ReLU six("re_lu", {.max_value = 6});
  CHECK_THAT(forward(six, input), near({0, 0.5, 1, 1.5, 2, 6}));
  CHECK_THAT(backward(six, input, {1, 2, 3, 4, 5, 6}).dx, near({0, 2, 3, 4, 5, 0}));
  const ReLU all("re_lu", {.max_value = 2, .negative_slope = 0.5, .threshold = 1});
  CHECK_THAT(forward(all, input), near({-2, -0.25, 0, 1.5, 2, 2}));
  CHECK_THAT(backward(all, input, {1, 2, 3, 4, 5, 6}).dx, near({0.5, 1, 1.5, 4, 0, 0}));
}

TEST_CASE("ReLU keeps shape and mask") {
  const ReLU layer("re_lu", {});
  CHECK(layer.output_shape({kUnknown, kUnknown, 8, 3}) == Shape({kUnknown, kUnknown, 8, 3}));
  CHECK(parameter_list(layer, {2, 3}).empty());
  CHECK(layer.mask_rule() == MaskRule::pass);
}
