#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "lapis/ops/backend.h"
#include "ops/activated.h"
#include "support/close.h"
#include "support/random_values.h"

// SimpleRNN and LSTM, packed, tiled, cut into chunks and with their words looked up, against the equations
// written down one after the other in double.

namespace {

using lapis::Activation;
using lapis::Index;
using lapis::Real;
using lapis::Recurrent;
using lapis_test::activated;
using lapis_test::max_relative_diff;
using lapis_test::random_values;

struct Weights {
  std::vector<Real> kernel, recurrent_kernel, bias;
};

double d(Real value) {
  return static_cast<double>(value);
}

/// The outputs of one row of the batch, whose inputs at time t are x[t].
std::vector<double> walk(const Recurrent& op, Index gates, const std::vector<const Real*>& x,
                         const std::uint8_t* mask, const Weights& weights) {
  const auto units = static_cast<std::size_t>(op.units);
  const std::size_t columns = units * static_cast<std::size_t>(gates);
  std::vector<double> h(units), c(units), outputs;
  for (Index s = 0; s < op.time; ++s) {
    const Index t = op.go_backwards ? op.time - 1 - s : s;
    const bool masked = mask != nullptr && mask[t] == 0;
    std::vector<double> z(columns);
    for (std::size_t j = 0; j < columns; ++j) {
      z[j] = weights.bias.empty() ? 0 : d(weights.bias[j]);
      for (std::size_t p = 0; p < static_cast<std::size_t>(op.inputs); ++p)
        z[j] += d(x[static_cast<std::size_t>(t)][p]) * d(weights.kernel[p * columns + j]);
      for (std::size_t p = 0; p < units; ++p) z[j] += h[p] * d(weights.recurrent_kernel[p * columns + j]);
    }
    for (std::size_t u = 0; u < units && !masked; ++u) {
      if (gates == 1) {
        h[u] = activated(op.activation, z[u]);
        continue;
      }
      const auto gate = [&](std::size_t number) {
        return activated(op.recurrent_activation, z[number * units + u]);
      };
      c[u] = gate(1) * c[u] + gate(0) * activated(op.activation, z[2 * units + u]);
      h[u] = gate(3) * activated(op.activation, c[u]);
    }
    if (!op.return_sequences && s + 1 < op.time) continue;
    const bool zero = masked && op.zero_output_for_mask;
    for (const double value : h) outputs.push_back(zero ? 0 : value);
  }
  return outputs;
}

struct Case {
  Recurrent op;
  Index gates = 1;
  bool bias = true;
  bool masked = false;
  Index words = 0;
};

/// Forward in every way that there is: packed in the call, prepared, keeping what backward needs, words
/// looked up.
void check(const Case& test, lapis::Backend& backend) {
  Recurrent op = test.op;
  INFO("gates " << test.gates << " batch " << op.batch << " time " << op.time << " inputs " << op.inputs
                << " units " << op.units << " words " << test.words);
  const bool is_lstm = test.gates == 4;
  const Index columns = test.gates * op.units;
  const Weights weights = {random_values(op.inputs * columns, 1, -0.5, 0.5),
                           random_values(op.units * columns, 2, -0.3, 0.3),
                           test.bias ? random_values(columns, 3) : std::vector<Real>()};
  const std::vector<Real> table = random_values(std::max<Index>(1, test.words) * op.inputs, 4);
  const std::vector<Real> x = random_values(op.batch * op.time * op.inputs, 5);
  std::vector<Real> ids;
  std::vector<std::uint8_t> mask;
  for (Index i = 0; i < op.batch * op.time; ++i) {
    ids.push_back(static_cast<Real>(test.words > 0 ? i * 7 % test.words : 0));
    mask.push_back(i % 5 != 1 && i % 11 > 3);
  }
  if (test.masked) op.mask = mask.data();

  std::vector<double> expected;
  for (Index row = 0; row < op.batch; ++row) {
    std::vector<const Real*> inputs;
    for (Index t = 0; t < op.time; ++t) {
      const Index i = row * op.time + t;
      inputs.push_back(test.words > 0
                           ? table.data() + static_cast<Index>(ids[static_cast<std::size_t>(i)]) * op.inputs
                           : x.data() + i * op.inputs);
    }
    const std::vector<double> y =
        walk(op, test.gates, inputs, test.masked ? mask.data() + row * op.time : nullptr, weights);
    expected.insert(expected.end(), y.begin(), y.end());
  }

  lapis::RecurrentParameters parameters = {.kernel = weights.kernel.data(),
                                           .recurrent_kernel = weights.recurrent_kernel.data(),
                                           .bias = test.bias ? weights.bias.data() : nullptr,
                                           .table = table.data()};
  const auto forward = [&](const Real* input, bool keep) {
    const Index scratch_size = is_lstm ? backend.lstm_scratch(op) : backend.simple_rnn_scratch(op);
    const Index saved_size = is_lstm ? backend.lstm_saved(op) : backend.simple_rnn_saved(op);
    std::vector<Real> scratch(static_cast<std::size_t>(scratch_size), Real(NAN));
    std::vector<Real> saved(static_cast<std::size_t>(saved_size), Real(NAN));
    std::vector<Real> y(expected.size(), Real(9));
    if (is_lstm)
      backend.lstm(op, input, parameters, y.data(), keep ? saved.data() : nullptr, scratch.data());
    else
      backend.simple_rnn(op, input, parameters, y.data(), keep ? saved.data() : nullptr, scratch.data());
    return y;
  };
  const auto prepare = [&](std::vector<Real>& prepared) {
    const Index size = is_lstm ? backend.lstm_prepared(op) : backend.simple_rnn_prepared(op);
    prepared.assign(static_cast<std::size_t>(size), Real(NAN));
    if (is_lstm)
      backend.prepare_lstm(op, parameters, prepared.data());
    else
      backend.prepare_simple_rnn(op, parameters, prepared.data());
    parameters.prepared = prepared.data();
  };

  std::vector<Real> prepared;
  if (test.words == 0) {
    const std::vector<Real> y = forward(x.data(), false);
    REQUIRE(max_relative_diff(y, expected) <= 3e-6);
    REQUIRE(forward(x.data(), true) == y);
    prepare(prepared);
    REQUIRE(forward(x.data(), false) == y);
  } else {
    op.words = test.words;
    prepare(prepared);
    const std::vector<Real> y = forward(ids.data(), false);
    REQUIRE(max_relative_diff(y, expected) <= 3e-6);
    REQUIRE(forward(ids.data(), false) == y);  // now that the words are known
  }
}

}  // namespace

