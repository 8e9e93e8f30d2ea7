#include "lapis/layers/max_pooling2d.h"

#include "layers/run_layer.h"
#include "support/error_text.h"

using namespace lapis;
using namespace lapis_test;

TEST_CASE("MaxPooling2D takes the largest of each window and leaves out the rest") {
  const MaxPooling2D layer("max_pooling2d", {});
  // 3x5: the last row and the last column fill no window.
  CHECK_THAT(forward(layer, {{1, 3, 5, 1},
                             {1, 2, 9, 4, 50,  //
                              5, 3, 7, 8, 50,  //
                              60, 60, 60, 60, 60}}),
             near({5, 9}));
}

TEST_CASE("MaxPooling2D works on each channel alone") {
  const MaxPooling2D layer("max_pooling2d", {.pool_size = {1, 2}, .strides = {1, 2}});
  CHECK_THAT(forward(layer, {{1, 1, 2, 2}, {1, 20, 10, 2}}), near({10, 20}));
}

TEST_CASE("MaxPooling2D same: padding is at the bottom and right and never the largest") {
  const MaxPooling2D layer("max_pooling2d", {.padding = Padding::same});
  CHECK_THAT(forward(layer, {{1, 3, 3, 1}, {-1, -2, -3, -4, -5, -6, -7, -8, -9}}), near({-1, -3, -7, -9}));
}

TEST_CASE("MaxPooling2D's gradient goes to the first largest element") {
  const MaxPooling2D layer("max_pooling2d", {});
  CHECK_THAT(backward(layer,
                      {{1, 2, 4, 1},
                       {3, 3, 1, 2,  //
                        3, 3, 2, 2}},
                      {10, 20})
                 .dx,
             near({10, 0, 0, 20,  //
                   0, 0, 0, 0}));
}

TEST_CASE("MaxPooling2D's gradients of overlapping windows add up") {
  const MaxPooling2D layer("max_pooling2d", {.strides = {1, 1}});
  CHECK_THAT(backward(layer, {{1, 3, 3, 1}, {1, 2, 3, 4, 9, 6, 7, 8, 5}}, {1, 2, 4, 8}).dx,
             near({0, 0, 0,   //
                   0, 15, 0,  //
                   0, 0, 0}));
}

TEST_CASE("MaxPooling2D's output shapes, no parameters, no mask") {
  const MaxPooling2D valid("max_pooling2d", {.pool_size = {3, 2}, .strides = {2, 1}});
  CHECK(valid.output_shape({kUnknown, 8, 8, 5}) == Shape({kUnknown, 3, 7, 5}));
  CHECK(valid.output_shape({kUnknown, kUnknown, 8, 5}) == Shape({kUnknown, kUnknown, 7, 5}));
  const MaxPooling2D same("max_pooling2d",
                          {.pool_size = {3, 2}, .strides = {2, 1}, .padding = Padding::same});
  CHECK(same.output_shape({2, 7, 8, 5}) == Shape({2, 4, 8, 5}));
  CHECK(parameter_list(same, {2, 7, 8, 5}).empty());
  CHECK(same.macs({2, 7, 8, 5}) == 0);
  CHECK(same.mask_rule() == MaskRule::drop);
}

TEST_CASE("MaxPooling2D refuses what does not fit") {
  const auto text = [](const MaxPooling2D::Config& config, const Shape& x) {
    return error_text([&] { MaxPooling2D("pool", config).output_shape(x); });
  };
  CHECK(text({}, {1, 4, 4}) ==
        R"(layer "pool" (MaxPooling2D): input [1,4,4], expected [batch,height,width,channels])");
  CHECK(text({}, {1, 4, 1, 3}) ==
        R"(layer "pool" (MaxPooling2D): input [1,4,1,3] is smaller than the pool of 2x2)");
  CHECK(text({.pool_size = {2, 0}}, {1, 4, 4, 3}) ==
        R"(layer "pool" (MaxPooling2D): pool_size is 2x0, expected at least 1x1)");
  CHECK(text({.strides = {0, 2}}, {1, 4, 4, 3}) ==
        R"(layer "pool" (MaxPooling2D): strides is 0x2, expected at least 1x1)");
}
