#include "lapis/layers/global_average_pooling2d.h"

#include "layers/run_layer.h"
#include "support/error_text.h"

using namespace lapis;
using namespace lapis_test;

TEST_CASE("GlobalAveragePooling2D is the mean over all pixels, each channel alone") {
  const GlobalAveragePooling2D layer("pool", {});
  const LayerInput input = {{1, 2, 2, 2}, {1, 10, 2, 20, 3, 30, 6, 60}};
  CHECK_THAT(forward(layer, input), near({3, 30}));
  CHECK_THAT(backward(layer, input, {4, 8}).dx, near({1, 2, 1, 2, 1, 2, 1, 2}));
}

TEST_CASE("GlobalAveragePooling2D counts every pixel of masked rows too, as Keras's") {
  const GlobalAveragePooling2D layer("pool", {});
  const LayerInput input = {.shape = {1, 2, 1, 2}, .x = {1, 10, 3, 30}, .mask = {1, 0}};
  CHECK_THAT(forward(layer, input), near({2, 20}));
  CHECK_THAT(backward(layer, input, {4, 8}).dx, near({2, 4, 2, 4}));
}

TEST_CASE("GlobalAveragePooling2D's shapes and errors") {
  const GlobalAveragePooling2D layer("pool", {});
  CHECK(layer.output_shape({kUnknown, kUnknown, 7, 8}) == Shape({kUnknown, 8}));
  CHECK(GlobalAveragePooling2D("pool", {.keepdims = true}).output_shape({3, 5, 7, 8}) == Shape({3, 1, 1, 8}));
  CHECK(parameter_list(layer, {3, 5, 7, 8}).empty());
  CHECK(error_text([&] {
          layer.output_shape({1, 2, 3});
        }) ==
        R"(layer "pool" (GlobalAveragePooling2D): input [1,2,3], expected [batch,height,width,channels])");
}
