#include "lapis/layers/leaky_relu.h"

#include "layers/run_layer.h"
#include "support/error_text.h"

using namespace lapis;
using namespace lapis_test;

TEST_CASE("LeakyReLU has a slope below 0") {
  const LayerInput input = {{1, 4}, {-2, -1, 0, 3}};
  CHECK_THAT(forward(LeakyReLU("leaky", {}), input), near({-0.6, -0.3, 0, 3}));
  const LeakyReLU layer("leaky", {.negative_slope = 0.5});
  CHECK_THAT(forward(layer, input), near({-1, -0.5, 0, 3}));
  CHECK_THAT(backward(layer, input, {2, 4, 6, 8}).dx, near({1, 2, 3, 8}));
  CHECK(layer.mask_rule() == MaskRule::pass);
  CHECK(layer.output_shape({kUnknown, 4, 3}) == Shape({kUnknown, 4, 3}));
}
