#include "lapis/layers/dense.h"

#include "layers/run_layer.h"
#include "support/error_text.h"

using namespace lapis;
using namespace lapis_test;

TEST_CASE("Dense: x kernel + bias, row by row") {
  const Dense layer("dense", {.units = 3});
  const Values parameters = {1,   2, 3,  //
                             4,   5, 6,  //
                             0.5, 0, -0.5};
  CHECK_THAT(forward(layer, {{2, 2}, {1, 2, 0, -1}, parameters}), near({9.5, 12, 14.5, -3.5, -5, -6.5}));
}

TEST_CASE("Dense on rank 3 uses the same weights at every position") {
  const Dense layer("dense", {.units = 1, .activation = Activation::relu});
  CHECK(layer.output_shape({kUnknown, 3, 2}) == Shape({kUnknown, 3, 1}));
  CHECK_THAT(forward(layer, {{1, 3, 2}, {1, 2, 3, 4, -5, -6}, {1, 10, 1}}), near({22, 44, 0}));
}

TEST_CASE("Dense's gradients") {
  const Dense layer("dense", {.units = 3});
  const LayerGradients gradients = backward(layer, {{1, 2}, {1, 2}, {1, 2, 3, 4, 5, 6, 0, 0, 0}}, {1, 0, -1});
  CHECK_THAT(gradients.dx, near({-2, -2}));
  CHECK_THAT(gradients.parameters, near({1, 0, -1,  //
                                         2, 0, -2,  //
                                         1, 0, -1}));
}

TEST_CASE("Dense's relu has the gradient 0 at 0") {
  const Dense layer("dense", {.units = 2, .activation = Activation::relu, .use_bias = false});
  // The sums are 0 and 2.
  const LayerGradients gradients = backward(layer, {{1, 1}, {1}, {0, 2}}, {5, 7});
  CHECK_THAT(gradients.parameters, near({0, 7}));
  CHECK_THAT(gradients.dx, near({14}));
}

TEST_CASE("Dense's softmax, and its gradient fused with the loss") {
  const Dense layer("dense", {.units = 2, .activation = Activation::softmax, .use_bias = false});
  LayerInput input = {{1, 1}, {1}, {std::log(Real(3)), 0}};
  CHECK_THAT(forward(layer, input), near({0.75, 0.25}));
  CHECK(layer.ends_in_softmax());
  // y (dy - sum(y dy)) = [0.75 * (1 - 0.75), 0.25 * -0.75].
  CHECK_THAT(backward(layer, input, {1, 0}).parameters, near({0.1875, -0.1875}));
  input.dy_is_logits = true;
  CHECK_THAT(backward(layer, input, {1, 0}).parameters, near({1, 0}));
}

TEST_CASE("Dense with RMSNorm normalises x kernel, then adds the bias, then activates") {
  const Dense layer("dense", {.units = 2, .activation = Activation::relu, .use_rmsnorm = true});
  // x kernel = [3, 4], root of the mean square 5 / sqrt 2; scale [2, 1], bias [1, -2].
  const Real root = 5 / std::sqrt(Real(2));
  CHECK_THAT(forward(layer, {{1, 1}, {1}, {3, 4, 1, -2, 2, 1}}), near({3 / root * 2 + 1, 0}));
  CHECK_THAT(forward(layer, {{1, 1}, {1}, {3, 4, 1, -1, 2, 1}}), near({3 / root * 2 + 1, 4 / root - 1}));
  // The bias is outside the norm: x kernel may be as large as it likes.
  CHECK_THAT(forward(layer, {{1, 1}, {1000}, {3, 4, 1, -1, 2, 1}}), near({3 / root * 2 + 1, 4 / root - 1}));
}

TEST_CASE("Dense with RMSNorm: gradients of bias and scale") {
  const Dense layer("dense", {.units = 2, .use_rmsnorm = true});
  const Real root = 5 / std::sqrt(Real(2));
  const LayerGradients gradients = backward(layer, {{1, 1}, {1}, {3, 4, 0, 0, 1, 1}}, {10, 20});
  // kernel: with n = x / root, dx = (dy - n mean(dy n)) / root; mean(dy n) = (30 + 80) / 2 / root.
  const Real mean = 55 / root;
  const Real kernel_0 = (10 - 3 / root * mean) / root;
  const Real kernel_1 = (20 - 4 / root * mean) / root;
  CHECK_THAT(gradients.parameters, near({kernel_0, kernel_1, 10, 20, 10 * 3 / root, 20 * 4 / root}));
  CHECK(std::abs(gradients.dx[0]) < 1e-4);  // the norm takes the size of x away
}

TEST_CASE("Dense's parameters, shapes and MACs") {
  CHECK(parameter_list(Dense("dense", {.units = 3}), {kUnknown, 5}) == "kernel [5,3], bias [3]");
  CHECK(parameter_list(Dense("dense", {.units = 3, .use_bias = false}), {kUnknown, kUnknown, 5}) ==
        "kernel [5,3]");
  const Dense norm("dense", {.units = 3, .use_rmsnorm = true});
  CHECK(parameter_list(norm, {kUnknown, 5}) == "kernel [5,3], bias [3], scale [3]");
  CHECK(norm.parameters({1, 5})[2].initializer.kind == Initializer::Kind::ones);
  CHECK(norm.output_shape({kUnknown, kUnknown, 5}) == Shape({kUnknown, kUnknown, 3}));
  CHECK(norm.macs({4, 2, 5}) == 4 * 2 * 5 * 3);
  CHECK(norm.mask_rule() == MaskRule::pass);
}

TEST_CASE("Dense refuses what does not fit") {
  CHECK(error_text([] { Dense("dense", {.units = 3}).output_shape({5}); }) ==
        R"(layer "dense" (Dense): input [5], expected [batch,...,inputs])");
  CHECK(error_text([] {
          Dense("dense", {.units = 3}).output_shape({5, kUnknown});
        }) == R"(layer "dense" (Dense): input [5,?], expected a known last size)");
  CHECK(error_text([] {
          Dense("dense", {}).output_shape({5, 2});
        }) == R"(layer "dense" (Dense): units is 0, expected at least 1)");
}
