#include "lapis/layers/simple_rnn.h"

#include "layers/run_layer.h"
#include "support/error_text.h"

using namespace lapis;
using namespace lapis_test;

namespace {

/// h[t] = 2 x[t] + 0.5 h[t-1] + 1 over x = 1, 2, 3: 3, 6.5, 10.25.
const Values kParameters = {2, 0.5, 1};

SimpleRNN linear(bool return_sequences, bool go_backwards = false, bool zero_output_for_mask = false) {
  SimpleRNN::Config config;
  config.units = 1;
  config.activation = Activation::linear;
  config.return_sequences = return_sequences;
  config.go_backwards = go_backwards;
  config.zero_output_for_mask = zero_output_for_mask;
  return SimpleRNN("simple_rnn", config);
}

LayerInput one_two_three(const std::vector<std::uint8_t>& mask = {}) {
  return {.shape = {1, 3, 1}, .x = {1, 2, 3}, .parameters = kParameters, .mask = mask};
}

}  // namespace

TEST_CASE("SimpleRNN returns every step or the last") {
  CHECK_THAT(forward(linear(true), one_two_three()), near({3, 6.5, 10.25}));
  CHECK_THAT(forward(linear(false), one_two_three()), near({10.25}));
}

TEST_CASE("SimpleRNN going backwards returns its sequence in processing order") {
  CHECK_THAT(forward(linear(true, true), one_two_three()), near({7, 8.5, 7.25}));
  CHECK_THAT(forward(linear(false, true), one_two_three()), near({7.25}));
}

TEST_CASE("SimpleRNN carries its state over a masked step and puts it out") {
  CHECK_THAT(forward(linear(true), one_two_three({1, 0, 1})), near({3, 3, 8.5}));
  CHECK_THAT(forward(linear(true), one_two_three({0, 1, 1})), near({0, 5, 9.5}));
  CHECK_THAT(forward(linear(false), one_two_three({1, 1, 0})), near({6.5}));
  CHECK_THAT(forward(linear(true), one_two_three({0, 0, 0})), near({0, 0, 0}));
}

TEST_CASE("SimpleRNN with zero_output_for_mask puts out 0 there, and keeps its state") {
  CHECK_THAT(forward(linear(true, false, true), one_two_three({1, 0, 1})), near({3, 0, 8.5}));
  CHECK_THAT(forward(linear(true, false, true), one_two_three({1, 1, 0})), near({3, 6.5, 0}));
}

TEST_CASE("SimpleRNN's mask is in the order of x, also going backwards") {
  // Steps 3 and 2; step 1 is padding.
  CHECK_THAT(forward(linear(true, true), one_two_three({0, 1, 1})), near({7, 8.5, 8.5}));
  CHECK_THAT(forward(linear(true, true, true), one_two_three({0, 1, 1})), near({7, 8.5, 0}));
}

TEST_CASE("SimpleRNN's rows do not know each other") {
  const SimpleRNN layer = linear(false);
  CHECK_THAT(forward(layer, {{2, 2, 1}, {1, 2, 3, 0}, kParameters, {1, 1, 1, 0}}), near({6.5, 7}));
}

TEST_CASE("SimpleRNN's activation is tanh") {
  SimpleRNN::Config config;
  config.units = 1;
  const SimpleRNN layer("simple_rnn", config);
  // tanh(log 2) = 0.6; then tanh(0 + 0.6 * 5 + 0).
  CHECK_THAT(forward(layer, {{1, 2, 1}, {1, 0}, {std::log(Real(2)), 5, 0}}), near({std::tanh(Real(3))}));
}

TEST_CASE("SimpleRNN's kernels are [inputs, units] and [units, units], row by row") {
  SimpleRNN::Config config;
  config.units = 2;
  config.activation = Activation::linear;
  const SimpleRNN layer("simple_rnn", config);
  const Values parameters = {1,  2,   // from x
                             10, 20,  // from h[0]
                             30, 40,  // from h[1]
                             5,  0};
  // h = [1 + 5, 2]; then [10 * 6 + 30 * 2 + 5, 20 * 6 + 40 * 2].
  CHECK_THAT(forward(layer, {{1, 2, 1}, {1, 0}, parameters}), near({125, 200}));
}

