#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "lapis/io/keras2_hard_sigmoid.h"
#include "lapis/io/keras_archive.h"
#include "lapis/io/keras_model.h"
#include "lapis/io/model_metadata.h"
#include "lapis/layers/registry.h"

namespace lapis {

namespace {

constexpr std::string_view kKerasVersion = "3.15.1";
/// From this one on recurrent layers and TimeDistributed hand no mask on.
constexpr std::string_view kKerasWithoutMasks = "3.16.0";

/// A layer as Keras has it, with its variables in order.
struct KerasLayer {
  Json json;
  std::vector<const ModelParameter*> variables;
  std::vector<GateFactors> factors;  // one, or one for each direction
};

Json* find(Json& object, std::string_view key) {
  if (object.object() == nullptr) return nullptr;
  for (JsonMember& member : *object.object())
    if (member.key == key) return &member.value;
  return nullptr;
}

/// The value of a member that is removed; nothing where there is none.
std::optional<Json> take(Json& object, std::string_view key) {
  Json::Object& members = *object.object();
  const auto at = std::find_if(members.begin(), members.end(),
                               [&](const JsonMember& member) { return member.key == key; });
  if (at == members.end()) return std::nullopt;
  Json value = std::move(at->value);
  members.erase(at);
  return value;
}

const std::string& text_of(const Json& object, std::string_view key) {
  return *object.find(key)->string();
}

Json keras_layer(std::string_view class_name, std::string_view name, std::string_view key, Json value) {
  Json config{Json::Object()};
  config.add("name", name);
  config.add(std::string(key), std::move(value));
  Json layer{Json::Object()};
  layer.add("module", "keras.layers");
  layer.add("class_name", class_name);
  layer.add("config", std::move(config));
  layer.add("registered_name", Json());
  return layer;
}

/// Keras 3 takes no slash in a name, as Keras 2 does. `taken`: the names of all layers.
void take_out_slashes(Json& layer, std::set<std::string>& taken) {
  Json& config = *find(layer, "config");
  std::string name = text_of(config, "name");
  if (name.find('/') != std::string::npos) {
    std::replace(name.begin(), name.end(), '/', '_');
    while (!taken.insert(name).second) name += '_';
    *find(config, "name") = Json(name);
  }
  for (const std::string_view key : {"layer", "backward_layer"})
    if (Json* const inner = find(config, key); inner != nullptr && inner->object() != nullptr)
      take_out_slashes(*inner, taken);
}

/// Which rule of masks the layers keep: Keras's version decides for all of them.
struct MaskRules {
  bool any_pass = false;
  std::string one_that_does_not;  // its name
};

/// Takes the key that Keras does not have out of a layer and those inside it.
void take_mask_rule(Json& layer, MaskRules& rules) {
  // Keras 3's Rescaling hands every mask on; check_rescaling has seen that none reaches this one.
  if (text_of(layer, "class_name") == "Rescaling") take(*find(layer, "config"), "passes_mask");
  static constexpr std::array<std::string_view, 4> kWithRule = {"GRU", "LSTM", "SimpleRNN",
                                                                "TimeDistributed"};
  Json& config = *find(layer, "config");
  const bool drops = take(config, "passes_mask").has_value();  // only written where it is false
  if (drops) rules.one_that_does_not = text_of(config, "name");
  const bool with_rule =
      std::find(kWithRule.begin(), kWithRule.end(), text_of(layer, "class_name")) != kWithRule.end();
  if (with_rule && !drops) rules.any_pass = true;
  for (const std::string_view key : {"layer", "backward_layer"})
    if (Json* const inner = find(config, key); inner != nullptr && inner->object() != nullptr)
      take_mask_rule(*inner, rules);
}

/// A Rescaling of Keras 2 ends a mask; that of Keras 3 does not.
void check_rescaling(const Model& model) {
  bool masked = false;
  for (int i = 0; i < model.layer_count(); ++i) {
    const Layer& layer = model.layer(i);
    if (masked && layer.mask_rule() == MaskRule::drop && layer.type() == "Rescaling")
      fail("layer ", in_quotes(layer.name()),
           " (Rescaling) ends a mask, as in Keras 2; that of Keras 3 hands it on: keep the model as "
           ".safetensors");
    if (layer.mask_rule() == MaskRule::make) masked = true;
    if (layer.mask_rule() == MaskRule::drop) masked = false;
  }
}

/// An Activation has no variables to multiply: a Rescaling in front of it does it.
void add_activation(Json json, std::vector<KerasLayer>& layers) {
  Json& config = *find(json, "config");
  if (text_of(config, "activation") == activation_name(Activation::hard_sigmoid_keras2)) {
    layers.push_back({keras_layer("Rescaling", text_of(config, "name") + "_rescaling", "scale",
                                  Json(static_cast<double>(kKeras2HardSigmoid))),
                      {},
                      {}});
    *find(config, "activation") = Json(activation_name(Activation::hard_sigmoid));
  }
  layers.push_back({std::move(json), {}, {}});
}

[[noreturn]] void refuse_rmsnorm(const std::string& name, std::string_view why) {
  fail("layer ", in_quotes(name), " (Dense) has use_rmsnorm, which Keras has not, ", why,
       ": keep the model as .safetensors");
}

void refuse_rmsnorm_inside(const Json& layer) {
  for (const std::string_view key : {"layer", "backward_layer"}) {
    const Json* const inner = layer.find("config")->find(key);
    if (inner == nullptr || inner->object() == nullptr) continue;
    if (inner->find("config")->find("use_rmsnorm") != nullptr)
      refuse_rmsnorm(text_of(*inner->find("config"), "name"), "and stands in another layer");
    refuse_rmsnorm_inside(*inner);
  }
}

/// Dense(use_rmsnorm) is Dense, RMSNormalization and Activation, but for a bias: that comes after the scale.
void add_rmsnorm_dense(Json json, const std::vector<const ModelParameter*>& parameters,
                       std::vector<KerasLayer>& layers) {
  Json& config = *find(json, "config");
  const std::string name = text_of(config, "name");
  if (parameters.size() != 2) refuse_rmsnorm(name, "and a bias after it, which Keras cannot express");
  take(config, "use_rmsnorm");
  Json epsilon = *take(config, "rmsnorm_epsilon");
  const std::string activation = text_of(config, "activation");
  *find(config, "activation") = Json("linear");
  layers.push_back({std::move(json), {parameters[0]}, {}});
  layers.push_back(
      {keras_layer("RMSNormalization", name + "_rms_normalization", "epsilon", std::move(epsilon)),
       {parameters[1]},
       {}});
  if (activation != "linear")
    add_activation(keras_layer("Activation", name + "_activation", "activation", Json(activation)), layers);
}

std::vector<KerasLayer> keras_layers(const Model& model, const Json::Array& described) {
  std::vector<KerasLayer> layers;
  for (int i = 0; i < model.layer_count(); ++i) {
    KerasLayer layer{described[static_cast<std::size_t>(i)], {}, {}};
    for (const ModelParameter& parameter : model.parameters())
      if (parameter.layer == i) layer.variables.push_back(&parameter);
    refuse_rmsnorm_inside(layer.json);
    if (layer.json.find("config")->find("use_rmsnorm") != nullptr)
      add_rmsnorm_dense(std::move(layer.json), layer.variables, layers);
    else if (model.layer(i).type() == "Activation")
      add_activation(std::move(layer.json), layers);
    else
      layers.push_back(std::move(layer));
  }
  return layers;
}

/// The groups from a layer's own down to the one that holds its variable `index`, and what each is called.
/// `path`: "forward_lstm/lstm_cell/kernel", the variable's below the layer.
std::vector<std::pair<std::string, std::string>> inner_groups(const std::string& type,
                                                              const std::string& path, bool second_half) {
  const std::size_t variable = path.rfind('/');
  if (variable == std::string::npos) return {};
  const std::string inner = path.substr(0, variable);
  if (type == "TimeDistributed") return {{"/layer", inner}};
  if (type != "Bidirectional") return {{"/cell", inner}};
  const std::size_t cell = inner.rfind('/');
  const std::string child = second_half ? "/backward_layer" : "/forward_layer";
  return {{child, inner.substr(0, cell)}, {child + "/cell", inner.substr(cell + 1)}};
}

/// Groups and data sets of one layer, under `group`.
void add_variables(const Model& model, const KerasLayer& layer, const std::string& group,
                   OwnedKerasArchive& owned) {
  const std::string& type = text_of(layer.json, "class_name");
  owned.groups[group + "/vars"] = text_of(*layer.json.find("config"), "name");
  std::map<std::string, int> used;
  for (std::size_t i = 0; i < layer.variables.size(); ++i) {
    const ModelParameter& variable = *layer.variables[i];
    std::string place = group;
    for (const auto& [below, name] :
         inner_groups(type, variable.info.name, 2 * i >= layer.variables.size())) {
      place = group + below;
      owned.groups[place + "/vars"] = name;
    }
    place += "/vars";
    const std::span<const Real> kept = model.values(variable);
    std::vector<Real> values(kept.begin(), kept.end());
    const std::size_t direction = i * layer.factors.size() / layer.variables.size();
    multiply_gates(values, variable.info.shape[-1], layer.factors[direction]);
    owned.storage.push_back(to_bytes(values, Dtype::f32));
    owned.archive.variables.push_back({.name = place + "/" + std::to_string(used[place]++),
                                       .dtype = Dtype::f32,
                                       .shape = variable.info.shape,
                                       .bytes = owned.storage.back()});
  }
}

/// What Keras has no place for.
std::string additions(const ModelFile& file) {
  Json object{Json::Object()};
  if (!std::holds_alternative<TensorInput>(file.input))
    object.add("input", Json::parse(input_to_json(file.input)));
  if (!file.labels.empty()) object.add("labels", Json::parse(labels_to_json(file.labels)));
  if (!file.training.empty()) object.add("training", Json::parse(file.training));
  if (!file.loss.empty()) object.add("loss", Json::parse(file.loss));
  if (!file.metrics.empty()) object.add("metrics", Json::parse(metrics_to_json(file.metrics)));
  return object.object()->empty() ? std::string() : object.dump();
}

}  // namespace

OwnedKerasArchive write_keras_archive(const ModelFile& file) {
  check_input(file.model, file.input);
  check_labels(file.model, file.labels);
  check_training(file.training);
  check_rescaling(file.model);
  Json config = Json::parse(model_to_config(file.model));
  Json& list = *find(*find(config, "config"), "layers");
  const Json::Array described = *list.array();
  std::vector<KerasLayer> layers = keras_layers(file.model, {described.begin() + 1, described.end()});

  OwnedKerasArchive owned;
  owned.groups["vars"] = file.model.name();
  MaskRules rules;
  Json::Array written = {described[0]};  // the InputLayer, which has no group
  std::map<std::string_view, int> used;
  std::set<std::string> names;
  for (const KerasLayer& layer : layers) names.insert(text_of(*layer.json.find("config"), "name"));
  for (KerasLayer& layer : layers) {
    take_out_slashes(layer.json, names);
    take_mask_rule(layer.json, rules);
    layer.factors = rename_keras2_hard_sigmoid(layer.json);
    const std::string_view snake = find_layer_type(text_of(layer.json, "class_name"))->snake_name;
    const int count = used[snake]++;
    const std::string number = count == 0 ? "" : "_" + std::to_string(count);
    add_variables(file.model, layer, "layers/" + std::string(snake) + number, owned);
    written.push_back(layer.json);
  }
  list = Json(std::move(written));
  if (!rules.one_that_does_not.empty() && rules.any_pass)
    fail("layer ", in_quotes(rules.one_that_does_not),
         " hands no mask on, but others do: no version of Keras does both; keep the model as .safetensors");
  owned.archive.keras_version = rules.one_that_does_not.empty() ? kKerasVersion : kKerasWithoutMasks;
  owned.archive.config = config.dump();
  owned.archive.lapis = additions(file);
  return owned;
}

}  // namespace lapis
