#include "lapis/layers/global_average_pooling1d.h"

#include "layers/run_layer.h"
#include "support/error_text.h"

using namespace lapis;
using namespace lapis_test;

namespace {

const Values kX = {1, 10, 2, 20, 6, 60};  // [1, 3, 2]

}  // namespace

TEST_CASE("GlobalAveragePooling1D is the mean over all steps") {
  const GlobalAveragePooling1D layer("pool", {});
  CHECK_THAT(forward(layer, {{1, 3, 2}, kX}), near({3, 30}));
  CHECK_THAT(backward(layer, {{1, 3, 2}, kX}, {3, 6}).dx, near({1, 2, 1, 2, 1, 2}));
}

TEST_CASE("GlobalAveragePooling1D counts only the steps of its mask") {
  const GlobalAveragePooling1D layer("pool", {});
  const LayerInput masked = {.shape = {1, 3, 2}, .x = kX, .mask = {0, 1, 1}};
  CHECK_THAT(forward(layer, masked), near({4, 40}));
  CHECK_THAT(backward(layer, masked, {4, 6}).dx, near({0, 0, 2, 3, 2, 3}));
  // Where no step counts Keras divides 0 by 0.
  const LayerInput none = {.shape = {1, 3, 2}, .x = kX, .mask = {0, 0, 0}};
  CHECK_THAT(forward(layer, none), near({0, 0}));
  CHECK_THAT(backward(layer, none, {4, 6}).dx, near({0, 0, 0, 0, 0, 0}));
}

TEST_CASE("GlobalAveragePooling1D's shapes and errors") {
  CHECK(GlobalAveragePooling1D("pool", {}).output_shape({kUnknown, kUnknown, 8}) == Shape({kUnknown, 8}));
  const GlobalAveragePooling1D kept("pool", {.keepdims = true});
  CHECK(kept.output_shape({kUnknown, kUnknown, 8}) == Shape({kUnknown, 1, 8}));
  CHECK(kept.mask_rule() == MaskRule::drop);
  CHECK(error_text([&] {
          kept.output_shape({1, 2});
        }) == R"(layer "pool" (GlobalAveragePooling1D): input [1,2], expected [batch,time,n])");
}
