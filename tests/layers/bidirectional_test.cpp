#include "lapis/layers/bidirectional.h"

#include "lapis/layers/dense.h"
#include "lapis/layers/lstm.h"
#include "lapis/layers/simple_rnn.h"
#include "layers/run_layer.h"
#include "support/error_text.h"

using namespace lapis;
using namespace lapis_test;

namespace {

using Merge = Backend::Merge;

/// Forward h[t] = 2 x[t] + 0.5 h[t-1] + 1, backward h[t] = x[t] + h[t+1]; over x = 1, 2, 3 that is
/// 3, 6.5, 10.25 and 6, 5, 3.
const Values kParameters = {2, 0.5, 1, 1, 1, 0};

SimpleRNN::Config settings(Index units, bool return_sequences) {
  SimpleRNN::Config config;
  config.units = units;
  config.activation = Activation::linear;
  config.return_sequences = return_sequences;
  return config;
}

Bidirectional wrap(bool return_sequences, Merge merge = Merge::concat) {
  return {"bidirectional",
          {std::make_shared<SimpleRNN>("simple_rnn", settings(1, return_sequences)), nullptr, merge}};
}

LayerInput one_two_three(const std::vector<std::uint8_t>& mask = {}) {
  return {.shape = {1, 3, 1}, .x = {1, 2, 3}, .parameters = kParameters, .mask = mask};
}

}  // namespace

TEST_CASE("Bidirectional turns the backward layer's sequence to the order of x") {
  CHECK_THAT(forward(wrap(true), one_two_three()), near({3, 6,    //
                                                         6.5, 5,  //
                                                         10.25, 3}));
}

TEST_CASE("Bidirectional without sequences merges the state after the last step and after t = 0") {
  CHECK_THAT(forward(wrap(false), one_two_three()), near({10.25, 6}));
  CHECK_THAT(forward(wrap(false, Merge::sum), one_two_three()), near({16.25}));
  CHECK_THAT(forward(wrap(false, Merge::ave), one_two_three()), near({8.125}));
  CHECK_THAT(forward(wrap(false, Merge::mul), one_two_three()), near({61.5}));
}

TEST_CASE("Bidirectional merges sequences step by step") {
  CHECK_THAT(forward(wrap(true, Merge::sum), one_two_three()), near({9, 11.5, 13.25}));
  CHECK_THAT(forward(wrap(true, Merge::ave), one_two_three()), near({4.5, 5.75, 6.625}));
  CHECK_THAT(forward(wrap(true, Merge::mul), one_two_three()), near({18, 32.5, 30.75}));
}

TEST_CASE("Bidirectional puts out 0 at masked steps of a sequence, as Keras forces its children to") {
  CHECK_THAT(forward(wrap(true), one_two_three({1, 0, 1})), near({3, 4,  //
                                                                  0, 0,  //
                                                                  8.5, 3}));
  CHECK_THAT(forward(wrap(true, Merge::mul), one_two_three({1, 1, 0})), near({9, 13, 0}));
}

TEST_CASE("Bidirectional without sequences carries over masked steps at either end") {
  CHECK_THAT(forward(wrap(false), one_two_three({1, 1, 0})), near({6.5, 3}));
  CHECK_THAT(forward(wrap(false), one_two_three({0, 1, 1})), near({9.5, 5}));
  CHECK_THAT(forward(wrap(false), one_two_three({0, 0, 0})), near({0, 0}));
}

TEST_CASE("Bidirectional's gradients are the sum of both directions'") {
  // Forward states' gradients 0.25, 0.5, 1; backward states' gradients 1, 1, 1.
  const LayerGradients gradients = backward(wrap(false), one_two_three(), {1, 1});
  CHECK_THAT(gradients.dx, near({0.5 + 1, 1 + 1, 2 + 1}));
  CHECK_THAT(gradients.parameters, near({4.25, 8, 1.75, 6, 3 + 5, 3}));
  // mul: each direction's gradient is the other's output.
  CHECK_THAT(backward(wrap(false, Merge::mul), one_two_three(), {1}).parameters,
             near({6 * 4.25, 6 * 8, 6 * 1.75, 10.25 * 6, 10.25 * 8, 10.25 * 3}));
}

