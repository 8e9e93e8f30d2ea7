#include "lapis/layers/global_max_pooling2d.h"

#include "layers/run_layer.h"
#include "support/error_text.h"

using namespace lapis;
using namespace lapis_test;

TEST_CASE("GlobalMaxPooling2D is the largest over all pixels; its gradient goes to the first of them") {
  const GlobalMaxPooling2D layer("pool", {});
  const LayerInput input = {{1, 2, 2, 2}, {1, 4, 3, 4, 3, 0, -6, 2}};
  CHECK_THAT(forward(layer, input), near({3, 4}));
  CHECK_THAT(backward(layer, input, {5, 6}).dx, near({0, 6, 5, 0, 0, 0, 0, 0}));
  CHECK(GlobalMaxPooling2D("pool", {.keepdims = true}).output_shape({3, 5, 7, 8}) == Shape({3, 1, 1, 8}));
}
