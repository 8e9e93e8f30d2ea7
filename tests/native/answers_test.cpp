// One loss from training to evaluate, and answers that are what they are called.

#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <functional>

#include "file.h"
#include "lapis/io/keras_model.h"
#include "lapis/io/model_file.h"
#include "support/shared.h"
#include "workbench.h"

using lapis::Json;
using namespace lapis_test;
using Catch::Contains;

namespace {

double number(const Json& json, const std::string& key) {
  const Json* value = json.find(key);
  INFO(json.dump());
  REQUIRE(value != nullptr);
  REQUIRE(value->number());
  return *value->number();
}

std::vector<double> numbers(const Json& json, const std::string& key) {
  INFO(json.dump());
  REQUIRE(json.find(key) != nullptr);
  std::vector<double> values;
  for (const Json& value : *json.find(key)->array()) values.push_back(value.number().value());
  return values;
}

std::string config(int units, const std::string& activation, const std::string& loss,
                   const std::string& more = "") {
  return R"({"model": {"class_name": "Sequential", "config": {"name": "colours", "layers": [
      {"class_name": "AveragePooling2D", "config": {"pool_size": 4}},
      {"class_name": "Flatten", "config": {}},
      {"class_name": "Dense", "config": {"units": )" +
         std::to_string(units) + R"(, "activation": ")" + activation + "\"" + more + R"(}}]}},
    "compile": {"optimizer": {"class_name": "Adam", "config": {"learning_rate": 0.05}}, "loss": )" +
         loss + R"(},
    "fit": {"epochs": 4, "batch_size": 8, "seed": 5},
    "data": {"kind": "image_folder", "image": {"width": 8, "height": 8}, "validation_split": 0.3}})";
}

struct Trained {
  std::string model;
  double val_loss = 0, val_accuracy = 0;
};

Trained train(const TemporaryFolder& folder, const std::string& text,
              const std::string& name = "m.safetensors") {
  if (!std::filesystem::exists(folder / "data")) write_image_folder(folder / "data", 20);
  write_text(folder / "config.json", text);
  const Json result =
      run_json({"train", folder / "config.json", "--data", folder / "data", "--out", folder / name});
  const Json& last = result.find("epochs")->array()->back();
  return {folder / name, number(last, "val_loss"), number(last, "val_accuracy")};
}

const std::string kBinaryLogits = R"({"class_name": "BinaryCrossentropy", "config": {"from_logits": true}})";

}  // namespace

TEST_CASE("answers: the loss of evaluate is the compiled one, equal to the training's val_loss") {
  const TemporaryFolder folder;
  const auto check = [&](int units, const std::string& activation, const std::string& loss,
                         const std::string& more = "") {
    INFO(units << " " << activation << " " << loss << more);
    for (const char* name : {"m.safetensors", "m.keras"}) {
      const Trained trained = train(folder, config(units, activation, loss, more), name);
      const std::vector<std::string> evaluate = {"evaluate",      trained.model, "--data",
                                                 folder / "data", "--split",     "valid"};
      const Json result = run_json(evaluate);
      CHECK(std::abs(number(result, "loss") - trained.val_loss) <= 1e-6 * std::max(1.0, trained.val_loss));
      CHECK(number(result, "accuracy") == trained.val_accuracy);
      CHECK(result.find("loss_is_assumed")->dump() == "false");
    }
  };
  check(2, "softmax", R"("mse")");
  check(2, "sigmoid", R"("binary_crossentropy")");
  check(1, "sigmoid", R"("binary_crossentropy")");
  check(1, "linear", kBinaryLogits);
  check(1, "sigmoid", R"("mse")");
  check(2, "softmax", R"({"class_name": "CategoricalCrossentropy", "config": {"label_smoothing": 0.2}})");
  check(2, "linear", R"({"class_name": "SparseCategoricalCrossentropy", "config": {"from_logits": true}})");
  // What regularisers add is in both, as in Keras.
  check(2, "softmax", R"("categorical_crossentropy")",
        R"(, "kernel_regularizer": {"class_name": "L2", "config": {"l2": 0.1}})");
}

