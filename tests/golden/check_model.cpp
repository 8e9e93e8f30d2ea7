#include "golden/check_model.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdio>

#include "golden/golden_backend.h"
#include "lapis/io/keras_model.h"
#include "lapis/model/workspace.h"
#include "lapis/train/loss.h"
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
                        const GoldenNames& names, Backend& backend) {
  INFO(name);
  const Shape shape = golden.tensor("input").shape;
  const Index batch = shape[0];
  const bool training = golden.file().metadata.contains("training");
  const std::vector<Real> x = golden.reals("input");
  const std::vector<double> expected = golden.doubles("prob" + names.suffix);

  Workspace predictor(model, backend, shape, Mode::predict);
  backend.upload(x.data(), predictor.input(batch).data, x.size() * sizeof(Real));
  const ConstView prediction = predictor.run(batch, training);
  const double predicted =
      max_abs_diff(downloaded(backend, prediction.data, prediction.shape.size()), expected);
  // Only what is made to train drops.
  const bool drops = golden.file().metadata.contains("drops");
  if (drops)
    CHECK(predicted > 1e-3);
  else
    CHECK(predicted <= kProbabilities);

  Workspace workspace(model, backend, shape, Mode::train);
  backend.upload(x.data(), workspace.input(batch).data, x.size() * sizeof(Real));
  const ConstView y = workspace.run(batch, training);
  const double difference = max_abs_diff(downloaded(backend, y.data, y.shape.size()), expected);
  CHECK(difference <= kProbabilities);

  REQUIRE(model.ends_in_softmax());
  std::vector<Index> labels;
  for (const double label : golden.doubles("label")) labels.push_back(static_cast<Index>(label));
  Loss loss({}, model, backend, y.shape.rows());
  const double found = loss.compute(y, labels, workspace.output_gradient().data, workspace.output_mask());
  const double loss_difference = std::abs(found - golden.doubles("loss" + names.suffix).at(0));
  CHECK(loss_difference <= kLoss);

  workspace.zero_gradients();
  workspace.backward(/*dy_is_logits=*/true);
  const std::vector<Real> gradients =
      downloaded(backend, workspace.gradients(), static_cast<Index>(model.values().size()));
  double worst = 0;
  for (const ModelParameter& parameter : model.parameters()) {
    INFO(parameter.path);
    const auto size = static_cast<std::size_t>(parameter.info.shape.size());
    const auto gradient = std::span(gradients).subspan(static_cast<std::size_t>(parameter.offset), size);
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
              drops ? difference : std::max(predicted, difference), loss_difference, worst);
}

}  // namespace lapis_test
