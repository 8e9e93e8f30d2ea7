#pragma once

#include <catch2/catch.hpp>
#include <cstdio>
#include <map>
#include <memory>
#include <string>

#include "backend/op_cases.h"
#include "lapis/train/trainer.h"
#include "support/networks.h"

namespace lapis_test {

inline constexpr double kForward = 1e-10;
inline constexpr double kGradient = 1e-9;

/// What an operation writes is what the CPU writes, to rounding; prints the largest errors of each family.
inline void compare_operations(lapis::Backend& device) {
  const auto cpu = lapis::make_cpu_backend(1);
  struct Worst {
    int cases = 0;
    double forward = 0, gradient = 0;
  };
  std::map<std::string, Worst> families;
  for (const OpCase& test : op_cases()) {
    INFO(test.name);
    const std::vector<Result> expected = test.run(*cpu);
    const std::vector<Result> actual = test.run(device);
    REQUIRE(actual.size() == expected.size());
    Worst& worst = families[test.name.substr(0, test.name.find_first_of(" ,"))];
    ++worst.cases;
    for (std::size_t i = 0; i < actual.size(); ++i) {
      INFO(actual[i].name);
      const double error = normalised_error(actual[i].values, expected[i].values);
      double& largest = actual[i].is_gradient ? worst.gradient : worst.forward;
      largest = std::max(largest, error);
      CHECK(error <= (actual[i].is_gradient ? kGradient : kForward));
    }
  }
  for (const auto& [name, worst] : families) {
    std::printf("  %-24s %4d cases   forward %.1e   gradients %.1e\n", name.c_str(), worst.cases,
                worst.forward, worst.gradient);
  }
}

/// Output and gradients of one training run of a network, and what it predicts.
inline std::vector<Result> run_network(lapis::Backend& backend, const Network& network) {
  using namespace lapis;
  std::vector<Result> results;
  const std::vector<Real> x = network_input(network, network.x);
  const auto get = [&](const std::string& name, const Real* from, Index count, bool is_gradient) {
    Result result = {name, std::vector<Real>(static_cast<std::size_t>(count)), is_gradient};
    backend.download(from, result.values.data(), result.values.size() * sizeof(Real));
    results.push_back(std::move(result));
  };
  const Index batch = network.x[0];
  for (const Mode mode : {Mode::predict, Mode::train}) {
    const bool train = mode == Mode::train;
    Workspace workspace(network.model, backend, network.x, mode, /*input_gradient=*/train);
    backend.upload(x.data(), workspace.input(batch).data, x.size() * sizeof(Real));
    const ConstView y = workspace.run(batch, train, /*seed=*/3, /*step=*/2);
    get(train ? "trained y" : "y", y.data, y.shape.size(), false);
    if (!train) continue;
    const View dy = workspace.output_gradient();
    std::vector<Real> gradient(static_cast<std::size_t>(dy.shape.size()));
    for (std::size_t i = 0; i < gradient.size(); ++i)
      gradient[i] = Real(0.1) * static_cast<Real>(static_cast<int>(i % 7) - 3);
    backend.upload(gradient.data(), dy.data, gradient.size() * sizeof(Real));
    workspace.zero_gradients();
    workspace.backward(/*dy_is_logits=*/false);
    get("gradients", workspace.gradients(), static_cast<Index>(network.model.values().size()), true);
    const ConstView dx = workspace.input_gradient();
    get("dx", dx.data, dx.shape.size(), true);
  }
  return results;
}

/// Losses of two epochs with validation, and the weights after them.
inline std::vector<Result> train_network(lapis::Backend& backend, Network network) {
  using namespace lapis;
  const Shape sample = network.x.without_batch();
  const Index samples = 11;
  std::vector<Index> labels;
  const Index classes = network.model.output_shape()[1];
  for (Index i = 0; i < samples; ++i) labels.push_back(i % classes);
  const std::vector<Real> x = network_input(network, network.x.with_batch(samples));
  const TensorDataset data(sample, x, labels);
  TrainOptions options;
  options.epochs = 3;
  options.batch_size = 4;
  options.early_stopping = EarlyStoppingConfig{};
  options.early_stopping->monitor = Monitor::val_loss;
  options.early_stopping->restore_best_weights = true;
  options.optimizer.clipnorm = 0.5;
  Trainer trainer(network.model, backend, options, data, &data);
  Result losses = {"losses", {}, false};
  const TrainResult result = trainer.fit();
  for (const EpochRecord& record : result.epochs)
    losses.values.insert(losses.values.end(),
                         {static_cast<Real>(record.loss), static_cast<Real>(record.accuracy),
                          static_cast<Real>(record.val_loss), static_cast<Real>(record.val_macro_f1)});
  const std::span<const Real> values = std::as_const(network.model).values();
  return {losses, {"weights", {values.begin(), values.end()}, true}};
}

}  // namespace lapis_test