TEST_CASE("answers: --record writes the compiled loss; a file without one says what was assumed") {
  const TemporaryFolder folder;
  const Trained trained = train(folder, config(1, "sigmoid", R"("mse")"));
  run_json({"evaluate", trained.model, "--data", folder / "data", "--split", "valid", "--record"});
  const Json info = run_json({"info", trained.model});
  CHECK(std::abs(number(*info.find("metrics"), "val_loss") - trained.val_loss) <= 1e-6);

  const std::vector<std::uint8_t> bytes = read_bytes(trained.model);
  lapis::ModelFile file = lapis::read_model(std::as_bytes(std::span(bytes)));
  file.loss.clear();
  file.training.clear();
  lapis::native::write_file_atomically(folder / "none.safetensors", lapis::write_model(file));
  const std::vector<std::string> evaluate = {
      "evaluate", folder / "none.safetensors", "--data", folder / "data", "--split", "all"};
  CHECK_THAT(run_lapis(evaluate).out, Contains("binary_crossentropy (assumed: the file names no loss)"));
  CHECK(run_json(evaluate).find("loss_is_assumed")->dump() == "true");
  file.loss = R"("huber")";
  lapis::native::write_file_atomically(folder / "none.safetensors", lapis::write_model(file));
  CHECK_THAT(run_lapis(evaluate).out, Contains("not computed: loss: loss \"huber\" is not known"));
  CHECK(run_json(evaluate).find("loss")->is_null());
}

TEST_CASE("answers: one sigmoid is two classes, from folders to predict") {
  const TemporaryFolder folder;
  for (const bool logits : {false, true}) {
    const Trained trained = train(folder, logits ? config(1, "linear", kBinaryLogits)
                                                 : config(1, "sigmoid", R"("binary_crossentropy")"));
    CHECK(trained.val_accuracy == 1);
    const Json result = run_json(
        {"predict", trained.model, "--image", folder / "data/blue/0.png", folder / "data/red/0.png"});
    CHECK(result.find("labels")->dump() == R"(["blue","red"])");
    CHECK(*result.find("output")->find("kind")->string() == "binary");
    const Json::Array& predictions = *result.find("predictions")->array();
    CHECK(*predictions[0].find("label")->string() == "blue");
    CHECK(*predictions[1].find("label")->string() == "red");
    for (const Json& prediction : predictions) {
      const std::vector<double> p = numbers(prediction, "probabilities");
      REQUIRE(p.size() == 2);
      CHECK(p[0] + p[1] == Approx(1).epsilon(1e-6));
      REQUIRE((prediction.find("scores") != nullptr) == logits);
      if (logits) CHECK(p[1] == Approx(1 / (1 + std::exp(-numbers(prediction, "scores")[0]))));
    }
    const CommandResult plain = run_lapis({"predict", trained.model, "--image", folder / "data/red/3.png"});
    CHECK_THAT(plain.out, Contains("blue") && Contains("red"));
    const Json evaluation =
        run_json({"evaluate", trained.model, "--data", folder / "data", "--split", "valid"});
    CHECK(evaluation.find("confusion")->array()->size() == 2);
  }
}

TEST_CASE("answers: scores become probabilities, values stay values") {
  const TemporaryFolder folder;
  const std::string picture = folder / "data/red/1.png";
  const Trained scores = train(folder, config(2, "linear", R"({"class_name": "SparseCategoricalCrossentropy",
                                           "config": {"from_logits": true}})"));
  const Json scored = run_json({"predict", scores.model, "--image", picture});
  const Json& answer = scored.find("predictions")->array()->at(0);
  const std::vector<double> p = numbers(answer, "probabilities"), s = numbers(answer, "scores");
  CHECK(p[0] + p[1] == Approx(1).epsilon(1e-6));
  CHECK(p[1] / p[0] == Approx(std::exp(s[1] - s[0])).epsilon(1e-4));
  CHECK(*answer.find("label")->string() == "red");

  const Trained values = train(folder, config(2, "linear", R"("mse")"));
  const Json valued = run_json({"predict", values.model, "--image", picture});
  const Json& plain = valued.find("predictions")->array()->at(0);
  CHECK(plain.find("probabilities") == nullptr);
  CHECK(numbers(plain, "values").size() == 2);
  CHECK(*plain.find("label")->string() == "red");
  CHECK_THAT(run_lapis({"info", values.model}).out, Contains("no probabilities"));

  const Trained several = train(folder, config(2, "sigmoid", R"("binary_crossentropy")"));
  const Json independent = run_json({"predict", several.model, "--image", picture});
  CHECK(*independent.find("output")->find("kind")->string() == "independent");
  CHECK_THAT(run_lapis({"predict", several.model, "--image", picture}).out, Contains("do not add to 1"));
}