TEST_CASE("Bidirectional's parameters: forward's, then backward's, under Keras's names") {
  CHECK(parameter_list(wrap(true), {kUnknown, kUnknown, 4}) ==
        "forward_simple_rnn/simple_rnn_cell/kernel [4,1], "
        "forward_simple_rnn/simple_rnn_cell/recurrent_kernel [1,1], "
        "forward_simple_rnn/simple_rnn_cell/bias [1], "
        "backward_simple_rnn/simple_rnn_cell/kernel [4,1], "
        "backward_simple_rnn/simple_rnn_cell/recurrent_kernel [1,1], "
        "backward_simple_rnn/simple_rnn_cell/bias [1]");
  LSTM::Config config;
  config.units = 2;
  config.use_bias = false;
  // A config that Keras has saved names the child with the prefix already.
  const Bidirectional saved("bidirectional", {std::make_shared<LSTM>("forward_lstm_1", config), nullptr});
  CHECK(parameter_list(saved, {kUnknown, kUnknown, 3}) ==
        "forward_lstm_1/lstm_cell/kernel [3,8], forward_lstm_1/lstm_cell/recurrent_kernel [2,8], "
        "backward_lstm_1/lstm_cell/kernel [3,8], backward_lstm_1/lstm_cell/recurrent_kernel [2,8]");
}

TEST_CASE("Bidirectional's shapes, masks and MACs") {
  CHECK(wrap(true).output_shape({kUnknown, kUnknown, 4}) == Shape({kUnknown, kUnknown, 2}));
  CHECK(wrap(false).output_shape({kUnknown, 80, 4}) == Shape({kUnknown, 2}));
  CHECK(wrap(false, Merge::sum).output_shape({kUnknown, 80, 4}) == Shape({kUnknown, 1}));
  CHECK(wrap(true).mask_rule() == MaskRule::pass);
  CHECK(wrap(false).mask_rule() == MaskRule::drop);
  CHECK(wrap(true).macs({2, 3, 4}) == 2 * 2 * 3 * (4 + 1));
}

TEST_CASE("Bidirectional takes a backward layer of its own") {
  SimpleRNN::Config own = settings(1, false);
  own.go_backwards = true;
  own.use_bias = false;
  const Bidirectional layer("bidirectional", {std::make_shared<SimpleRNN>("simple_rnn", settings(1, false)),
                                              std::make_shared<SimpleRNN>("other", own), Merge::concat});
  CHECK_THAT(forward(layer, {{1, 3, 1}, {1, 2, 3}, {2, 0.5, 1, 1, 1}}), near({10.25, 6}));
  CHECK(layer.parameters({1, 3, 1})[3].name == "other/simple_rnn_cell/kernel");
}

TEST_CASE("Bidirectional refuses what does not fit") {
  const auto text = [](const std::shared_ptr<const Layer>& layer, const std::shared_ptr<const Layer>& other) {
    return error_text([&] { Bidirectional("bi", {layer, other}).output_shape({1, 2, 3}); });
  };
  const auto rnn = [](Index units, bool sequences, bool backwards) {
    SimpleRNN::Config config = settings(units, sequences);
    config.go_backwards = backwards;
    return std::make_shared<SimpleRNN>("rnn", config);
  };
  CHECK(text(nullptr, nullptr) ==
        R"(layer "bi" (Bidirectional): wraps nothing, expected SimpleRNN, LSTM or GRU)");
  CHECK(text(std::make_shared<Dense>("dense", Dense::Config{.units = 1}), nullptr) ==
        R"(layer "bi" (Bidirectional): wraps Dense, expected SimpleRNN, LSTM or GRU)");
  CHECK(
      text(rnn(1, true, false), rnn(1, true, false)) ==
      R"(layer "bi" (Bidirectional): layer and backward_layer run in the same direction, expected opposite go_backwards)");
  CHECK(text(rnn(1, true, false), rnn(1, false, true)) ==
        R"(layer "bi" (Bidirectional): layer and backward_layer differ in return_sequences)");
  CHECK(text(rnn(1, true, false), rnn(2, true, true)) ==
        R"(layer "bi" (Bidirectional): layer has 1 units and backward_layer 2, expected the same number)");
  CHECK(error_text([] {
          wrap(true).output_shape({1, 2});
        }) == R"(layer "forward_simple_rnn" (SimpleRNN): input [1,2], expected [batch,time,inputs])");
}
