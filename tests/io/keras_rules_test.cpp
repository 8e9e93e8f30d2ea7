#include "lapis/io/keras_rules.h"

#include <catch2/catch.hpp>

#include "lapis/io/keras_archive.h"
#include "lapis/io/keras_model.h"
#include "lapis/model/workspace.h"
#include "support/close.h"
#include "support/error_text.h"
#include "support/random_values.h"

using namespace lapis;
using lapis_test::error_text;

namespace {

std::string sequential(const std::string& shape, const std::string& layers) {
  return R"({"class_name":"Sequential","config":{"name":"s","layers":[
      {"class_name":"InputLayer","config":{"batch_shape":)" +
         shape + "}}," + layers + "]}}";
}

/// With values that differ from each other.
ModelFile network(const std::string& config, std::string_view keras_version) {
  Model model = model_from_config(config, std::nullopt, keras_version);
  const std::vector<Real> values =
      lapis_test::random_values(static_cast<Index>(model.values().size()), 7, -0.9, 0.9);
  std::copy(values.begin(), values.end(), model.values().begin());
  return {std::move(model), TensorInput{}, {}, {}, {}};
}

std::vector<Real> outputs(const Model& model, const Shape& shape, double scale = 1) {
  const auto backend = make_cpu_backend(1);
  Workspace workspace(model, *backend, shape, Mode::predict);
  const std::vector<Real> x = lapis_test::random_values(shape.size(), 3, -scale, scale);
  std::copy(x.begin(), x.end(), workspace.input(shape[0]).data);
  const ConstView y = workspace.run(shape[0]);
  return {y.data, y.data + y.shape.size()};
}

const std::string kRecurrent = R"(
    {"class_name":"LSTM","config":{"name":"a","units":3,"recurrent_activation":"hard_sigmoid","return_sequences":true}},
    {"class_name":"Bidirectional","config":{"name":"b","layer":
      {"class_name":"LSTM","config":{"name":"i","units":2,"recurrent_activation":"hard_sigmoid","return_sequences":true}}}},
    {"class_name":"GRU","config":{"name":"c","units":4,"activation":"hard_sigmoid","recurrent_activation":"hard_sigmoid",
                                  "reset_after":true,"return_sequences":true}},
    {"class_name":"GRU","config":{"name":"d","units":3,"recurrent_activation":"hard_sigmoid","reset_after":false,
                                  "return_sequences":true}},
    {"class_name":"TimeDistributed","config":{"name":"e","layer":
      {"class_name":"Dense","config":{"name":"f","units":3,"activation":"hard_sigmoid"}}}},
    {"class_name":"Activation","config":{"name":"g","activation":"hard_sigmoid"}},
    {"class_name":"SimpleRNN","config":{"name":"h","units":3,"activation":"hard_sigmoid"}})";

}  // namespace

TEST_CASE("hard_sigmoid is the function of the Keras that wrote the file") {
  const std::string text =
      sequential("[null,1]", R"({"class_name":"Activation","config":{"activation":"hard_sigmoid"}})");
  const auto at_one = [&](std::string_view version) {
    const Model model = model_from_config(text, std::nullopt, version);
    const auto backend = make_cpu_backend(1);
    Workspace workspace(model, *backend, {1, 1}, Mode::predict);
    workspace.input(1).data[0] = 1;
    return static_cast<double>(workspace.run(1).data[0]);
  };
  for (const char* version : {"2.0.4", "2.1.6", "2.2.4-tf", "2.4.0", "2.15.0", "2.17.1"}) {
    INFO(version);
    CHECK(at_one(version) == Approx(0.7).epsilon(1e-6));
  }
  for (const char* version : {"", "3.0.5", "3.15.1", "3.16.0", "4.0.0", "unknown"}) {
    INFO(version);
    CHECK(at_one(version) == Approx(2.0 / 3).epsilon(1e-6));
  }
}

