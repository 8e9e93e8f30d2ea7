#include "lapis/io/compiled_loss.h"

#include <algorithm>
#include <array>

#include "lapis/io/config_values.h"

namespace lapis {

namespace {

constexpr const char* kLossWeights = "loss_weights";

/// A loss given as a function is written as {"class_name": "function", "config": "binary_crossentropy"}.
Named read_loss_name(const JsonCursor& value) {
  const Json* const name = value.json().find("class_name");
  if (name != nullptr && name->string() != nullptr && *name->string() == "function")
    if (const Json* const function = value.json().find("config"))
      return read_named(JsonCursor(*function, value.path()));
  return read_named(value);
}

/// Keras takes a list or an object with a loss (or its weight) for each output: of a single one, that one.
const Json& only_one(const Json& loss) {
  if (loss.array() != nullptr && loss.array()->size() == 1) return loss.array()->front();
  if (loss.object() != nullptr && loss.object()->size() == 1 && loss.find("class_name") == nullptr)
    return loss.object()->front().value;
  return loss;
}

}  // namespace

LossConfig read_loss(const JsonCursor& value) {
  const Named named = read_loss_name(value);
  LossConfig loss;
  using Kind = LossConfig::Kind;
  constexpr std::array<std::pair<std::string_view, Kind>, 9> kNames = {{
      {"sparse_categorical_crossentropy", Kind::sparse_categorical_crossentropy},
      {"sparsecategoricalcrossentropy", Kind::sparse_categorical_crossentropy},
      {"categorical_crossentropy", Kind::categorical_crossentropy},
      {"categoricalcrossentropy", Kind::categorical_crossentropy},
      {"binary_crossentropy", Kind::binary_crossentropy},
      {"binarycrossentropy", Kind::binary_crossentropy},
      {"mean_squared_error", Kind::mean_squared_error},
      {"meansquarederror", Kind::mean_squared_error},
      {"mse", Kind::mean_squared_error},
  }};
  const auto* const found = std::find_if(kNames.begin(), kNames.end(),
                                         [&](const auto& entry) { return entry.first == named.name; });
  if (found == kNames.end()) {
    fail(named.where.path(), ": loss ", in_quotes(named.name),
         " is not known; known: sparse_categorical_crossentropy, categorical_crossentropy, "
         "binary_crossentropy, mean_squared_error");
  }
  loss.kind = found->second;
  ObjectReader object(named.config);
  if (loss.kind != Kind::mean_squared_error) read_value(object, "from_logits", loss.from_logits);
  if (loss.kind == Kind::sparse_categorical_crossentropy) read_off(object, "ignore_class");
  if (loss.kind == Kind::categorical_crossentropy || loss.kind == Kind::binary_crossentropy) {
    read_value(object, "label_smoothing", loss.label_smoothing, 0, 1);
    if (const auto axis = object.find("axis"); axis && axis->number() != -1) axis->expected("-1");
  }
  bool is_mean = true;
  read_choice(object, "reduction", is_mean,
              {{"sum_over_batch_size", true},
               {"mean", true},
               {"mean_with_sample_weight", true},
               {"auto", true}});  // Keras 2
  for (const char* key : {"name", "dtype", "fn"}) object.ignore(key);
  object.finish();
  return loss;
}

std::string loss_to_json(const LossConfig& loss) {
  static constexpr std::string_view kClasses[] = {"SparseCategoricalCrossentropy", "CategoricalCrossentropy",
                                                  "BinaryCrossentropy", "MeanSquaredError"};
  Json config{Json::Object()};
  if (loss.kind != LossConfig::Kind::mean_squared_error) config.add("from_logits", loss.from_logits);
  if (loss.label_smoothing != 0) config.add("label_smoothing", loss.label_smoothing);
  Json json{Json::Object()};
  json.add("class_name", kClasses[static_cast<std::size_t>(loss.kind)]);
  json.add("config", std::move(config));
  return json.dump();
}

std::string loss_of_compile(const Json& compile) {
  const Json* const loss = compile.find("loss");
  if (loss == nullptr || loss->is_null()) return {};
  const Json* const weights = compile.find(kLossWeights);
  if (weights == nullptr || weights->is_null() || only_one(*weights).number() == 1)
    return only_one(*loss).dump();
  Json weighted{Json::Object()};
  weighted.add("loss", only_one(*loss));
  weighted.add(kLossWeights, *weights);
  return weighted.dump();
}

std::string loss_of_training(const std::string& training) {
  if (training.empty()) return {};
  const Json json = Json::parse(training);
  const Json* const config = json.find("config");
  if (config == nullptr) return {};
  const Json* const compile = config->find("compile");
  const std::string loss = compile == nullptr ? std::string() : loss_of_compile(*compile);
  return loss.empty() ? loss_to_json({}) : loss;
}

CompiledLoss compiled_loss(const ModelFile& file) {
  if (file.loss.empty()) return {};
  try {
    const Json json = Json::parse(file.loss);
    const Json* const weights = json.find(kLossWeights);
    if (weights == nullptr) return {read_loss(JsonCursor(json, "loss")), {}};
    const Json* const loss = json.find("loss");
    return {read_loss(JsonCursor(loss == nullptr ? json : *loss, "loss")),
            "loss_weights is " + weights->dump() + ", which is not supported; expected 1"};
  } catch (const Error& error) {
    return {std::nullopt, error.what()};
  }
}

std::vector<std::string> class_names(const ModelFile& file) {
  const Index outputs = file.model.output_shape()[-1];
  if (outputs == 1 && file.labels.size() == 1) return {"not " + file.labels[0], file.labels[0]};
  if (!file.labels.empty()) return file.labels;
  std::vector<std::string> names;
  for (Index i = 0; i < (outputs == 1 ? 2 : outputs); ++i) names.push_back(std::to_string(i));
  return names;
}

OutputMeaning meaning_of(const ModelFile& file) {
  return meaning_of(file.model, compiled_loss(file).config);
}

bool speaks_for_class(const ModelFile& file) {
  const OutputMeaning meaning = meaning_of(file);
  return meaning.are_probabilities() || file.labels.size() > (meaning.outputs == 1 ? 1 : 0);
}

std::vector<std::string> answer_names(const ModelFile& file) {
  return speaks_for_class(file) ? class_names(file) : std::vector<std::string>();
}

}  // namespace lapis
