#include <algorithm>
#include <catch2/catch.hpp>

#include "lapis/io/keras_archive.h"
#include "lapis/io/keras_model.h"
#include "lapis/model/workspace.h"
#include "support/close.h"
#include "support/error_text.h"
#include "support/model_bytes.h"
#include "support/random_values.h"

using namespace lapis;
using lapis_test::error_text;

namespace {

/// A network of these layers (JSON) with values that differ from each other.
ModelFile network(const std::string& input, const std::string& layers) {
  Model model = model_from_config(R"({"class_name":"Sequential","config":{"name":"net","layers":[
      {"class_name":"InputLayer","config":{"batch_shape":)" +
                                  input + "}}," + layers + "]}}");
  std::vector<Real> values =
      lapis_test::random_values(static_cast<Index>(model.values().size()), 7, 0.1, 0.9);
  std::copy(values.begin(), values.end(), model.values().begin());
  return {std::move(model), TensorInput{}, {}, {}, {}};
}

std::vector<Real> outputs(const Model& model, Shape x_shape) {
  const auto backend = make_cpu_backend(1);
  Workspace workspace(model, *backend, x_shape, Mode::predict);
  const std::vector<Real> x = lapis_test::random_values(x_shape.size(), 3);
  std::copy(x.begin(), x.end(), workspace.input(x_shape[0]).data);
  const ConstView y = workspace.run(x_shape[0]);
  return {y.data, y.data + y.shape.size()};
}

std::vector<std::string> variable_names(const OwnedKerasArchive& owned) {
  std::vector<std::string> names;
  for (const TensorView& variable : owned.archive.variables) names.push_back(variable.name);
  return names;
}

}  // namespace

TEST_CASE("What is written as a Keras archive reads back as the same model file") {
  for (const auto make : {lapis_test::picture_model, lapis_test::text_model}) {
    ModelFile file = make();
    file.training = R"({"seed":7,"nested":{"list":[1,2.5,null]}})";
    file.metrics = {{"accuracy", 0.1}, {"macro_f1", 1.0 / 3}};
    const OwnedKerasArchive owned = write_keras_archive(file);
    CHECK(owned.archive.keras_version == "3.15.1");
    CHECK(write_model(read_keras_archive(owned.archive)) == write_model(file));
  }
}

TEST_CASE("Groups and variables stand where Keras looks for them") {
  const OwnedKerasArchive owned = write_keras_archive(network("[null,4,3]", R"(
      {"class_name":"TimeDistributed","config":{"name":"steps","layer":
        {"class_name":"Dense","config":{"name":"inner","units":3}}}},
      {"class_name":"Bidirectional","config":{"name":"both","layer":
        {"class_name":"LSTM","config":{"name":"lstm","units":2,"return_sequences":true}}}},
      {"class_name":"Dropout","config":{"name":"drop","rate":0.5}},
      {"class_name":"GRU","config":{"name":"last","units":2}},
      {"class_name":"Dense","config":{"name":"b","units":2,"use_bias":false}},
      {"class_name":"Dense","config":{"name":"a","units":2}})"));
  CHECK(
      variable_names(owned) ==
      std::vector<std::string>{
          "layers/time_distributed/layer/vars/0", "layers/time_distributed/layer/vars/1",
          "layers/bidirectional/forward_layer/cell/vars/0", "layers/bidirectional/forward_layer/cell/vars/1",
          "layers/bidirectional/forward_layer/cell/vars/2", "layers/bidirectional/backward_layer/cell/vars/0",
          "layers/bidirectional/backward_layer/cell/vars/1",
          "layers/bidirectional/backward_layer/cell/vars/2", "layers/gru/cell/vars/0",
          "layers/gru/cell/vars/1", "layers/gru/cell/vars/2", "layers/dense/vars/0", "layers/dense_1/vars/0",
          "layers/dense_1/vars/1"});
  CHECK(owned.groups ==
        std::map<std::string, std::string>{{"vars", "net"},
                                           {"layers/time_distributed/vars", "steps"},
                                           {"layers/time_distributed/layer/vars", "inner"},
                                           {"layers/bidirectional/vars", "both"},
                                           {"layers/bidirectional/forward_layer/vars", "forward_lstm"},
                                           {"layers/bidirectional/forward_layer/cell/vars", "lstm_cell"},
                                           {"layers/bidirectional/backward_layer/vars", "backward_lstm"},
                                           {"layers/bidirectional/backward_layer/cell/vars", "lstm_cell"},
                                           {"layers/dropout/vars", "drop"},
                                           {"layers/gru/vars", "last"},
                                           {"layers/gru/cell/vars", "gru_cell"},
                                           {"layers/dense/vars", "b"},
                                           {"layers/dense_1/vars", "a"}});
}

TEST_CASE("A Dense with RMSNorm is written as three layers that compute the same") {
  const ModelFile file = network("[null,5]", R"(
      {"class_name":"Dense","config":{"name":"normed","units":4,"use_bias":false,"use_rmsnorm":true,
        "rmsnorm_epsilon":0.01,"activation":"tanh"}},
      {"class_name":"RMSNormalization","config":{"name":"own"}},
      {"class_name":"Dense","config":{"name":"last","units":3,"activation":"softmax"}})");
  const OwnedKerasArchive owned = write_keras_archive(file);
  const ModelFile back = read_keras_archive(owned.archive);
  CHECK(back.model.layer_count() == 5);
  CHECK(lapis_test::max_abs_diff(outputs(file.model, {6, 5}), outputs(back.model, {6, 5})) <= 1e-6);

  CHECK(error_text([] {
          write_keras_archive(
              network("[null,5]",
                      R"({"class_name":"Dense","config":{"name":"normed","units":4,"use_rmsnorm":true}})"));
        }) ==
        "layer \"normed\" (Dense) has use_rmsnorm, which Keras has not, and a bias after it, which Keras "
        "cannot express: keep the model as .safetensors");
  CHECK(error_text([] {
          write_keras_archive(network("[null,4,5]", R"({"class_name":"TimeDistributed","config":{"layer":
            {"class_name":"Dense","config":{"name":"inner","units":4,"use_bias":false,"use_rmsnorm":true}}}})"));
        }) ==
        "layer \"inner\" (Dense) has use_rmsnorm, which Keras has not, and stands in another layer: keep "
        "the model as .safetensors");
}

TEST_CASE("Keras 3.16's rule of masks is the file's version") {
  const std::string without = R"({"class_name":"GRU","config":{"name":"one","units":2,"return_sequences":true,
                                  "passes_mask":false}})";
  const OwnedKerasArchive owned = write_keras_archive(network("[null,4,3]", without));
  CHECK(owned.archive.keras_version == "3.16.0");
  CHECK(owned.archive.config.find("passes_mask") == std::string::npos);
  CHECK(model_to_config(read_keras_archive(owned.archive).model).find("passes_mask") != std::string::npos);
  CHECK(error_text([&] {
          write_keras_archive(
              network("[null,4,3]", without + R"(,{"class_name":"LSTM","config":{"name":"two","units":2}})"));
        }) ==
        "layer \"one\" hands no mask on, but others do: no version of Keras does both; keep the model as "
        ".safetensors");
}