TEST_CASE("In every layer, and written back so that it stays the same function") {
  const std::string text = sequential("[null,5,4]", kRecurrent);
  const ModelFile old = network(text, "2.3.1");
  const std::string config = model_to_config(old.model);
  CHECK(config.find("\"hard_sigmoid\"") == std::string::npos);
  const ModelFile again = read_model(write_model(old));
  CHECK(model_to_config(again.model) == config);
  CHECK(outputs(again.model, {3, 5, 4}) == outputs(old.model, {3, 5, 4}));
  // The two functions differ enough to be seen.
  CHECK(lapis_test::max_abs_diff(outputs(network(text, "3.0.0").model, {3, 5, 4}),
                                 outputs(old.model, {3, 5, 4})) > 1e-3);
}

TEST_CASE("As .keras it is Keras 3's hard_sigmoid of 1.2 times as much") {
  const ModelFile old = network(sequential("[null,5,4]", kRecurrent), "2.3.1");
  const OwnedKerasArchive owned = write_keras_archive(old);
  CHECK(owned.archive.config.find("keras2") == std::string::npos);
  const ModelFile back = read_keras_archive(owned.archive);
  // Far from 0 too, where both functions are flat.
  for (const double scale : {1.0, 8.0})
    CHECK(lapis_test::max_abs_diff(outputs(back.model, {6, 5, 4}, scale),
                                   outputs(old.model, {6, 5, 4}, scale)) <= 1e-6);

  const ModelFile cell = network(
      sequential("[null,5,4]",
                 R"({"class_name":"LSTM","config":{"name":"cell","units":2,"activation":"hard_sigmoid",
                                  "recurrent_activation":"sigmoid"}})"),
      "2.15.0");
  CHECK(error_text([&] { write_keras_archive(cell); }) ==
        "layer \"cell\" (LSTM): its activation is the hard_sigmoid of Keras 2, which Keras 3 does not have: "
        "keep "
        "the model as .safetensors");
}

TEST_CASE("A key that Keras 2 had not yet means what there was before it") {
  const std::string gru = R"({"class_name":"GRU","config":{"name":"g","units":3%}})";
  const auto with = [&](std::string layer, const std::string& keys) {
    return sequential("[null,5,4]", layer.replace(layer.find('%'), 1, keys));
  };
  const auto bias = [](const Model& model) { return model.find_parameter("g/gru_cell/bias")->info.shape; };
  const std::string gates = R"(,"recurrent_activation":"sigmoid")";
  CHECK(bias(model_from_config(with(gru, gates), std::nullopt, "2.1.4")) == Shape{9});
  CHECK(bias(model_from_config(with(gru, gates + R"(,"reset_after":true)"), std::nullopt, "2.4.0")) ==
        Shape{2, 9});
  CHECK(bias(model_from_config(with(gru, gates), std::nullopt, "3.0.0")) == Shape{2, 9});
  // Its default changed with 2.3.
  for (const std::string& layer :
       {gru, std::string(R"({"class_name":"LSTM","config":{"name":"g","units":3%}})")}) {
    CHECK(error_text([&] {
            model_from_config(with(layer, ""), std::nullopt, "2.2.4");
          }).find("key \"recurrent_activation\" is missing") != std::string::npos);
    model_from_config(with(layer, ""), std::nullopt, "3.0.0");
  }
}

TEST_CASE("Keras 2's Rescaling ends a mask, Keras 3's hands it on") {
  const std::string text = sequential("[null,5]", R"(
      {"class_name":"Embedding","config":{"input_dim":9,"output_dim":2,"mask_zero":true}},
      {"class_name":"Rescaling","config":{"name":"r","scale":2.0}},
      {"class_name":"SimpleRNN","config":{"units":3}})");
  const auto rule = [](const Model& model) { return model.layer(1).mask_rule(); };
  CHECK(rule(model_from_config(text, std::nullopt, "2.15.0")) == MaskRule::drop);
  CHECK(rule(model_from_config(text, std::nullopt, "3.0.0")) == MaskRule::pass);
  const ModelFile old = network(text, "2.15.0");
  CHECK(rule(model_from_config(model_to_config(old.model))) == MaskRule::drop);
  CHECK(error_text([&] { write_keras_archive(old); }) ==
        "layer \"r\" (Rescaling) ends a mask, as in Keras 2; that of Keras 3 hands it on: keep the model as "
        ".safetensors");
  // Where there is no mask to end, both are the same.
  const ModelFile pictures =
      network(sequential("[null,4]", R"({"class_name":"Rescaling","config":{"scale":2.0}},
                                {"class_name":"Dense","config":{"units":3}})"),
              "2.15.0");
  const ModelFile back = read_keras_archive(write_keras_archive(pictures).archive);
  CHECK(outputs(back.model, {3, 4}) == outputs(pictures.model, {3, 4}));
}

