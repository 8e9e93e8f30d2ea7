#include "lapis/layers/rescaling.h"

#include "layers/run_layer.h"
#include "support/error_text.h"

using namespace lapis;
using namespace lapis_test;

TEST_CASE("Rescaling scales, then adds") {
  const Rescaling layer("rescaling", {.scale = 0.5, .offset = -1});
  const LayerInput input = {{1, 3}, {-2, 0, 4}};
  CHECK_THAT(forward(layer, input), near({-2, -1, 1}));
  CHECK_THAT(backward(layer, input, {1, 2, 4}).dx, near({0.5, 1, 2}));
  CHECK(layer.mask_rule() == MaskRule::pass);
}
