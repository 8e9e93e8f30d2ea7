#include "lapis/layers/activation.h"

#include "layers/run_layer.h"
#include "support/error_text.h"

using namespace lapis;
using namespace lapis_test;

namespace {

const Real kLog2 = std::log(Real(2));
const Real kLog3 = std::log(Real(3));

Values apply(Activation activation, const Values& x) {
  const ActivationLayer layer("activation", {.activation = activation});
  return forward(layer, {{1, static_cast<Index>(x.size())}, x});
}

Values gradient(Activation activation, const Values& x, const Values& dy) {
  const ActivationLayer layer("activation", {.activation = activation});
  return backward(layer, {{1, static_cast<Index>(x.size())}, x}, dy).dx;
}

}  // namespace

TEST_CASE("Activation: every function at values that are known by hand") {
  CHECK_THAT(apply(Activation::linear, {-2, 0, 3}), near({-2, 0, 3}));
  CHECK_THAT(apply(Activation::relu, {-2, 0, 3}), near({0, 0, 3}));
  CHECK_THAT(apply(Activation::sigmoid, {0, kLog3, -kLog3}), near({0.5, 0.75, 0.25}));
  CHECK_THAT(apply(Activation::tanh, {0, kLog2, -kLog2}), near({0, 0.6, -0.6}));
  // Keras 3: relu6(x + 3) / 6, not the 0.2 x + 0.5 of old.
  CHECK_THAT(apply(Activation::hard_sigmoid, {-4, -3, 0, 1.5, 3, 4}), near({0, 0, 0.5, 0.75, 1, 1}));
  CHECK_THAT(apply(Activation::softmax, {0, kLog2, kLog3}), near({1. / 6, 2. / 6, 3. / 6}));
}

TEST_CASE("Activation: the functions of later Keras versions") {
  const double e = std::exp(1.0);
  CHECK_THAT(apply(Activation::relu6, {-1, 3, 7}), near({0, 3, 6}));
  CHECK_THAT(apply(Activation::leaky_relu, {-1, 0, 3}), near({-0.2, 0, 3}));
  CHECK_THAT(apply(Activation::elu, {-kLog2, 0, 3}), near({-0.5, 0, 3}));
  CHECK_THAT(apply(Activation::selu, {-kLog2, 0, 1}),
             near({-0.5 * 1.6732632423543772 * 1.0507009873554805, 0, 1.0507009873554805}));
  CHECK_THAT(apply(Activation::softplus, {0, kLog3}), near({std::log(2.0), std::log(4.0)}));
  CHECK_THAT(apply(Activation::softsign, {-1, 0, 3}), near({-0.5, 0, 0.75}));
  CHECK_THAT(apply(Activation::exponential, {-kLog2, 0, 1}), near({0.5, 1, e}));
  CHECK_THAT(apply(Activation::hard_tanh, {-2, 0.5, 2}), near({-1, 0.5, 1}));
  CHECK_THAT(apply(Activation::log_sigmoid, {0, kLog3}), near({std::log(0.5), std::log(0.75)}));
  CHECK_THAT(apply(Activation::log_softmax, {0, kLog2, kLog3}),
             near({std::log(1. / 6), std::log(2. / 6), std::log(3. / 6)}));
  CHECK_THAT(apply(Activation::silu, {0, kLog3}), near({0, 0.75 * std::log(3.0)}));
  CHECK_THAT(apply(Activation::hard_silu, {-4, 0, 1.5, 4}), near({0, 0, 1.125, 4}));
  // Phi(1) = 0.8413447460685429.
  CHECK_THAT(apply(Activation::gelu, {-1, 0, 1}), near({-0.15865525393145707, 0, 0.8413447460685429}));
  CHECK_THAT(apply(Activation::gelu_approximate, {0, 1}),
             near({0, 0.5 * (1 + std::tanh(std::sqrt(2 / 3.141592653589793) * 1.044715))}));
  // softplus(ln 3) = ln 4, tanh(ln 4) = 15 / 17.
  CHECK_THAT(apply(Activation::mish, {0, kLog3}), near({0, std::log(3.0) * 15 / 17}));
  CHECK_THAT(apply(Activation::tanh_shrink, {0, kLog2}), near({0, std::log(2.0) - 0.6}));
}

