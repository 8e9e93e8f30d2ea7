#include "lapis/io/keras_archive.h"

#include <algorithm>

#include "lapis/io/compiled_loss.h"
#include "lapis/io/keras_model.h"
#include "lapis/io/keras_rules.h"
#include "lapis/io/model_metadata.h"
#include "lapis/io/text_vectorization.h"
#include "lapis/layers/registry.h"

namespace lapis {

namespace {

// Keras 2.13's .keras calls the group by the name of an attribute.
constexpr std::string_view kFolders[] = {"layers/", "_layer_checkpoint_dependencies/"};

/// Keras before 3.0 separates by backslashes on Windows.
std::string with_slashes(std::string name) {
  std::replace(name.begin(), name.end(), '\\', '/');
  return name;
}

/// The archive's variables by name, and which of them nobody has asked for yet.
class Variables {
 public:
  explicit Variables(const KerasArchive& archive) {
    for (const TensorView& variable : archive.variables) {
      std::string name = with_slashes(variable.name);
      if (archive.layout == KerasArchive::Layout::keras3 && !is_network_variable(name)) continue;
      if (!by_name_.emplace(std::move(name), &variable).second)
        fail("variable ", in_quotes(variable.name), " stands twice");
    }
  }

  bool has(const std::string& name) const { return by_name_.contains(name); }

  const TensorView* take(const std::string& name) {
    const auto at = by_name_.find(name);
    if (at == by_name_.end()) return nullptr;
    const TensorView* variable = at->second;
    by_name_.erase(at);
    return variable;
  }

  /// Throws where a variable is left. A generator's state says nothing of predictions.
  void finish() const {
    for (const auto& [name, variable] : by_name_)
      if (name.find("/seed_generator/") == std::string::npos)
        fail("variable ", in_quotes(name), " ", variable->shape, " belongs to no layer of the model");
  }

