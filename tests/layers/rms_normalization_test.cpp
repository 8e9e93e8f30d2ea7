#include "lapis/layers/rms_normalization.h"

#include "layers/run_layer.h"
#include "support/error_text.h"

using namespace lapis;
using namespace lapis_test;

namespace {

const Real kRoot = 5 / std::sqrt(Real(2));  // of the mean square of 3 and 4

}  // namespace

TEST_CASE("RMSNormalization divides by the root of the mean square, without centring") {
  const RMSNormalization layer("rms_normalization", {.epsilon = 0});
  CHECK_THAT(forward(layer, {{1, 2}, {3, 4}, {1, 2}}), near({3 / kRoot, 8 / kRoot}));
  // Each row alone, whatever its size.
  CHECK_THAT(forward(layer, {{1, 2, 2}, {3, 4, -300, 400}, {1, 1}}),
             near({3 / kRoot, 4 / kRoot, -3 / kRoot, 4 / kRoot}));
}

TEST_CASE("RMSNormalization's epsilon is added to the mean square") {
  const RMSNormalization layer("rms_normalization", {.epsilon = 0.25});
  // sqrt(12 + 0.25) = 3.5.
  CHECK_THAT(forward(layer, {{1, 3}, {0, 0, 6}, {7, 7, 7}}), near({0, 0, 12}));
  CHECK_THAT(forward(layer, {{1, 2}, {0, 0}, {7, 7}}), near({0, 0}));
}

TEST_CASE("RMSNormalization hands no mask on, as Keras's does not") {
  CHECK(RMSNormalization("rms_normalization", {}).mask_rule() == MaskRule::drop);
}

TEST_CASE("RMSNormalization's gradients") {
  const RMSNormalization layer("rms_normalization", {.epsilon = 0});
  const LayerGradients gradients = backward(layer, {{1, 2}, {3, 4}, {1, 2}}, {10, 10});
  CHECK_THAT(gradients.parameters, near({30 / kRoot, 40 / kRoot}));
  // g = dy * scale = [10, 20]; dx = (g - n mean(g n)) / root with n = x / root.
  const Real mean = (10 * 3 + 20 * 4) / (2 * kRoot);
  CHECK_THAT(gradients.dx, near({(10 - 3 / kRoot * mean) / kRoot, (20 - 4 / kRoot * mean) / kRoot}));
}

TEST_CASE("RMSNormalization's parameters, shapes and errors") {
  const RMSNormalization layer("rms", {});
  CHECK(parameter_list(layer, {kUnknown, 3, 8}) == "scale [8]");
  CHECK(layer.parameters({1, 8})[0].initializer.kind == Initializer::Kind::ones);
  CHECK(layer.output_shape({kUnknown, kUnknown, 8}) == Shape({kUnknown, kUnknown, 8}));
  CHECK(error_text([&] { layer.output_shape({8}); }) ==
        R"(layer "rms" (RMSNormalization): input [8], expected [batch,...,n] with a known last size)");
  CHECK(error_text([&] {
          layer.output_shape({8, kUnknown});
        }) ==
        R"(layer "rms" (RMSNormalization): input [8,?], expected [batch,...,n] with a known last size)");
}
