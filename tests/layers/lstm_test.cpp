#include "lapis/layers/lstm.h"

#include <cmath>

#include "layers/run_layer.h"
#include "support/error_text.h"

using namespace lapis;
using namespace lapis_test;

namespace {

const Real kLog2 = std::log(Real(2));
const Real kLog3 = std::log(Real(3));

LSTM one_unit(bool return_sequences, bool go_backwards = false, bool zero_output_for_mask = false) {
  LSTM::Config config;
  config.units = 1;
  config.return_sequences = return_sequences;
  config.go_backwards = go_backwards;
  config.zero_output_for_mask = zero_output_for_mask;
  return LSTM("lstm", config);
}

/// Gates of the same value at every step, from the bias: i = 3/4, f = 1/4, candidate = 0.6, o = 1/2. So
/// c = 0.45, 0.5625, 0.590625 and h = tanh(c) / 2.
const Values kConstantGates = {0,     0,      0,     0,  // kernel
                               0,     0,      0,     0,  // recurrent_kernel
                               kLog3, -kLog3, kLog2, 0};

/// The output for a cell state under kConstantGates.
Real half_tanh(double c) {
  return static_cast<Real>(std::tanh(c) / 2);
}

LayerInput three_steps(const std::vector<std::uint8_t>& mask = {}) {
  return {.shape = {1, 3, 1}, .x = {1, 2, 3}, .parameters = kConstantGates, .mask = mask};
}

}  // namespace

TEST_CASE("LSTM's gates stand in the order i, f, c, o") {
  CHECK_THAT(forward(one_unit(true), three_steps()),
             near({half_tanh(0.45), half_tanh(0.5625), half_tanh(0.590625)}));
  CHECK_THAT(forward(one_unit(false), three_steps()), near({half_tanh(0.590625)}));
}

TEST_CASE("LSTM's gates are blocks of units in kernel and recurrent_kernel too") {
  LSTM::Config config;
  config.units = 2;
  const LSTM layer("lstm", config);
  // Step 1 (x = 1): i = [3/4, 1/2], f any, candidate = [0.6, -0.6], o = [1/2, 3/4].
  Values parameters = {kLog3, 0, 0, 0, kLog2, -kLog2, 0, kLog3};
  parameters.resize(8 + 16 + 8);
  const Real h0 = half_tanh(0.45);
  const auto h1 = static_cast<Real>(std::tanh(-0.3) * 0.75);
  CHECK_THAT(forward(layer, {{1, 1, 1}, {1}, parameters}), near({h0, h1}));
  // Step 2 (x = 0): i = f = o = 1/2 for unit 0; its candidate is tanh(4 h0 + 8 h1).
  parameters[8 + 4] = 4;      // recurrent_kernel[0, c of unit 0]
  parameters[8 + 8 + 4] = 8;  // recurrent_kernel[1, c of unit 0]
  const double c0 = 0.45 / 2 + std::tanh(4 * static_cast<double>(h0) + 8 * static_cast<double>(h1)) / 2;
  const double c1 = -0.3 / 2;
  CHECK_THAT(forward(layer, {{1, 2, 1}, {1, 0}, parameters}), near({half_tanh(c0), half_tanh(c1)}));
}

TEST_CASE("LSTM carries both its states over a masked step") {
  // Output: the state before it, 0 at first.
  CHECK_THAT(forward(one_unit(true), three_steps({1, 0, 1})),
             near({half_tanh(0.45), half_tanh(0.45), half_tanh(0.5625)}));
  CHECK_THAT(forward(one_unit(true), three_steps({0, 1, 1})), near({0, half_tanh(0.45), half_tanh(0.5625)}));
  CHECK_THAT(forward(one_unit(false), three_steps({1, 0, 0})), near({half_tanh(0.45)}));
  CHECK_THAT(forward(one_unit(true), three_steps({0, 0, 0})), near({0, 0, 0}));
}

TEST_CASE("LSTM with zero_output_for_mask puts out 0 at a masked step, and keeps its states") {
  CHECK_THAT(forward(one_unit(true, false, true), three_steps({1, 0, 1})),
             near({half_tanh(0.45), 0, half_tanh(0.5625)}));
}

