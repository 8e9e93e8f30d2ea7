#include "lapis/model/model.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "lapis/layers/activation.h"
#include "lapis/layers/conv2d.h"
#include "lapis/layers/dense.h"
#include "lapis/layers/flatten.h"
#include "lapis/layers/lstm.h"
#include "support/error_text.h"
#include "support/networks.h"

using namespace lapis;
using namespace lapis_test;

namespace {

LayerPtr dense(const std::string& name, const Dense::Config& config) {
  return std::make_unique<Dense>(name, config);
}

template <class... Layers>
Model make_model(const Shape& input_shape, Layers... layers) {
  std::vector<LayerPtr> list;
  (list.push_back(std::move(layers)), ...);
  return Model("m", input_shape, std::move(list));
}

std::vector<Real> initialized(Model& model, std::uint64_t seed) {
  model.initialize(seed);
  return {model.values().begin(), model.values().end()};
}

}  // namespace

TEST_CASE("a model knows every layer's shape before it has an input") {
  const Network network = cnn();
  const Model& model = network.model;
  CHECK(model.name() == "cnn");
  CHECK(model.input_shape() == Shape({kUnknown, 9, 8, 2}));
  CHECK(model.layer_count() == 10);
  CHECK(model.layer_output_shape(0) == Shape({kUnknown, 9, 8, 4}));
  CHECK(model.layer_output_shape(2) == Shape({kUnknown, 4, 4, 4}));
  CHECK(model.layer_output_shape(3) == Shape({kUnknown, 3, 2, 3}));
  CHECK(model.layer_output_shape(4) == Shape({kUnknown, 2, 1, 3}));
  CHECK(model.layer_output_shape(6) == Shape({kUnknown, 6}));
  CHECK(model.output_shape() == Shape({kUnknown, 3}));
  CHECK(masked_bilstm().model.layer_output_shape(1) == Shape({kUnknown, kUnknown, 6}));
}

TEST_CASE("a model's input shape forgets the batch") {
  const Model model = make_model({17, 4}, dense("dense", {.units = 2}));
  CHECK(model.input_shape() == Shape({kUnknown, 4}));
}

TEST_CASE("a model's parameters lie one after another under their paths") {
  const Network network = cnn();
  const Model& model = network.model;
  struct Expected {
    std::string path;
    int layer;
    Index offset;
    Shape shape;
  };
  const std::vector<Expected> expected = {
      {"conv2d/kernel", 0, 0, {3, 3, 2, 4}}, {"conv2d_1/kernel", 3, 72, {2, 3, 4, 3}},
      {"conv2d_1/bias", 3, 144, {3}},        {"dense/kernel", 7, 147, {6, 9}},
      {"dense/bias", 7, 201, {9}},           {"dense_1/kernel", 9, 210, {9, 3}},
      {"dense_1/bias", 9, 237, {3}}};
  REQUIRE(model.parameters().size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const ModelParameter& parameter = model.parameters()[i];
    CHECK(parameter.path == expected[i].path);
    CHECK(parameter.layer == expected[i].layer);
    CHECK(parameter.offset == expected[i].offset);
    CHECK(parameter.info.shape == expected[i].shape);
  }
  CHECK(model.values().size() == 240);
  CHECK(model.layer_offset(0) == 0);
  CHECK(model.layer_offset(3) == 72);
  CHECK(model.layer_offset(9) == 210);
}

TEST_CASE("a parameter is found by its path, its values in the flat buffer") {
  Network network = masked_bilstm();
  Model& model = network.model;
  const ModelParameter* found = model.find_parameter("bidirectional/backward_lstm/lstm_cell/bias");
  REQUIRE(found != nullptr);
  CHECK(found->info.shape == Shape({12}));
  CHECK(model.values(*found).size() == 12);
  CHECK(model.values(*found).data() == model.values().data() + found->offset);
  model.values(*found)[3] = 7;
  CHECK(std::as_const(model).values(*found)[3] == 7);
  CHECK(model.find_parameter("bidirectional/backward_lstm/lstm_cell") == nullptr);
  CHECK(model.find_parameter("") == nullptr);
}

