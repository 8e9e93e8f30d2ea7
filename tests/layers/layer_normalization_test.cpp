#include "lapis/layers/layer_normalization.h"

#include "layers/run_layer.h"
#include "support/error_text.h"

using namespace lapis;
using namespace lapis_test;

TEST_CASE("LayerNormalization centres and scales each row by itself") {
  const LayerNormalization layer("layer_normalization", {.epsilon = 0});
  // Means 3 and 10, variances 4 and 0.25.
  CHECK_THAT(forward(layer, {{2, 2}, {1, 5, 9.5, 10.5}, {2, 3, 10, 20}}), near({8, 23, 8, 23}));
  CHECK_THAT(forward(layer, {{1, 1, 2}, {1, 5}, {1, 1, 0, 0}}), near({-1, 1}));
}

TEST_CASE("LayerNormalization's epsilon is added to the variance") {
  const LayerNormalization layer("layer_normalization", {.epsilon = 5});
  CHECK_THAT(forward(layer, {{1, 2}, {1, 5}, {3, 3, 0, 0}}), near({-2, 2}));
  CHECK_THAT(forward(layer, {{1, 2}, {7, 7}, {3, 3, 1, 2}}), near({1, 2}));
}

TEST_CASE("LayerNormalization's gradients") {
  const LayerNormalization layer("layer_normalization", {.epsilon = 0});
  // Normalised: -1, 1 (inverse 1/2), twice; two values have no gradient left, so three: 0, 0, 3 with mean 1,
  // variance 2.
  const LayerGradients pair = backward(layer, {{2, 2}, {1, 5, 1, 5}, {2, 3, 10, 20}}, {1, 2, 3, 4});
  CHECK_THAT(pair.parameters, near({-1 - 3, 2 + 4, 4, 6}));
  CHECK_THAT(pair.dx, near({0, 0, 0, 0}));
  const LayerGradients three = backward(layer, {{1, 3}, {0, 0, 3}, {1, 1, 1, 0, 0, 0}}, {6, 0, 0});
  // inverse (g - mean(g) - m mean(g m)) with m = [-1, -1, 2] / sqrt 2: mean(g) = 2, m mean(g m) = [1, 1, -2].
  const Real inverse = 1 / std::sqrt(Real(2));
  CHECK_THAT(three.dx, near({3 * inverse, -3 * inverse, 0}));
}

TEST_CASE("LayerNormalization's parameters, shapes and errors") {
  const Shape x = {kUnknown, kUnknown, 8};
  CHECK(parameter_list(LayerNormalization("ln", {}), x) == "gamma [8], beta [8]");
  CHECK(parameter_list(LayerNormalization("ln", {.center = false}), x) == "gamma [8]");
  CHECK(parameter_list(LayerNormalization("ln", {.scale = false}), x) == "beta [8]");
  const LayerNormalization layer("ln", {});
  CHECK(layer.output_shape(x) == x);
  CHECK(layer.mask_rule() == MaskRule::pass);
  CHECK(error_text([&] { LayerNormalization("ln", {.axis = 1}).output_shape(x); }) ==
        "layer \"ln\" (LayerNormalization): axis is 1, expected the last one: -1 or 2 (nothing else is "
        "supported)");
}