TEST_CASE("answers: every output tensor is written, of any shape, batch first") {
  const TemporaryFolder folder;
  const auto check = [&](const std::string& layers, const lapis::Shape& x, const lapis::Shape& y) {
    write_text(folder / "config.json",
               R"({"class_name": "Sequential", "config": {"layers": )" + layers + "}}");
    lapis::ModelFile file{.model = lapis::model_from_config(read_text(folder / "config.json"), x)};
    file.model.initialize(4);
    lapis::native::write_file_atomically(folder / "m.safetensors", lapis::write_model(file));
    std::vector<float> values(static_cast<std::size_t>(x.size()));
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(std::sin(i));
    write_tensor(folder / "x.safetensors", "input", lapis::Dtype::f32, x, std::as_bytes(std::span(values)));
    const std::vector<std::string> predict = {"predict", folder / "m.safetensors", "--input",
                                              folder / "x.safetensors"};
    std::vector<std::string> with_output = predict;
    with_output.insert(with_output.end(), {"--output", folder / "y.safetensors"});
    const CommandResult result = run_lapis(with_output);
    INFO(result.error);
    REQUIRE(result.status == 0);
    const std::vector<std::uint8_t> bytes = read_bytes(folder / "y.safetensors");
    const lapis::SafetensorsFile written = lapis::read_safetensors(std::as_bytes(std::span(bytes)));
    const lapis::TensorView* tensor = written.find("output");
    REQUIRE(tensor != nullptr);
    CHECK(tensor->shape == y);
    // The same numbers as JSON shows, however they are nested.
    std::vector<double> shown;
    const std::function<void(const Json&)> collect = [&](const Json& json) {
      if (json.array() == nullptr) return shown.push_back(json.number().value());
      for (const Json& item : *json.array()) collect(item);
    };
    const Json json = run_json(predict);
    for (const Json& prediction : *json.find("predictions")->array()) {
      const Json* const numbers = prediction.find("values");
      collect(numbers != nullptr ? *numbers : *prediction.find("probabilities"));
    }
    CHECK(shown == lapis::to_doubles(*tensor));
    CHECK(run_lapis(predict).status == 0);
  };
  check(
      R"([{"class_name": "Conv2D", "config": {"filters": 2, "kernel_size": 3, "padding": "same", "activation": "softmax"}}])",
      {3, 4, 5, 2}, {3, 4, 5, 2});
  check(R"([{"class_name": "LSTM", "config": {"units": 3, "return_sequences": true}}])", {70, 4, 2},
        {70, 4, 3});
  check(R"([{"class_name": "Dense", "config": {"units": 3}}])", {5, 2}, {5, 3});
}

TEST_CASE("answers: one bad input loses none of the others") {
  const TemporaryFolder folder;
  const std::string model = train_on_texts(folder, 1);
  const CommandResult result =
      run_lapis({"predict", model, "--json", "--text-file", "-"}, "bagus enak\n\nburuk parah\n...\n");
  CHECK(result.status == 1);
  CHECK(result.error_lines() == 3);
  CHECK_THAT(result.error, Contains("standard input:2: ") && Contains("standard input:4: ") &&
                               Catch::EndsWith("2 of 4 inputs cannot be read, the others are answered\n"));
  const Json json = Json::parse(result.out);
  const Json::Array& predictions = *json.find("predictions")->array();
  REQUIRE(predictions.size() == 4);  // each stands where its line stood
  CHECK(number(json, "failed") == 2);
  CHECK(predictions[0].find("label") != nullptr);
  CHECK(predictions[1].find("label") == nullptr);
  CHECK(predictions[1].find("error") != nullptr);
  const Json alone = run_json({"predict", model, "--text", "buruk parah"});
  CHECK(predictions[2].find("probabilities")->dump() ==
        alone.find("predictions")->array()->at(0).find("probabilities")->dump());

  const CommandResult none = run_lapis({"predict", model, "--text-file", "-"}, "\n \n");
  CHECK(none.status == 2);
  CHECK(none.out.empty());
  CHECK_THAT(none.error, Contains("none of 2 inputs can be read"));

  const TemporaryFolder folder_of_pictures;
  const Trained colours =
      train(folder_of_pictures, config(1, "sigmoid", R"("binary_crossentropy")"), "c.safetensors");
  const CommandResult pictures =
      run_lapis({"predict", colours.model, "--image", folder_of_pictures / "data/red/0.png",
                 folder_of_pictures / "none.png", folder_of_pictures / "data/blue/0.png"});
  CHECK(pictures.status == 1);
  CHECK_THAT(pictures.out, Contains("red/0.png") && Contains("blue/0.png"));
  CHECK_THAT(pictures.error, Contains("none.png: cannot open it"));
}
