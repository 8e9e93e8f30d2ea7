#include "lapis/layers/average_pooling2d.h"

#include "layers/run_layer.h"
#include "support/error_text.h"

using namespace lapis;
using namespace lapis_test;

namespace {

const Values kOneToNine = {1, 2, 3,  //
                           4, 5, 6,  //
                           7, 8, 9};

}  // namespace

TEST_CASE("AveragePooling2D takes the mean of each window, each channel alone") {
  const AveragePooling2D layer("average_pooling2d", {});
  CHECK_THAT(forward(layer, {{1, 2, 2, 2}, {1, 10, 2, 20, 3, 30, 6, 60}}), near({3, 30}));
}

TEST_CASE("AveragePooling2D same divides by the real pixels, not by the window") {
  // Windows of 2x2, padded at the bottom and right: 4, 2, 2 and 1 real pixels.
  const AveragePooling2D even("average_pooling2d", {.padding = Padding::same});
  CHECK_THAT(forward(even, {{1, 3, 3, 1}, kOneToNine}), near({3, 4.5, 7.5, 9}));
  // Windows of 3x3, padded all round: 4 real pixels each.
  const AveragePooling2D odd("average_pooling2d", {.pool_size = {3, 3}, .padding = Padding::same});
  CHECK_THAT(forward(odd, {{1, 3, 3, 1}, kOneToNine}), near({3, 4, 6, 7}));
}

// What TensorFlow.js gives for arange(56), and what Keras with its torch backend gets wrong.
TEST_CASE("AveragePooling2D same, 3x3 by steps of 2, on 7x8") {
  const AveragePooling2D layer("average_pooling2d", {.pool_size = {3, 3}, .padding = Padding::same});
  Values x(56);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<Real>(i);
  Values y = forward(layer, {{1, 7, 8, 1}, x});
  y.resize(4);
  CHECK_THAT(y, near({5, 7, 9, 10.5}));
}

TEST_CASE("AveragePooling2D's gradient is shared out among the real pixels") {
  const AveragePooling2D layer("average_pooling2d", {.padding = Padding::same});
  CHECK_THAT(backward(layer, {{1, 3, 3, 1}, kOneToNine}, {4, 4, 4, 4}).dx, near({1, 1, 2,  //
                                                                                 1, 1, 2,  //
                                                                                 2, 2, 4}));
}

TEST_CASE("AveragePooling2D's shapes are MaxPooling2D's") {
  const AveragePooling2D layer("average_pooling2d",
                               {.pool_size = {3, 2}, .strides = {2, 1}, .padding = Padding::same});
  CHECK(layer.output_shape({kUnknown, 7, kUnknown, 5}) == Shape({kUnknown, 4, kUnknown, 5}));
  CHECK(parameter_list(layer, {2, 7, 8, 5}).empty());
  CHECK(layer.mask_rule() == MaskRule::drop);
  CHECK(error_text([] {
          AveragePooling2D("pool", {}).output_shape({4, 1, 8, 2});
        }) == R"(layer "pool" (AveragePooling2D): input [4,1,8,2] is smaller than the pool of 2x2)");
}
