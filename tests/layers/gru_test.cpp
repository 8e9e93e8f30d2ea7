#include "lapis/layers/gru.h"

#include "layers/run_layer.h"
#include "support/error_text.h"

using namespace lapis;
using namespace lapis_test;

namespace {

const Real kLog2 = std::log(Real(2));
const Real kLog3 = std::log(Real(3));

GRU one_unit(bool return_sequences, bool reset_after = true, bool zero_output_for_mask = false) {
  GRU::Config config;
  config.units = 1;
  config.return_sequences = return_sequences;
  config.reset_after = reset_after;
  config.zero_output_for_mask = zero_output_for_mask;
  return GRU("gru", config);
}

/// z = 1/4, r = 1/2 and candidate = 0.6 at every step: h = 0.45, 0.5625, 0.590625.
const Values kConstantGates = {0,      0, 0,  // kernel
                               0,      0, 0,  // recurrent_kernel
                               -kLog3, 0, kLog2, 0, 0, 0};

LayerInput three_steps(const std::vector<std::uint8_t>& mask = {}) {
  return {.shape = {1, 3, 1}, .x = {1, 2, 3}, .parameters = kConstantGates, .mask = mask};
}

}  // namespace

TEST_CASE("GRU keeps z of its state and takes the rest of the candidate") {
  CHECK_THAT(forward(one_unit(true), three_steps()), near({0.45, 0.5625, 0.590625}));
  CHECK_THAT(forward(one_unit(false), three_steps()), near({0.590625}));
}

TEST_CASE("GRU's reset gate scales the state's share after its product, bias and all") {
  // z = 1/2, r = 1/4 throughout; candidate = tanh(0.5 + r (2 h + 4)).
  const Values parameters = {0, 0, 0, 0, 0, 2, 0, 0, 0.5, 0, -kLog3, 4};
  const double first = std::tanh(0.5 + 1) / 2;
  const double second = first / 2 + std::tanh(0.5 + (2 * first + 4) / 4) / 2;
  CHECK_THAT(forward(one_unit(true), {{1, 2, 1}, {0, 0}, parameters}), near({first, second}));
}

TEST_CASE("GRU without reset_after scales the state before its product, and has one bias") {
  GRU::Config config;
  config.units = 2;
  config.reset_after = false;
  config.return_sequences = true;
  const GRU layer("gru", config);
  // z = 1/2; r = [3/4, 1/4] of the two units; the candidate of unit 0 sees unit 1's state, times 4.
  Values parameters(6 + 12 + 6);
  parameters[6 + 6 + 4] = 4;  // recurrent_kernel[1, candidate of unit 0]
  parameters[18 + 2] = kLog3;
  parameters[18 + 3] = -kLog3;
  parameters[18 + 5] = kLog2;  // candidate of unit 1: 0.6
  const double h1 = 0.3;
  CHECK_THAT(forward(layer, {{1, 2, 1}, {0, 0}, parameters}),
             near({0, h1, std::tanh(4 * h1 / 4) / 2, h1 / 2 + 0.3}));
}

TEST_CASE("GRU's gates are blocks of units, z, r, h") {
  GRU::Config config;
  config.units = 2;
  const GRU layer("gru", config);
  // z = [1/4, 1/2], candidate = [0.6, -0.6] at x = 1.
  Values parameters = {-kLog3, 0, 0, 0, kLog2, -kLog2};
  parameters.resize(6 + 12 + 12);
  CHECK_THAT(forward(layer, {{1, 1, 1}, {1}, parameters}), near({0.45, -0.3}));
}

TEST_CASE("GRU carries its state over a masked step") {
  for (const bool reset_after : {true, false}) {
    LayerInput input = three_steps({1, 0, 1});
    if (!reset_after) input.parameters.resize(9);
    CHECK_THAT(forward(one_unit(true, reset_after), input), near({0.45, 0.45, 0.5625}));
    CHECK_THAT(forward(one_unit(true, reset_after, true), input), near({0.45, 0, 0.5625}));
    input.mask = {0, 1, 0};
    CHECK_THAT(forward(one_unit(false, reset_after), input), near({0.45}));
    CHECK_THAT(forward(one_unit(true, reset_after), input), near({0, 0.45, 0.45}));
    input.mask = {0, 0, 0};
    CHECK_THAT(backward(one_unit(true, reset_after), input, {1, 1, 1}).parameters,
               near(std::vector<double>(input.parameters.size())));
  }
}

TEST_CASE("GRU's parameters and shapes") {
  GRU::Config config;
  config.units = 5;
  const Shape x = {kUnknown, kUnknown, 3};
  CHECK(parameter_list(GRU("gru", config), x) ==
        "gru_cell/kernel [3,15], gru_cell/recurrent_kernel [5,15], gru_cell/bias [2,15]");
  CHECK(GRU("gru", config).output_shape(x) == Shape({kUnknown, 5}));
  config.reset_after = false;
  CHECK(parameter_list(GRU("gru", config), x) ==
        "gru_cell/kernel [3,15], gru_cell/recurrent_kernel [5,15], gru_cell/bias [15]");
  config.use_bias = false;
  config.return_sequences = true;
  const GRU bare("gru", config);
  CHECK(parameter_list(bare, x) == "gru_cell/kernel [3,15], gru_cell/recurrent_kernel [5,15]");
  CHECK(bare.output_shape(x) == Shape({kUnknown, kUnknown, 5}));
  CHECK(bare.mask_rule() == MaskRule::pass);
}

TEST_CASE("GRU refuses what does not fit") {
  GRU::Config config;
  config.units = 2;
  config.activation = Activation::gelu;
  CHECK(error_text([&] { GRU("gru", config); }) ==
        R"(layer "gru" (GRU): activation "gelu" is not supported in a recurrent layer)");
  config.activation = Activation::tanh;
  CHECK(error_text([&] {
          GRU("gru", config).output_shape({2, 3});
        }) == R"(layer "gru" (GRU): input [2,3], expected [batch,time,inputs])");
}