TEST_CASE("Without a version the config's looks decide") {
  const auto looks = [](const std::string& text) { return keras_version_by_looks(Json::parse(text)); };
  CHECK(looks(R"({"class_name":"Sequential","config":[{"class_name":"Dense","config":{}}]})") == "2");
  CHECK(looks(R"({"class_name":"Sequential","config":{"layers":[
      {"class_name":"Dense","config":{"batch_input_shape":[null,3],"activation":"hard_sigmoid"}}]}})") ==
        "2");
  CHECK(looks(sequential("[null,3]", R"({"class_name":"Dense","config":{"activation":"hard_sigmoid"}})")) ==
        "3");
  CHECK(looks(R"({"class_name":"Model","config":{"layers":[{"inbound_nodes":[[["a",0,0,{}]]]}]}})") == "3");
  CHECK(error_text([&] {
          looks(R"({"class_name":"Model","config":{"layers":[{"config":{"activation":"hard_sigmoid"}}]}})");
        }) ==
        "the file does not say which Keras wrote it (keras_version), and hard_sigmoid is one function in "
        "Keras 1 "
        "and 2 and another in Keras 3: save the model again");
}

TEST_CASE("A file of Keras 1 is refused as a whole") {
  CHECK(
      error_text([] {
        model_from_config(sequential("[null,3]", R"({"class_name":"Dense","config":{"output_dim":3}})"),
                          std::nullopt, "1.2.2");
      }) ==
      "was written by Keras 1.2.2, whose layers have other names and settings: open it with Keras 2 and save "
      "it again");
}

TEST_CASE("Masked steps of a Bidirectional before Keras 2.4 are refused where they count") {
  const std::string both = R"({"class_name":"Bidirectional","config":{"name":"b","layer":
      {"class_name":"LSTM","config":{"units":2,"recurrent_activation":"sigmoid","return_sequences":true}}}})";
  const auto error = [&](const std::string& mask, const std::string& behind, const char* version) {
    return error_text([&] {
      model_from_config(
          sequential("[null,5]", R"({"class_name":"Embedding","config":{"input_dim":9,"output_dim":2,
                                                   "mask_zero":)" +
                                     mask + "}}," + both + behind),
          std::nullopt, version);
    });
  };
  const std::string dense = R"(,{"class_name":"Dense","config":{"units":3}})";
  const std::string flatten = R"(,{"class_name":"Flatten","config":{}})";
  const std::string rnn = R"(,{"class_name":"SimpleRNN","config":{"units":3}})";
  CHECK(error("true", dense + flatten, "2.3.1") ==
        "layer \"b\" (Bidirectional): what its masked steps put out changed with Keras 2.4, and the file, of "
        "2.3.1, "
        "does not tell: save the model again with a later Keras");
  for (const std::string& behind : {std::string(), dense, flatten, dense + flatten + dense})
    CHECK(error("true", behind, "2.2.4-tf") != "no error");
  CHECK(error("true", dense + rnn + dense, "2.2.4-tf") == "no error");
  CHECK(error("true", dense + flatten, "2.4.0") == "no error");
  CHECK(error("true", dense + flatten, "3.0.0") == "no error");
  CHECK(error("false", dense + flatten, "2.2.4") == "no error");
}
