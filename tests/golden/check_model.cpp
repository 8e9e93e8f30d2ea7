#include "golden/check_model.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdio>

#include "lapis/io/keras_model.h"
#include "lapis/model/workspace.h"
#include "support/close.h"

namespace lapis_test {

using namespace lapis;

Model golden_model(const std::string& config, const GoldenFile& golden, const GoldenNames& names) {
  Model model = model_from_config(config);
  const std::string prefix = "weight/" + names.group;
  std::vector<TensorView> weights;
  for (TensorView tensor : golden.file().tensors) {
    if (!tensor.name.starts_with(prefix)) continue;
    tensor.name.erase(0, prefix.size());
    weights.push_back(std::move(tensor));
  }
  set_weights(model, weights);
  return model;
}

namespace {

/// A moving statistic after a training step: what it was, and the change that backward left.
void check_state(const GoldenFile& golden, const Model& model, const ModelParameter& parameter,
                 std::span<const Real> change, bool training) {
  std::vector<Real> after(change.begin(), change.end());
  if (!training) {
    CHECK(max_abs(std::span<const Real>(after)) == 0);
    return;
  }
  const std::span<const Real> before = model.values(parameter);
  for (std::size_t i = 0; i < after.size(); ++i) after[i] += before[i];
  const std::vector<double> reference = golden.doubles("state/" + parameter.path);
  CHECK(max_relative_diff(std::span<const Real>(after), std::span<const double>(reference)) <= kLoss);
  CHECK(max_abs(std::span<const Real>(change)) > 1e-3);
}

}  // namespace

void check_golden_model(const std::string& name, const Model& model, const GoldenFile& golden,
                        const GoldenNames& names) {
  INFO(name);
  const auto backend = make_cpu_backend(1);
  const Shape shape = golden.tensor("input").shape;
  const Index batch = shape[0];
  const bool training = golden.file().metadata.contains("training");
  const std::vector<Real> x = golden.reals("input");
  const std::vector<double> expected = golden.doubles("prob" + names.suffix);

  Workspace predictor(model, *backend, shape, Mode::predict);
  std::copy(x.begin(), x.end(), predictor.input(batch).data);
  const ConstView prediction = predictor.run(batch, training);
  const auto count = static_cast<std::size_t>(prediction.shape.size());
  const double predicted =
      max_abs_diff(std::span<const Real>(prediction.data, count), std::span<const double>(expected));
  CHECK(predicted <= kProbabilities);

  Workspace workspace(model, *backend, shape, Mode::train);
  std::copy(x.begin(), x.end(), workspace.input(batch).data);
  const ConstView y = workspace.run(batch, training);
  const double difference =
      max_abs_diff(std::span<const Real>(y.data, count), std::span<const double>(expected));
  CHECK(difference <= kProbabilities);

  REQUIRE(model.ends_in_softmax());
  const std::vector<Real> labels = golden.reals("label");
  Real loss = 0;
  backend->softmax_cross_entropy(y.data, labels.data(), workspace.output_mask(), y.shape.rows(), y.shape[-1],
                                 &loss, workspace.output_gradient().data);
  const double loss_difference =
      std::abs(static_cast<double>(loss) - golden.doubles("loss" + names.suffix).at(0));
  CHECK(loss_difference <= kLoss);

  workspace.zero_gradients();
  workspace.backward(/*dy_is_logits=*/true);
  double worst = 0;
  for (const ModelParameter& parameter : model.parameters()) {
    INFO(parameter.path);
    const auto size = static_cast<std::size_t>(parameter.info.shape.size());
    const std::span<const Real> gradient(workspace.gradients() + parameter.offset, size);
    if (!parameter.info.trainable) {
      check_state(golden, model, parameter, gradient, training);
      continue;
    }
    const std::vector<double> reference =
        golden.doubles("grad/" + names.group + parameter.path + names.suffix);
    CHECK(max_abs(std::span<const double>(reference)) > 0);
    const double relative = max_relative_diff(gradient, std::span<const double>(reference));
    CHECK(relative <= kGradients);
    worst = std::max(worst, relative);
  }
  std::printf("golden %-22s probabilities %.1e, loss %.1e, gradients %.1e\n", name.c_str(),
              std::max(predicted, difference), loss_difference, worst);
}

}  // namespace lapis_test