 private:
  std::map<std::string, const TensorView*> by_name_;
};

/// Keras 3 names a layer's group after its class and counts, whatever the layer's own name is.
std::vector<std::string> keras3_groups(const Model& model, const Variables& variables) {
  std::map<std::string_view, int> used;
  std::vector<std::string> groups;
  for (int i = 0; i < model.layer_count(); ++i) {
    const std::string_view snake = find_layer_type(model.layer(i).type())->snake_name;
    const int count = used[snake]++;
    const std::string name = std::string(snake) + (count == 0 ? "" : "_" + std::to_string(count));
    std::string group = std::string(kFolders[0]) + name;
    for (const char* part : {"/vars/0", "/layer/vars/0"})
      if (variables.has(std::string(kFolders[1]) + name + part)) group = std::string(kFolders[1]) + name;
    groups.push_back(std::move(group));
  }
  return groups;
}

/// What a layer's variables may be called below its group: its own, or those of what it wraps, in the order
/// of the layer's parameters.
std::vector<std::string> variable_names(KerasArchive::Layout layout, const std::string& group,
                                        const Variables& variables) {
  std::vector<std::string> names;
  std::vector<std::string> parts = {"/"};
  if (layout == KerasArchive::Layout::keras3)
    parts = {"/vars/", "/cell/vars/", "/layer/vars/", "/forward_layer/cell/vars/",
             "/backward_layer/cell/vars/"};
  for (const std::string& part : parts)
    for (int k = 0; variables.has(group + part + std::to_string(k)); ++k)
      names.push_back(group + part + std::to_string(k));
  return names;
}

/// Layer i's parameters in the order of its variables. An .h5 lists what is trainable first: where only one
/// layer of a Bidirectional is frozen, that one comes last.
std::vector<const ModelParameter*> parameters_in_file(KerasArchive::Layout layout, const Model& model,
                                                      int i) {
  std::vector<const ModelParameter*> list;
  for (const ModelParameter& parameter : model.parameters(i)) list.push_back(&parameter);
  if (layout == KerasArchive::Layout::legacy && model.layer(i).training_settings().trainable)
    std::stable_partition(list.begin(), list.end(),
                          [](const ModelParameter* parameter) { return parameter->info.trainable; });
  return list;
}

/// The variables under the model's own parameter paths.
std::vector<TensorView> named_weights(const KerasArchive& archive, const Model& model) {
  Variables variables(archive);
  const bool keras3 = archive.layout == KerasArchive::Layout::keras3;
  std::vector<std::string> groups;
  if (keras3) groups = keras3_groups(model, variables);
  std::vector<TensorView> weights;
  for (int i = 0; i < model.layer_count(); ++i) {
    const std::string group =
        keras3 ? groups[static_cast<std::size_t>(i)] : with_slashes(model.layer(i).name());
    const std::vector<std::string> names = variable_names(archive.layout, group, variables);
    std::size_t next = 0;
    for (const ModelParameter* parameter : parameters_in_file(archive.layout, model, i)) {
      if (next == names.size())
        fail("layer ", in_quotes(model.layer(i).name()), ": ", names.size(), " variables in ",
             in_quotes(group), ", but ", in_quotes(parameter->path), " ", parameter->info.shape,
             " is missing: the file is incomplete");
      weights.push_back(*variables.take(names[next++]));
      weights.back().name = parameter->path;
    }
  }
  variables.finish();
  return weights;
}

/// Keras's own file of the words lies where the layer's variables would.
TextInput text_input(const KerasArchive& archive, const TextVectorization& layer) {
  TextInput text{layer.sequence_length, layer.vocabulary};
  for (const auto& [path, content] : archive.assets)
    if (path == "assets/layers/text_vectorization/vocabulary.txt")
      text.vocabulary = with_special_words(read_vocabulary_file(content));
  if (text.vocabulary.empty())
    fail("layer ", in_quotes(layer.name),
         " (TextVectorization): its words are not in the file (an .h5 keeps none): save the model as .keras");
  return text;
}

/// The loss of Keras's compile(). What of that cannot be read says nothing of predictions.
std::string compiled_with(const KerasArchive& archive, const Json& config) {
  if (const Json* const compile = config.find("compile_config")) return loss_of_compile(*compile);
  try {
    return archive.training_config.empty() ? std::string()
                                           : loss_of_compile(Json::parse(archive.training_config));
  } catch (const Error&) {
    return {};
  }
}

/// What this library put beside Keras's own into a file.
void read_additions(const KerasArchive& archive, ModelFile& file) {
  if (archive.lapis.empty()) return;
  const Json json = inside("lapis", [&] { return Json::parse(archive.lapis); });
  ObjectReader reader(JsonCursor(json, "lapis"));
  const auto text = [&](std::string_view key) {
    const auto value = reader.find(key);
    return value ? value->json().dump() : std::string();
  };
  if (const std::string input = text("input"); !input.empty()) {
    if (!std::holds_alternative<TensorInput>(file.input))
      fail("lapis.input: the model brings its own text input (TextVectorization), expected no other");
    file.input = inside("lapis.input", [&] { return input_from_json(input); });
  }
  file.labels = inside("lapis.labels", [&] { return read_labels(text("labels")); });
  file.training = text("training");
  if (const std::string loss = text("loss"); !loss.empty())
    file.loss = loss;
  else if (file.loss.empty())
    file.loss = loss_of_training(file.training);
  file.metrics = inside("lapis.metrics", [&] { return read_metrics(text("metrics")); });
  reader.finish();
}

std::string optional_text(const SafetensorsFile& file, const std::string& key) {
  const auto at = file.metadata.find(key);
  return at == file.metadata.end() ? std::string() : at->second;
}

/// A config alone could ask for a gigabyte: it gets memory only for numbers that are there.
void check_is_whole(const KerasArchive& archive, const ModelDescription& description) {
  constexpr double kAnyway = 1e6;
  double wanted = 0;  // parameters() also checks sizes
  for (const auto& parameter : description.parameters()) wanted += parameter.shape.elements();
  double found = 0;
  for (const TensorView& variable : archive.variables) found += variable.shape.elements();
  if (wanted > found + kAnyway)
    fail("the model has ", wanted, " parameters, but the file holds ", found,
         " numbers: the file is incomplete");
}

}  // namespace

bool is_network_variable(std::string_view path) {
  return path.starts_with(kFolders[0]) || path.starts_with(kFolders[1]) || path.starts_with("vars/");
}

ModelFile read_keras_archive(const KerasArchive& archive) {
  const Json json = inside("config", [&] { return Json::parse(archive.config); });
  std::string version = archive.keras_version;
  if (version.empty() && json.find("keras_version") == nullptr) version = keras_version_by_looks(json);
  ModelDescription description = describe_model(json, std::nullopt, version);
  check_is_whole(archive, description);
  ModelFile file{.model = Model(description.name, description.input_shape, std::move(description.layers))};
  set_weights(file.model, named_weights(archive, file.model));
  if (description.text) file.input = text_input(archive, *description.text);
  file.loss = compiled_with(archive, json);
  read_additions(archive, file);
  check_training(file.training);
  check_input(file.model, file.input);
  check_labels(file.model, file.labels);
  return file;
}

ModelFile read_packed_archive(const SafetensorsFile& file) {
  static constexpr std::string_view kKnown[] = {"format", "layout",          "config", "keras_version",
                                                "assets", "training_config", "lapis"};
  for (const auto& [key, value] : file.metadata)
    if (std::find(std::begin(kKnown), std::end(kKnown), key) == std::end(kKnown))
      fail("metadata key ", in_quotes(key), " is not known; known: format, layout, config, keras_version, ",
           "assets, training_config, lapis");
  const std::string layout = optional_text(file, "layout");
  if (layout != "keras3" && layout != "legacy")
    fail("metadata: layout ", in_quotes(layout), R"(, expected "keras3" or "legacy")");
  KerasArchive archive{
      .layout = layout == "keras3" ? KerasArchive::Layout::keras3 : KerasArchive::Layout::legacy,
      .config = optional_text(file, "config"),
      .keras_version = optional_text(file, "keras_version"),
      .variables = file.tensors,
      .assets = {},
      .training_config = optional_text(file, "training_config"),
      .lapis = optional_text(file, "lapis")};
  if (const std::string assets = optional_text(file, "assets"); !assets.empty()) {
    const Json json = inside("assets", [&] { return Json::parse(assets); });
    const ObjectReader reader(JsonCursor(json, "assets"));
    for (const JsonMember& member : *json.object())
      archive.assets[member.key] = JsonCursor(member.value, "assets." + member.key).string();
  }
  return read_keras_archive(archive);
}

}  // namespace lapis
