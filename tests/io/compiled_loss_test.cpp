#include "lapis/io/compiled_loss.h"

#include <catch2/catch.hpp>

#include "lapis/io/keras_archive.h"
#include "lapis/io/keras_model.h"
#include "support/error_text.h"

using namespace lapis;
using Catch::Contains;
using Kind = LossConfig::Kind;

namespace {

ModelFile linear_network(Index units = 2) {
  ModelFile file{.model = model_from_config(
                     R"([{"class_name": "Dense", "config": {"units": )" + std::to_string(units) + "}}]",
                     Shape{kUnknown, 3})};
  file.model.initialize(1);
  return file;
}

/// What read_keras_archive makes of such a compile_config (or of an .h5's training_config).
ModelFile read_back(const std::string& compile, bool legacy) {
  const ModelFile file = linear_network();
  OwnedKerasArchive owned = write_keras_archive(file);
  KerasArchive& archive = owned.archive;
  if (legacy) {
    archive.training_config = compile;
  } else {
    REQUIRE(archive.config.ends_with('}'));
    archive.config.pop_back();
    archive.config += ", \"compile_config\": " + compile + "}";
  }
  return read_keras_archive(archive);
}

CompiledLoss loss_of(const std::string& json) {
  ModelFile file = linear_network();
  file.loss = json;
  return compiled_loss(file);
}

}  // namespace

TEST_CASE("compiled loss: as Keras 2 and 3 write it") {
  const auto check = [](const std::string& json, const LossConfig& expected) {
    INFO(json);
    for (const bool legacy : {false, true}) {
      const ModelFile file = read_back(R"({"optimizer": "adam", "loss": )" + json + "}", legacy);
      const CompiledLoss found = compiled_loss(file);
      INFO(found.unknown);
      REQUIRE(found.config);
      CHECK(*found.config == expected);
    }
  };
  check(R"("binary_crossentropy")", {.kind = Kind::binary_crossentropy});
  check(R"(["mse"])", {.kind = Kind::mean_squared_error});
  check(R"({"dense": "mse"})", {.kind = Kind::mean_squared_error});
  check(R"({"class_name": "SparseCategoricalCrossentropy", "config": {"reduction": "auto",
         "name": "sparse_categorical_crossentropy", "from_logits": true, "ignore_class": null}})",
        {.from_logits = true});
  check(R"({"module": "keras.losses", "class_name": "CategoricalCrossentropy", "config": {"name": "c",
         "reduction": "sum_over_batch_size", "from_logits": false, "label_smoothing": 0.1, "axis": -1},
         "registered_name": null})",
        {.kind = Kind::categorical_crossentropy, .label_smoothing = 0.1});
  check(R"({"module": "builtins", "class_name": "function", "config": "binary_crossentropy",
         "registered_name": "function"})",
        {.kind = Kind::binary_crossentropy});
}

TEST_CASE("compiled loss: one that is not known is kept and says so") {
  for (const char* json :
       {R"("huber")", R"({"class_name": "Huber", "config": {"delta": 2}})",
        R"({"class_name": "BinaryCrossentropy", "config": {"reduction": "sum"}})", R"(["mse", "mse"])"}) {
    INFO(json);
    const CompiledLoss found = loss_of(json);
    CHECK_FALSE(found.config);
    CHECK_FALSE(found.unknown.empty());
  }
  CHECK_THAT(loss_of(R"("huber")").unknown, Contains("huber") && Contains("known: "));
  const ModelFile file = read_back(R"({"loss": "huber"})", false);
  CHECK(read_model(write_model(file)).loss == R"("huber")");
  CHECK(meaning_of(file).kind == OutputMeaning::Kind::values);
}

TEST_CASE("compiled loss: a weighted one says what the outputs are, but its number is not known") {
  for (const char* weights : {"2.0", "[2.0]", R"({"dense": 0.5})"}) {
    for (const bool legacy : {false, true}) {
      INFO(weights);
      ModelFile file = read_back(
          R"({"loss": "binary_crossentropy", "loss_weights": )" + std::string(weights) + "}", legacy);
      file = read_model(write_model(file));
      const CompiledLoss found = compiled_loss(file);
      REQUIRE(found.config);
      CHECK(found.config->kind == Kind::binary_crossentropy);
      CHECK_THAT(found.unknown, Contains("loss_weights"));
    }
  }
  for (const char* weights : {"null", "1", "[1.0]", R"({"dense": 1.0})"})
    CHECK(compiled_loss(read_back(R"({"loss": "mse", "loss_weights": )" + std::string(weights) + "}", false))
              .unknown.empty());
}

TEST_CASE("compiled loss: a file that names none, or holds anything else there, still opens") {
  for (const char* compile : {"null", "{}", R"({"loss": null})", "[]"}) {
    for (const bool legacy : {false, true}) {
      const ModelFile file = read_back(compile, legacy);
      CHECK(file.loss.empty());
      CHECK_FALSE(compiled_loss(file).config);
      CHECK(compiled_loss(file).unknown.empty());
    }
  }
  CHECK(read_back("not JSON", true).loss.empty());
}

TEST_CASE("compiled loss: a model file keeps it; older ones have it in their training's config") {
  ModelFile file = linear_network();
  const LossConfig loss{.kind = Kind::binary_crossentropy, .from_logits = true, .label_smoothing = 0.25};
  file.loss = loss_to_json(loss);
  CHECK(*compiled_loss(read_model(write_model(file))).config == loss);
  CHECK(*compiled_loss(read_keras_archive(write_keras_archive(file).archive)).config == loss);

  file.loss.clear();
  file.training = R"({"config": {"compile": {"loss": "mse"}}})";
  CHECK(compiled_loss(read_model(write_model(file))).config->kind == Kind::mean_squared_error);
  file.training = R"({"config": {"fit": {}}})";  // the default of a config
  CHECK(*compiled_loss(read_model(write_model(file))).config == LossConfig{});
  file.training = R"({"seed": 1})";
  CHECK_FALSE(compiled_loss(read_model(write_model(file))).config);
  file.loss = "{";
  CHECK_THAT(lapis_test::error_text([&] { write_model(file); }), Contains("loss"));
}

TEST_CASE("compiled loss: names of answers: both of two classes, none of plain values") {
  const auto names = [](Index units, const std::string& loss, std::vector<std::string> labels) {
    ModelFile file = linear_network(units);
    file.loss = loss;
    file.labels = std::move(labels);
    return answer_names(read_model(write_model(file)));
  };
  using Names = std::vector<std::string>;
  const std::string binary = loss_to_json({.kind = Kind::binary_crossentropy, .from_logits = true});
  CHECK(names(1, binary, {"cat", "dog"}) == Names{"cat", "dog"});
  CHECK(names(1, binary, {"dog"}) == Names{"not dog", "dog"});
  CHECK(names(1, binary, {}) == Names{"0", "1"});
  CHECK(names(1, "", {}).empty());
  CHECK(names(1, "", {"price"}).empty());
  CHECK(names(1, R"("mse")", {"cat", "dog"}) == Names{"cat", "dog"});
  CHECK(names(2, "", {}).empty());
  CHECK(names(2, R"("mse")", {"a", "b"}) == Names{"a", "b"});
  ModelFile three = linear_network(1);
  three.labels = {"a", "b", "c"};
  CHECK_THAT(lapis_test::error_text([&] { write_model(three); }), Contains("tells two classes apart"));
}