TEST_CASE("SimpleRNN's gradients through time") {
  // The gradients of the three states are 0.25, 0.5 and 1.
  const LayerGradients gradients = backward(linear(false), one_two_three(), {1});
  CHECK_THAT(gradients.dx, near({0.5, 1, 2}));
  CHECK_THAT(gradients.parameters, near({1 * 0.25 + 2 * 0.5 + 3, 3 * 0.5 + 6.5, 1.75}));
}

TEST_CASE("SimpleRNN's gradients pass by a masked step") {
  // Without the second step the gradients of the states are 0.5, - and 1.
  const LayerGradients last = backward(linear(false), one_two_three({1, 0, 1}), {1});
  CHECK_THAT(last.dx, near({1, 0, 2}));
  CHECK_THAT(last.parameters, near({1 * 0.5 + 3, 3, 1.5}));
  // A carried output hands its gradient to the state behind it; a zeroed one has none.
  CHECK_THAT(backward(linear(true), one_two_three({1, 0, 1}), {0, 1, 0}).dx, near({2, 0, 0}));
  CHECK_THAT(backward(linear(true, false, true), one_two_three({1, 0, 1}), {0, 1, 0}).dx, near({0, 0, 0}));
}

TEST_CASE("SimpleRNN's parameters, shapes, masks and MACs") {
  CHECK(parameter_list(linear(true), {kUnknown, kUnknown, 4}) ==
        "simple_rnn_cell/kernel [4,1], simple_rnn_cell/recurrent_kernel [1,1], simple_rnn_cell/bias [1]");
  SimpleRNN::Config config;
  config.units = 3;
  config.use_bias = false;
  const SimpleRNN bare("simple_rnn", config);
  CHECK(parameter_list(bare, {kUnknown, 5, 4}) ==
        "simple_rnn_cell/kernel [4,3], simple_rnn_cell/recurrent_kernel [3,3]");
  CHECK(bare.parameters({1, 5, 4})[0].initializer.kind == Initializer::Kind::glorot_uniform);
  CHECK(bare.parameters({1, 5, 4})[1].initializer.kind == Initializer::Kind::orthogonal);
  CHECK(bare.output_shape({kUnknown, 5, 4}) == Shape({kUnknown, 3}));
  CHECK(linear(true).output_shape({kUnknown, kUnknown, 4}) == Shape({kUnknown, kUnknown, 1}));
  CHECK(bare.mask_rule() == MaskRule::drop);
  CHECK(linear(true).mask_rule() == MaskRule::pass);
  CHECK(bare.macs({2, 5, 4}) == 2 * 5 * (4 + 3) * 3);
}

TEST_CASE("SimpleRNN refuses what does not fit") {
  CHECK(error_text([] {
          linear(true).output_shape({2, 3});
        }) == R"(layer "simple_rnn" (SimpleRNN): input [2,3], expected [batch,time,inputs])");
  CHECK(error_text([] {
          linear(true).output_shape({2, 3, kUnknown});
        }) == R"(layer "simple_rnn" (SimpleRNN): input [2,3,?], expected a known last size)");
  CHECK(error_text([] {
          SimpleRNN("rnn", {}).output_shape({2, 3, 1});
        }) == R"(layer "rnn" (SimpleRNN): units is 0, expected at least 1)");
  SimpleRNN::Config softmax;
  softmax.units = 1;
  softmax.activation = Activation::softmax;
  CHECK(error_text([&] { SimpleRNN("rnn", softmax); }) ==
        R"(layer "rnn" (SimpleRNN): activation "softmax" is not supported in a recurrent layer)");
}
