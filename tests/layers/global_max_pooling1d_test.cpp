#include "lapis/layers/global_max_pooling1d.h"

#include "layers/run_layer.h"
#include "support/error_text.h"

using namespace lapis;
using namespace lapis_test;

TEST_CASE("GlobalMaxPooling1D is the largest over all steps, and knows no mask, as in Keras") {
  const GlobalMaxPooling1D layer("pool", {});
  const LayerInput input = {.shape = {1, 3, 2}, .x = {-1, 9, -2, 7, -3, 8}, .mask = {0, 1, 1}};
  CHECK_THAT(forward(layer, input), near({-1, 9}));
  CHECK_THAT(backward(layer, input, {5, 6}).dx, near({5, 6, 0, 0, 0, 0}));
  CHECK(layer.mask_rule() == MaskRule::drop);
  CHECK(layer.output_shape({kUnknown, kUnknown, 8}) == Shape({kUnknown, 8}));
}
