#include <catch2/catch.hpp>
#include <cmath>

#include "lapis/layers/lstm.h"
#include "lapis/layers/simple_rnn.h"
#include "lapis/model/workspace.h"
#include "layers/run_layer.h"

using namespace lapis;

namespace {

constexpr Index kBatch = 400, kTime = 3, kUnits = 50;

/// y of a SimpleRNN without bias whose kernel and recurrent_kernel are unit matrices, for inputs of 1.
std::vector<Real> states(double dropout, double recurrent_dropout, bool training = true) {
  RecurrentLayer::Config config;
  config.units = kUnits;
  config.activation = Activation::linear;
  config.use_bias = false;
  config.return_sequences = true;
  config.dropout = dropout;
  config.recurrent_dropout = recurrent_dropout;
  std::vector<LayerPtr> layers;
  layers.push_back(std::make_unique<SimpleRNN>("rnn", config));
  Model model("m", {kUnknown, kTime, kUnits}, std::move(layers));
  for (const ModelParameter& parameter : model.parameters())
    for (Index i = 0; i < kUnits; ++i)
      model.values(parameter)[static_cast<std::size_t>(i * (kUnits + 1))] = 1;
  const auto backend = make_cpu_backend();
  Workspace workspace(model, *backend, {kBatch, kTime, kUnits}, Mode::train);
  std::fill_n(workspace.input(kBatch).data, kBatch * kTime * kUnits, Real(1));
  const ConstView y = workspace.run(kBatch, training, 7, 3);
  return {y.data, y.data + y.shape.size()};
}

Real at(const std::vector<Real>& y, Index row, Index step, Index unit) {
  return y[static_cast<std::size_t>((row * kTime + step) * kUnits + unit)];
}

/// Of factors that are 0 or 1 / (1 - rate), four standard errors apart from what is expected.
struct Share {
  double kept = 0, beside = 0, below = 0, count = 0;

  void check(double rate) const {
    const double keep = 1 - rate;
    const double error = 4 * std::sqrt(keep * rate / count);
    CHECK(std::abs(kept / count - keep) < error);
    CHECK(std::abs(beside / count - keep * keep) <
          2 * error);  // neighbours have nothing to do with each other
    CHECK(std::abs(below / count - keep * keep) < 2 * error);  // nor have sequences
  }
};

template <class Factor>
Share share_of(double rate, const Factor& factor) {
  Share share;
  const Real scale = 1 / (1 - static_cast<Real>(rate));
  const auto is_kept = [&](Index row, Index unit) {
    const Real value = factor(row, unit);
    REQUIRE((std::abs(value) < 1e-5 || std::abs(value - scale) < 1e-4));
    return value > Real(0.5) ? 1.0 : 0.0;
  };
  for (Index row = 0; row + 1 < kBatch; ++row)
    for (Index unit = 0; unit + 1 < kUnits; ++unit) {
      const double kept = is_kept(row, unit);
      share.kept += kept;
      share.beside += kept * is_kept(row, unit + 1);
      share.below += kept * is_kept(row + 1, unit);
      share.count += 1;
    }
  return share;
}

}  // namespace

TEST_CASE("dropout of a recurrent layer drops its inputs, the same in all steps") {
  for (const double rate : {0.25, 0.5, 0.9}) {
    const std::vector<Real> y = states(rate, 0);
    share_of(rate, [&](Index row, Index unit) {
      // h[t] = m + h[t - 1]
      for (Index step = 1; step < kTime; ++step)
        REQUIRE(std::abs(at(y, row, step, unit) - static_cast<Real>(step + 1) * at(y, row, 0, unit)) < 1e-3);
      return at(y, row, 0, unit);
    }).check(rate);
  }
}

TEST_CASE("recurrent_dropout drops the state, the same in all steps and other units than of the inputs") {
  for (const double rate : {0.25, 0.5}) {
    const std::vector<Real> y = states(0, rate);
    share_of(rate, [&](Index row, Index unit) {
      // h[0] = 1, h[t] = 1 + m h[t - 1]
      const Real factor = at(y, row, 1, unit) - 1;
      REQUIRE(std::abs(at(y, row, 2, unit) - (1 + factor * at(y, row, 1, unit))) < 1e-3);
      return factor;
    }).check(rate);
    const std::vector<Real> both = states(rate, rate);
    double together = 0;
    for (Index row = 0; row < kBatch; ++row)
      for (Index unit = 0; unit < kUnits; ++unit)
        together +=
            at(both, row, 0, unit) > 0 && at(both, row, 1, unit) > at(both, row, 0, unit) * Real(1.1) ? 1 : 0;
    const double keep = 1 - rate;
    CHECK(std::abs(together / (kBatch * kUnits) - keep * keep) < 0.02);
  }
}

TEST_CASE("Recurrent layers drop only in training, SimpleRNN all at a rate of 1, LSTM nothing") {
  for (const Real value : states(0.5, 0.5, /*training=*/false)) REQUIRE(value >= 1);
  for (const Real value : states(1, 0)) REQUIRE(value == 0);
  const LSTM dropping("lstm", {.units = 3, .dropout = 1, .recurrent_dropout = 1});
  const LSTM plain("lstm", {.units = 3});
  const auto backend = make_cpu_backend();
  CHECK(dropping.memory(*backend, {2, 3, 4}, Mode::train).saved ==
        plain.memory(*backend, {2, 3, 4}, Mode::train).saved);
}