TEST_CASE("SimpleRNN and LSTM equal their equations for every odd size") {
  const auto backend = lapis::make_cpu_backend();
  const std::vector<Index> sizes = {1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 33};
  const std::vector<Index> batches = {1, 2, 3, 5, 8, 13, 33, 70};
  Index number = 0;
  for (const Index gates : {Index{1}, Index{4}})
    for (const Index units : sizes)
      for (const Index batch : batches) {
        if (units * batch > 600) continue;
        ++number;
        Case test;
        test.gates = gates;
        test.op = {.batch = batch,
                   .time = 1 + number % 9,
                   .inputs = sizes[static_cast<std::size_t>(number % 12)],
                   .units = units};
        test.op.return_sequences = number % 2 == 0;
        test.op.go_backwards = number % 3 == 0;
        test.op.zero_output_for_mask = number % 4 == 0;
        if (number % 5 == 0) test.op.activation = Activation::relu;
        if (number % 7 == 0) test.op.recurrent_activation = Activation::hard_sigmoid;
        test.bias = number % 6 != 0;
        test.masked = number % 2 == 1 || number % 4 == 0;
        check(test, *backend);
        test.words = 1 + number % 37;
        check(test, *backend);
      }
  CHECK(number > 120);
}

TEST_CASE("a sequence longer than a block of steps, units of several panels") {
  const auto backend = lapis::make_cpu_backend();
  for (const Index gates : {Index{1}, Index{4}})
    for (const Index batch : {1, 40}) {
      Case test;
      test.gates = gates;
      test.op = {.batch = batch, .time = 150, .inputs = 20, .units = 70};
      check(test, *backend);
      test.masked = true;
      test.words = 300;
      check(test, *backend);
    }
}
