#include "lapis/layers/zero_padding2d.h"

#include "layers/run_layer.h"
#include "support/error_text.h"

using namespace lapis;
using namespace lapis_test;

TEST_CASE("ZeroPadding2D puts zeros around the image") {
  const ZeroPadding2D layer("padding", {.padding = {1, 0, 0, 2}});
  const LayerInput input = {{1, 2, 1, 2}, {1, 2, 3, 4}};
  CHECK(forward(layer, input) == Values({0, 0, 0, 0, 0, 0,  //
                                         1, 2, 0, 0, 0, 0,  //
                                         3, 4, 0, 0, 0, 0}));
  const Values dy = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18};
  CHECK(backward(layer, input, dy).dx == Values({7, 8, 13, 14}));
}

TEST_CASE("ZeroPadding2D's shapes and errors") {
  const ZeroPadding2D layer("padding", {.padding = {1, 2, 3, 4}});
  CHECK(layer.output_shape({kUnknown, 5, kUnknown, 3}) == Shape({kUnknown, 8, kUnknown, 3}));
  CHECK(layer.mask_rule() == MaskRule::drop);
  CHECK(error_text([&] {
          layer.output_shape({1, 2, 3});
        }) == R"(layer "padding" (ZeroPadding2D): input [1,2,3], expected [batch,height,width,channels])");
  CHECK(error_text([] {
          ZeroPadding2D("p", {.padding = {0, -1, 0, 0}}).output_shape({1, 2, 3, 4});
        }) == R"(layer "p" (ZeroPadding2D): padding is negative, expected 0 or more on each side)");
}
