#include "lapis/layers/flatten.h"

#include "layers/run_layer.h"

using namespace lapis;
using namespace lapis_test;

TEST_CASE("Flatten keeps the order height, width, channels and touches no memory") {
  const Flatten layer("flatten", {});
  CHECK(layer.is_view(true));
  CHECK(layer.is_view(false));
  CHECK(forward(layer, {{1, 2, 1, 2}, {1, 2, 3, 4}}) == Values({1, 2, 3, 4}));
}

TEST_CASE("Flatten's shapes") {
  const Flatten layer("flatten", {});
  CHECK(layer.output_shape({kUnknown, 4, 5, 3}) == Shape({kUnknown, 60}));
  CHECK(layer.output_shape({2, 7}) == Shape({2, 7}));
  CHECK(layer.output_shape({kUnknown, kUnknown, 5}) == Shape({kUnknown, kUnknown}));
  CHECK(layer.mask_rule() == MaskRule::drop);
}