TEST_CASE("a model that does not fit together is refused") {
  CHECK(error_text([] { make_model({1, 4}); }) == R"(model "m" has no layers, expected at least one)");
  CHECK(error_text([] { make_model({4}, dense("dense", {.units = 1})); }) ==
        R"(model "m": input shape [4], expected a batch and at least one more axis)");
  CHECK(error_text([] {
          make_model({1, 4}, dense("a", {.units = 1}), dense("b", {.units = 1}), dense("a", {.units = 1}));
        }) == R"(model "m": two layers are named "a", expected different names)");
  CHECK(error_text([] {
          make_model({1, 4, 4, 3}, std::make_unique<Flatten>("flatten", Flatten::Config()),
                     std::make_unique<Conv2D>("conv2d", Conv2D::Config{.filters = 1}));
        }) == R"(layer "conv2d" (Conv2D): input [?,48], expected [batch,height,width,channels])");
}

TEST_CASE("initialize gives the same values for the same seed, others for another") {
  Network first = cnn();
  Network second = cnn();
  const std::vector<Real> values = initialized(first.model, 42);
  CHECK(initialized(second.model, 42) == values);
  CHECK(initialized(first.model, 42) == values);  // whatever stood there before
  CHECK(initialized(second.model, 43) != values);
}

TEST_CASE("initialize gives every parameter numbers of its own") {
  Model model = make_model({1, 4}, dense("a", {.units = 4}), dense("b", {.units = 4}));
  model.initialize(1);
  const auto a = model.values(*model.find_parameter("a/kernel"));
  const auto b = model.values(*model.find_parameter("b/kernel"));
  CHECK_FALSE(std::equal(a.begin(), a.end(), b.begin()));
}

TEST_CASE("initialize: an initialiser's own seed takes the place of the model's") {
  const Initializer seeded = {.kind = Initializer::Kind::glorot_uniform, .seed = 5};
  Model model =
      make_model({1, 4}, dense("a", {.units = 4}), dense("b", {.units = 4, .kernel_initializer = seeded}));
  const auto kernel = [&](const char* path, std::uint64_t seed) {
    model.initialize(seed);
    const auto values = model.values(*model.find_parameter(path));
    return std::vector<Real>(values.begin(), values.end());
  };
  CHECK(kernel("a/kernel", 1) != kernel("a/kernel", 2));
  CHECK(kernel("b/kernel", 1) == kernel("b/kernel", 2));
}

TEST_CASE("initialize follows Keras's defaults") {
  LSTM::Config config;
  config.units = 2;
  Model model = make_model({1, kUnknown, 3}, std::make_unique<LSTM>("lstm", config),
                           dense("dense", {.units = 5, .use_rmsnorm = true}));
  model.initialize(9);
  const auto values = [&](const char* path) {
    const auto found = model.values(*model.find_parameter(path));
    return std::vector<Real>(found.begin(), found.end());
  };
  CHECK(values("lstm/lstm_cell/bias") == std::vector<Real>({0, 0, 1, 1, 0, 0, 0, 0}));
  CHECK(values("dense/bias") == std::vector<Real>(5, 0));
  CHECK(values("dense/scale") == std::vector<Real>(5, 1));
  // glorot_uniform: within sqrt(6 / (fan in + fan out)), and near its ends.
  Real largest = 0;
  for (const Real value : values("lstm/lstm_cell/kernel")) largest = std::max(largest, std::abs(value));
  const Real limit = std::sqrt(Real(6) / 11);
  CHECK(largest <= limit);
  CHECK(largest > limit / 2);
}

TEST_CASE("a model's MACs are its layers', for the sizes that it leaves open") {
  const Network cnn_network = cnn();
  CHECK(cnn_network.model.macs({2, 9, 8, 2}) ==
        2 * (9 * 8 * (3 * 3 * 2) * 4 + 3 * 2 * (2 * 3 * 4) * 3 + 6 * 9 + 9 * 3));
  const Network text = masked_bilstm();
  CHECK(text.model.macs({1, 10}) == 2 * 10 * (4 + 3) * 12 + 10 * (6 + 3) * 12 + 3 * 3);
}

TEST_CASE("a model ends in softmax when its last layer does") {
  CHECK(cnn().model.ends_in_softmax());
  CHECK(rms_norm_mlp().model.ends_in_softmax());
  CHECK_FALSE(make_model({1, 4}, dense("dense", {.units = 2})).ends_in_softmax());
  CHECK_FALSE(make_model({1, 4}, dense("a", {.units = 2, .activation = Activation::softmax}),
                         std::make_unique<ActivationLayer>("b", ActivationLayer::Config()))
                  .ends_in_softmax());
}