TEST_CASE("Activation: those too stay finite far from 0") {
  CHECK_THAT(apply(Activation::softplus, {-1000, 1000}), near({0, 1000}));
  CHECK_THAT(apply(Activation::log_sigmoid, {-1000, 1000}), near({-1000, 0}));
  CHECK_THAT(apply(Activation::log_softmax, {-1000, 1000}), near({-2000, 0}));
  CHECK_THAT(apply(Activation::silu, {-1000, 1000}), near({0, 1000}));
  CHECK_THAT(apply(Activation::mish, {-1000, 1000}), near({0, 1000}));
  CHECK_THAT(apply(Activation::gelu, {-1000, 1000}), near({0, 1000}));
  for (const Activation activation : {Activation::silu, Activation::mish, Activation::gelu})
    CHECK_THAT(gradient(activation, {-1000, 1000}, {1, 1}), near({0, 1}));
}

TEST_CASE("Activation: far from 0 the functions stay finite") {
  CHECK_THAT(apply(Activation::sigmoid, {1000, -1000}), near({1, 0}));
  CHECK_THAT(apply(Activation::tanh, {1000, -1000}), near({1, -1}));
  CHECK_THAT(apply(Activation::softmax, {1000, 1000}), near({0.5, 0.5}));
  CHECK_THAT(apply(Activation::softmax, {-1000, 0}), near({0, 1}));
}

TEST_CASE("Activation: softmax works along the last axis only") {
  const ActivationLayer layer("activation", {.activation = Activation::softmax});
  CHECK_THAT(forward(layer, {{1, 2, 2}, {0, 0, kLog3, 0}}), near({0.5, 0.5, 0.75, 0.25}));
}

TEST_CASE("Activation: gradients, ReLU'(0) = 0 among them") {
  CHECK_THAT(gradient(Activation::linear, {-2, 0, 3}, {1, 2, 3}), near({1, 2, 3}));
  CHECK_THAT(gradient(Activation::relu, {-2, 0, 3}, {1, 2, 3}), near({0, 0, 3}));
  CHECK_THAT(gradient(Activation::sigmoid, {0, kLog3}, {4, 16}), near({1, 3}));
  CHECK_THAT(gradient(Activation::tanh, {0, kLog2}, {1, 100}), near({1, 64}));
  CHECK_THAT(gradient(Activation::hard_sigmoid, {-4, 0, 1, 4}, {6, 6, 6, 6}), near({0, 1, 1, 0}));
  // y (dy - sum(y dy)) with y = [1, 2, 3] / 6.
  CHECK_THAT(gradient(Activation::softmax, {0, kLog2, kLog3}, {1, 0, 0}),
             near({5. / 36, -2. / 36, -3. / 36}));
}

TEST_CASE("Activation: a softmax fused with the loss passes the gradient on") {
  const ActivationLayer layer("activation", {.activation = Activation::softmax});
  const LayerInput input = {.shape = {1, 2}, .x = {0, kLog3}, .dy_is_logits = true};
  CHECK_THAT(backward(layer, input, {-0.5, 0.5}).dx, near({-0.5, 0.5}));
  CHECK(layer.ends_in_softmax());
  CHECK_FALSE(ActivationLayer("activation", {.activation = Activation::sigmoid}).ends_in_softmax());
}

TEST_CASE("Activation: names as Keras spells them, shapes, masks") {
  CHECK(activation_name(Activation::linear) == "linear");
  CHECK(activation_name(Activation::relu) == "relu");
  CHECK(activation_name(Activation::sigmoid) == "sigmoid");
  CHECK(activation_name(Activation::tanh) == "tanh");
  CHECK(activation_name(Activation::softmax) == "softmax");
  CHECK(activation_name(Activation::hard_sigmoid) == "hard_sigmoid");
  const ActivationLayer layer("activation", {});
  CHECK(layer.output_shape({kUnknown, kUnknown, 3}) == Shape({kUnknown, kUnknown, 3}));
  CHECK(layer.mask_rule() == MaskRule::pass);
  CHECK(error_text([&] { layer.output_shape({3}); }) ==
        R"(layer "activation" (Activation): input [3], expected a batch and at least one more axis)");
}
