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

TEST_CASE("ReLU keeps shape and mask") {
  const ReLU layer("re_lu", {});
  CHECK(layer.output_shape({kUnknown, kUnknown, 8, 3}) == Shape({kUnknown, kUnknown, 8, 3}));
  CHECK(parameter_list(layer, {2, 3}).empty());
  CHECK(layer.mask_rule() == MaskRule::pass);
}
