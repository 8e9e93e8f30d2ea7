#include "lapis/layers/batch_normalization.h"

#include "layers/run_layer.h"
#include "support/error_text.h"

using namespace lapis;
using namespace lapis_test;

namespace {

/// gamma, beta, moving_mean, moving_variance of two columns.
const Values kParameters = {2, 1, 10, 0, 1, -1, 3, 8};
/// Columns with means 2 and 0, variances 1 and 4.
const Values kX = {1, -2, 3, 2};

const BatchNormalization::Config kPlain = {.momentum = 0.75, .epsilon = 1};

}  // namespace

TEST_CASE("BatchNormalization predicts with the moving statistics") {
  const BatchNormalization layer("batch_normalization", kPlain);
  // (x - 1) / sqrt(3 + 1) * 2 + 10 and (x + 1) / sqrt(8 + 1).
  CHECK_THAT(forward(layer, {{2, 2}, kX, kParameters}), near({10, -1. / 3, 12, 1}));
  const LayerGradients gradients = backward(layer, {{2, 2}, kX, kParameters}, {1, 2, 3, 4});
  CHECK_THAT(gradients.dx, near({1, 2. / 3, 3, 4. / 3}));
  // gamma: sum of dy * normalised x; beta: sum of dy; the moving ones stay.
  CHECK_THAT(gradients.parameters, near({0 * 1 + 1 * 3, -1. / 3 * 2 + 1 * 4, 4, 6, 0, 0, 0, 0}));
}

TEST_CASE("BatchNormalization trains with the batch's mean and biased variance") {
  const BatchNormalization layer("batch_normalization", kPlain);
  const LayerInput input = {.shape = {2, 2}, .x = kX, .parameters = kParameters, .training = true};
  const Real a = 1 / std::sqrt(Real(2)), b = 2 / std::sqrt(Real(5));
  CHECK_THAT(forward(layer, input), near({10 - 2 * a, -b, 10 + 2 * a, b}));
}

TEST_CASE("BatchNormalization's backward says how the moving statistics change") {
  const BatchNormalization layer("batch_normalization", kPlain);
  const LayerInput input = {.shape = {2, 2}, .x = kX, .parameters = kParameters, .training = true};
  const Values gradients = backward(layer, input, {0, 0, 0, 0}).parameters;
  // (1 - 0.75) (the batch's - the moving one): means 2 and 0 against 1 and -1, variances 1 and 4 against
  // 3, 8.
  CHECK_THAT(gradients, near({0, 0, 0, 0, 0.25, 0.25, -0.5, -1}));
}

TEST_CASE("BatchNormalization's statistics leave masked steps out, its output does not") {
  const BatchNormalization layer("batch_normalization", {.momentum = 0, .epsilon = 1});
  const LayerInput input = {.shape = {2, 2, 1},
                            .x = {1, 100, 3, 2},
                            .parameters = {1, 0, 0, 1},
                            .mask = {1, 0, 1, 0},
                            .training = true};
  const Real a = 1 / std::sqrt(Real(2));
  CHECK_THAT(forward(layer, input), near({-a, 98 * a, a, 0}));
  const Values gradients = backward(layer, input, {0, 0, 0, 0}).parameters;
  CHECK_THAT(gradients, near({0, 0, 2, 0}));  // mean 2 from 0, variance 1 from 1
  LayerInput all_masked = input;
  all_masked.mask = {0, 0, 0, 0};
  CHECK_THAT(forward(layer, all_masked), near({1, 100, 3, 2}));  // Keras: mean 0 and variance 0
}

TEST_CASE("BatchNormalization of a large offset keeps its digits") {
  const BatchNormalization layer("batch_normalization", {.epsilon = 0});
  const Values x = {4096, 4097, 4098, 4099};
  const Values y = forward(layer, {.shape = {4, 1}, .x = x, .parameters = {1, 0, 0, 1}, .training = true});
  const Real unit = 1 / std::sqrt(Real(5));
  CHECK_THAT(y, near({-3 * unit, -unit, unit, 3 * unit}));
}

TEST_CASE("BatchNormalization's parameters, shapes and errors") {
  const Shape x = {kUnknown, 5, 4, 8};
  CHECK(parameter_list(BatchNormalization("bn", {}), x) ==
        "gamma [8], beta [8], moving_mean [8], moving_variance [8]");
  CHECK(parameter_list(BatchNormalization("bn", {.center = false}), x) ==
        "gamma [8], moving_mean [8], moving_variance [8]");
  CHECK(parameter_list(BatchNormalization("bn", {.scale = false}), x) ==
        "beta [8], moving_mean [8], moving_variance [8]");
  const BatchNormalization layer("bn", {});
  CHECK(layer.parameters(x)[1].trainable);
  CHECK_FALSE(layer.parameters(x)[2].trainable);
  CHECK_FALSE(layer.parameters(x)[3].trainable);
  CHECK(layer.parameters(x)[3].initializer.kind == Initializer::Kind::ones);
  CHECK(layer.output_shape(x) == x);
  CHECK(layer.mask_rule() == MaskRule::pass);
  CHECK(BatchNormalization("bn", {.axis = 3}).output_shape(x) == x);
  CHECK(error_text([&] { BatchNormalization("bn", {.axis = 1}).output_shape(x); }) ==
        "layer \"bn\" (BatchNormalization): axis is 1, expected the last one: -1 or 3 (nothing else is "
        "supported)");
  CHECK(error_text([&] {
          layer.output_shape({2, kUnknown});
        }) ==
        R"(layer "bn" (BatchNormalization): input [2,?], expected [batch,...,n] with a known last size)");
}
