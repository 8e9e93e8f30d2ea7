// Outputs, losses and gradients that Keras made (float64 of the same float32 weights), against ours.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdio>
#include <memory>

#include "golden/check_model.h"
#include "golden/golden_backend.h"
#include "lapis/layers/average_pooling2d.h"
#include "lapis/layers/conv2d.h"
#include "lapis/layers/max_pooling2d.h"
#include "lapis/layers/rms_normalization.h"
#include "lapis/model/workspace.h"
#include "support/close.h"
#include "support/shared.h"
#include "support/stored_zip.h"

using namespace lapis;
using lapis_test::check_golden_model;
using lapis_test::downloaded;
using lapis_test::golden_model;
using lapis_test::GoldenFile;
using lapis_test::GoldenNames;
using lapis_test::kGradients;
using lapis_test::kProbabilities;
using lapis_test::max_abs_diff;
using lapis_test::max_relative_diff;

namespace {

const GoldenNames kNames = {.group = "sequential/", .suffix = "/f64"};

std::vector<std::string> golden_models(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".keras") names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

Model read_golden_model(const std::filesystem::path& folder, const std::string& name,
                        const GoldenFile& golden) {
  const std::vector<std::uint8_t> zip = lapis_test::read_bytes(folder / (name + ".keras"));
  const auto config = lapis_test::read_stored_zip(zip, "config.json");
  REQUIRE(config);
  return golden_model(*config, golden, kNames);
}

std::vector<Real> copy_of(Backend& backend, const ConstView& view) {
  return downloaded(backend, view.data, view.shape.size());
}

/// One layer of layers.safetensors: loss = sum(y * dy).
void check_layer(const GoldenFile& golden, const std::string& name, LayerPtr layer, Backend& backend) {
  INFO(name);
  const Shape shape = golden.tensor(name + "/x").shape;
  std::vector<LayerPtr> layers;
  layers.push_back(std::move(layer));
  Model model("golden", shape, std::move(layers));
  for (const ModelParameter& parameter : model.parameters()) {
    const std::string last = parameter.path.substr(parameter.path.rfind('/') + 1);
    read_values(golden.tensor(name + "/weight/" + last), model.values(parameter));
  }
  Workspace workspace(model, backend, shape, Mode::train, /*input_gradient=*/true);
  const std::vector<Real> x = golden.reals(name + "/x");
  backend.upload(x.data(), workspace.input(shape[0]).data, x.size() * sizeof(Real));
  const double output =
      max_relative_diff(copy_of(backend, workspace.run(shape[0])), golden.doubles(name + "/y/f64"));
  CHECK(output <= 1e-6);

  const std::vector<Real> dy = golden.reals(name + "/dy");
  backend.upload(dy.data(), workspace.output_gradient().data, dy.size() * sizeof(Real));
  workspace.zero_gradients();
  workspace.backward(/*dy_is_logits=*/false);
  double gradients =
      max_relative_diff(copy_of(backend, workspace.input_gradient()), golden.doubles(name + "/dx/f64"));
  CHECK(gradients <= kGradients);
  const std::vector<Real> all =
      downloaded(backend, workspace.gradients(), static_cast<Index>(model.values().size()));
  for (const ModelParameter& parameter : model.parameters()) {
    const std::string last = parameter.path.substr(parameter.path.rfind('/') + 1);
    INFO(last);
    const std::vector<double> expected = golden.doubles(name + "/grad/" + last + "/f64");
    const auto gradient = std::span(all).subspan(static_cast<std::size_t>(parameter.offset), expected.size());
    const double difference =
        max_relative_diff(std::span<const Real>(gradient), std::span<const double>(expected));
    CHECK(difference <= kGradients);
    gradients = std::max(gradients, difference);
  }
  std::printf("golden %-20s y %.1e, gradients %.1e\n", name.c_str(), output, gradients);
}

}  // namespace

TEST_CASE("Every golden model gives Keras's probabilities, loss and gradients") {
  LAPIS_NEED_BACKEND(backend);
  LAPIS_NEED_SHARED(folder, "golden");
  const std::vector<std::string> names = golden_models(folder);
  REQUIRE(names.size() >= 7);
  for (const std::string& name : names) {
    const GoldenFile golden(folder / (name + ".safetensors"));
    check_golden_model(name, read_golden_model(folder, name, golden), golden, kNames, backend);
  }
}

TEST_CASE("Every golden layer gives Keras's outputs and gradients") {
  LAPIS_NEED_BACKEND(backend);
  LAPIS_NEED_SHARED(path, "golden/layers.safetensors");
  const GoldenFile golden(path);
  const Conv2D::Config dilated = {
      .filters = 3, .kernel_size = {3, 3}, .padding = Padding::same, .dilation_rate = {2, 2}};
  const Conv2D::Config strided = {
      .filters = 3, .kernel_size = {5, 5}, .strides = {3, 3}, .padding = Padding::same};
  check_layer(golden, "conv_d2", std::make_unique<Conv2D>("conv2d", dilated), backend);
  check_layer(golden, "conv_s3_same_k5", std::make_unique<Conv2D>("conv2d", strided), backend);
  check_layer(
      golden, "avgpool_k2",
      std::make_unique<AveragePooling2D>("pool", Pooling2D::Config{.pool_size = {2, 2}, .strides = {2, 2}}),
      backend);
  check_layer(
      golden, "maxpool_k3_s2_same",
      std::make_unique<MaxPooling2D>(
          "pool", Pooling2D::Config{.pool_size = {3, 3}, .strides = {2, 2}, .padding = Padding::same}),
      backend);
  check_layer(golden, "rmsnorm", std::make_unique<RMSNormalization>("norm", RMSNormalization::Config{}),
              backend);
}

TEST_CASE("A golden file's weights with one changed value are told apart") {
  // The bounds above would hide nothing: a wrong sign in one weight moves the probabilities beyond them.
  LAPIS_NEED_BACKEND(backend);
  LAPIS_NEED_SHARED(folder, "golden");
  const GoldenFile golden(folder / "lstm_mask.safetensors");
  Model model = read_golden_model(folder, "lstm_mask", golden);
  std::span<Real> kernel = model.values(*model.find_parameter("lstm/lstm_cell/recurrent_kernel"));
  kernel[0] = -kernel[0];
  const Shape shape = golden.tensor("input").shape;
  Workspace workspace(model, backend, shape, Mode::predict);
  const std::vector<Real> x = golden.reals("input");
  backend.upload(x.data(), workspace.input(shape[0]).data, x.size() * sizeof(Real));
  CHECK(max_abs_diff(copy_of(backend, workspace.run(shape[0])), golden.doubles("prob/f64")) > kProbabilities);
}