TEST_CASE("LSTM going backwards returns its sequence in processing order") {
  // Only the candidate looks at x: c = candidate(3) / 2, then c / 2 + candidate(2) / 2, ...
  const Values parameters = {0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  const double c3 = std::tanh(3) / 2, c2 = c3 / 2 + std::tanh(2) / 2, c1 = c2 / 2 + std::tanh(1) / 2;
  CHECK_THAT(forward(one_unit(true, true), {{1, 3, 1}, {1, 2, 3}, parameters}),
             near({half_tanh(c3), half_tanh(c2), half_tanh(c1)}));
  CHECK_THAT(forward(one_unit(false, true), {{1, 3, 1}, {1, 2, 3}, parameters, {1, 0, 1}}),
             near({half_tanh(c3 / 2 + std::tanh(1) / 2)}));
}

TEST_CASE("LSTM's activations are settings") {
  LSTM::Config config;
  config.units = 1;
  config.activation = Activation::linear;
  config.recurrent_activation = Activation::hard_sigmoid;
  const LSTM layer("lstm", config);
  // hard_sigmoid(0) = 1/2, hard_sigmoid(1.5) = 3/4: c = 3/4 * 8, h = 1/2 * c.
  CHECK_THAT(forward(layer, {{1, 1, 1}, {1}, {0, 0, 0, 0, 0, 0, 0, 0, 1.5, 0, 8, 0}}), near({3}));
}

TEST_CASE("LSTM's gradients on one step") {
  // h = o tanh(c), c = i g: i = 3/4, g = 0.6, o = 1/2, c = 0.45; f has no past to forget.
  const LayerGradients gradients = backward(one_unit(false), {{1, 1, 1}, {2}, kConstantGates}, {1});
  const double tanh_c = std::tanh(0.45);
  const double dc = 0.5 * (1 - tanh_c * tanh_c);
  const auto di = static_cast<Real>(dc * 0.6 * 0.75 * 0.25);
  const auto dg = static_cast<Real>(dc * 0.75 * (1 - 0.36));
  const auto d_o = static_cast<Real>(tanh_c * 0.5 * 0.5);
  CHECK_THAT(gradients.parameters, near({2 * di, 0, 2 * dg, 2 * d_o, 0, 0, 0, 0, di, 0, dg, d_o}));
  CHECK_THAT(gradients.dx, near({0}));  // the kernel is 0
}

TEST_CASE("LSTM's parameters as Keras has them; the forget gate's bias starts at 1") {
  LSTM::Config config;
  config.units = 3;
  const LSTM layer("lstm", config);
  CHECK(parameter_list(layer, {kUnknown, kUnknown, 5}) ==
        "lstm_cell/kernel [5,12], lstm_cell/recurrent_kernel [3,12], lstm_cell/bias [12]");
  CHECK(layer.parameters({1, 1, 5})[0].initializer.kind == Initializer::Kind::glorot_uniform);
  CHECK(layer.parameters({1, 1, 5})[1].initializer.kind == Initializer::Kind::orthogonal);
  CHECK(layer.parameters({1, 1, 5})[2].initializer.kind == Initializer::Kind::lstm_bias);
  config.unit_forget_bias = false;
  CHECK(LSTM("lstm", config).parameters({1, 1, 5})[2].initializer.kind == Initializer::Kind::zeros);
  config.use_bias = false;
  CHECK(LSTM("lstm", config).parameters({1, 1, 5}).size() == 2);
}

TEST_CASE("LSTM's shapes, masks and MACs") {
  CHECK(one_unit(false).output_shape({kUnknown, kUnknown, 5}) == Shape({kUnknown, 1}));
  CHECK(one_unit(true).output_shape({kUnknown, 80, 5}) == Shape({kUnknown, 80, 1}));
  CHECK(one_unit(false).mask_rule() == MaskRule::drop);
  CHECK(one_unit(true).mask_rule() == MaskRule::pass);
  CHECK(one_unit(true).macs({2, 7, 5}) == 2 * 7 * (5 + 1) * 4);
}

TEST_CASE("LSTM refuses what does not fit") {
  CHECK(error_text([] {
          one_unit(true).output_shape({2, 3, 4, 5});
        }) == R"(layer "lstm" (LSTM): input [2,3,4,5], expected [batch,time,inputs])");
  CHECK(error_text([] {
          LSTM("lstm", {}).output_shape({2, 3, 1});
        }) == R"(layer "lstm" (LSTM): units is 0, expected at least 1)");
  LSTM::Config softmax;
  softmax.units = 1;
  softmax.recurrent_activation = Activation::softmax;
  CHECK(error_text([&] { LSTM("lstm", softmax); }) ==
        R"(layer "lstm" (LSTM): recurrent_activation "softmax" is not supported in a recurrent layer)");
}
