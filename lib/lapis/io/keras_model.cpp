#include "lapis/io/keras_model.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "lapis/io/config_reader.h"
#include "lapis/io/config_writer.h"
#include "lapis/io/functional.h"
#include "lapis/io/input_layer.h"
#include "lapis/io/keras_rules.h"

namespace lapis {

namespace {

std::set<std::string> given_names(const std::vector<JsonCursor>& layers) {
  std::set<std::string> names;
  for (const JsonCursor& layer : layers)
    if (const Json* config = layer.json().find("config"))
      if (const Json* name = config->find("name"); name != nullptr && name->string() != nullptr)
        names.insert(*name->string());
  return names;
}

bool is_a(const JsonCursor& layer, std::string_view type) {
  const Json* class_name = layer.json().find("class_name");
  return class_name != nullptr && class_name->string() != nullptr && *class_name->string() == type;
}

/// The layers behind the input, of which the first may be a TextVectorization: then the model takes its ids,
/// whatever shape the texts have.
void read_chain(const std::vector<JsonCursor>& layers, LayerNames& names, bool takes_texts,
                std::optional<Shape>& shape, ModelDescription& model) {
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (i == 0 && is_a(layers[i], kTextVectorization)) {
      model.text = read_text_vectorization(layers[i]);
      shape = Shape{kUnknown, model.text->sequence_length};
      continue;
    }
    if (takes_texts && !model.text)
      fail(layers[i].path(), ": the input has dtype \"string\", expected a TextVectorization behind it");
    if (is_a(layers[i], "InputLayer")) fail(layers[i].path(), ": an InputLayer can only be the first layer");
    if (is_a(layers[i], kTextVectorization))
      fail(layers[i].path(), ": a TextVectorization can only be the first layer");
    model.layers.push_back(read_layer(layers[i], names));
  }
  refuse_unclear_masked_steps(model.keras_version, model.layers);
}

/// `trainable`: what the model says of layers that do not say it themselves.
void read_layers(const JsonCursor& list, std::optional<Shape> beside, const std::optional<Shape>& fallback,
                 bool trainable, ModelDescription& model) {
  const std::vector<JsonCursor> layers = list.items();
  LayerNames names(given_names(layers), keras_rules(model.keras_version));
  if (!trainable) names.freezing = LayerNames::Freezing::unless_said;
  std::optional<Shape> shape;
  bool takes_texts = false;
  std::vector<JsonCursor> chain = layers;
  if (!chain.empty() && is_a(chain[0], "InputLayer")) {
    const InputLayer input = read_input_layer(chain[0]);
    shape = input.shape;
    takes_texts = input.takes_texts;
    chain.erase(chain.begin());
  } else if (!chain.empty()) {
    shape = shape_in_first_layer(chain[0]);
  }
  read_chain(chain, names, takes_texts, shape, model);
  if (model.layers.empty()) fail(list.path(), ": no layers, expected at least one");
  if (!shape) shape = beside;
  if (!shape) shape = fallback;
  if (!shape)
    fail(list.path(),
         ": the shape of the input is not given: begin with an InputLayer that has \"batch_shape\", or give "
         "\"input_shape\" beside \"layers\"");
  if (!model.text && beside && !(*beside == *shape))
    fail("input_shape ", *beside, " and that of the first layer, ", *shape, ", differ");
  model.input_shape = shape->with_batch(kUnknown);
}

/// The config of a Functional that is one chain.
void read_functional(const JsonCursor& config, ModelDescription& model) {
  ObjectReader reader(config);
  if (const auto name = reader.find("name")) model.name = checked_name(*name);
  const auto trainable = reader.find("trainable");
  for (const std::string_view key : {"layers", "input_layers", "output_layers"}) reader.need(key);
  reader.finish();
  std::vector<FunctionalLayer> chain = read_functional_chain(config);
  if (!is_a(chain.front().description, "InputLayer"))
    fail("layer ", in_quotes(chain.front().name), ": expected an InputLayer first");
  const InputLayer input = read_input_layer(chain.front().description);
  std::optional<Shape> shape = input.shape;
  std::vector<JsonCursor> descriptions;
  descriptions.reserve(chain.size());
  for (std::size_t i = 1; i < chain.size(); ++i) descriptions.push_back(chain[i].description);
  LayerNames names(given_names(descriptions), keras_rules(model.keras_version));
  // Keras 3 freezes all layers of such a model when it opens it; Keras 2 asks each layer itself.
  if (trainable && !trainable->boolean())
    names.freezing = names.rules().is_keras2 ? LayerNames::Freezing::unless_said : LayerNames::Freezing::all;
  read_chain(descriptions, names, input.takes_texts, shape, model);
  model.input_shape = shape->with_batch(kUnknown);
  if (model.layers.empty()) fail(config.path(), ".layers: no layers, expected at least one");
  if (model.text) chain.erase(chain.begin());
  check_functional_masks(chain, model.layers);
}

/// The config of the Sequential: `{"name": ..., "layers": [...]}`.
void read_sequential(const JsonCursor& config, const std::optional<Shape>& fallback,
                     ModelDescription& model) {
  ObjectReader reader(config);
  if (const auto name = reader.find("name")) model.name = checked_name(*name);
  const auto trainable = reader.find("trainable");
  if (const auto dtype = reader.find("dtype")) check_dtype(*dtype);
  std::optional<Shape> beside;
  std::optional<Shape> built;
  if (const auto sizes = reader.find("input_shape"); sizes && !sizes->is_null())
    beside = read_shape(*sizes, false);
  if (const auto sizes = reader.find("build_input_shape"); sizes && !sizes->is_null())
    built = read_shape(*sizes, true);
  read_layers(reader.need("layers"), beside, built ? built : fallback, !trainable || trainable->boolean(),
              model);
  reader.finish();
}

/// Values of one sample, with 1 for unknown sizes. Throws where there are none or too many.
Index checked_sample(const Shape& shape, const std::string& where) {
  Index product = 1;
  for (int axis = 1; axis < shape.rank(); ++axis) {
    if (shape[axis] == kUnknown) continue;
    if (shape[axis] < 1) fail(where, ": shape ", shape, " is empty");
    if (product > kMaxSampleValues / shape[axis])
      fail(where, ": shape ", shape, " is too large, one sample may have ", kMaxSampleValues, " values");
    product *= shape[axis];
  }
  return product;
}

Index checked_parameter_count(const Shape& shape, const std::string& where) {
  Index product = 1;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (product > kMaxParameters / std::max<Index>(shape[axis], 1))
      fail(where, ": shape ", shape, " is too large, a model may have ", kMaxParameters, " parameters");
    product *= shape[axis];
  }
  return product;
}

void check_weight(const TensorView& tensor, const ModelDescription::Parameter& parameter) {
  if (tensor.dtype != Dtype::f32 && tensor.dtype != Dtype::f16 && tensor.dtype != Dtype::bf16 &&
      tensor.dtype != Dtype::f64)
    fail("tensor ", in_quotes(tensor.name), ": dtype ", dtype_name(tensor.dtype),
         ", expected F32, F16, BF16 or F64");
  if (!(tensor.shape == parameter.shape))
    fail("tensor ", in_quotes(tensor.name), ": shape ", tensor.shape, ", expected ", parameter.shape, " (",
         parameter.receives, ")");
}

/// The weights in the order of the parameters. Throws Error unless they are exactly those.
std::vector<const TensorView*> checked_weights(const std::vector<ModelDescription::Parameter>& parameters,
                                               std::span<const TensorView> weights) {
  std::map<std::string_view, const TensorView*> by_name;
  for (const TensorView& tensor : weights)
    if (!by_name.emplace(tensor.name, &tensor).second)
      fail("tensor ", in_quotes(tensor.name), ": the name stands twice");
  std::vector<const TensorView*> found;
  for (const ModelDescription::Parameter& parameter : parameters) {
    const auto at = by_name.find(parameter.path);
    if (at == by_name.end())
      fail("tensor ", in_quotes(parameter.path), " ", parameter.shape, " is missing (", parameter.receives,
           ")");
    check_weight(*at->second, parameter);
    found.push_back(at->second);
    by_name.erase(at);
  }
  if (!by_name.empty())
    fail("tensor ", in_quotes(by_name.begin()->first), " ", by_name.begin()->second->shape,
         " belongs to no layer of the model");
  for (const TensorView* tensor : found) check_finite(*tensor);
  return found;
}

std::vector<ModelDescription::Parameter> parameters_of(const Model& model) {
  std::vector<ModelDescription::Parameter> list;
  for (const ModelParameter& parameter : model.parameters()) {
    const Shape& x =
        parameter.layer == 0 ? model.input_shape() : model.layer_output_shape(parameter.layer - 1);
    list.push_back({.path = parameter.path,
                    .shape = parameter.info.shape,
                    .receives = model.layer(parameter.layer).name() + " receives " + x.to_string()});
  }
  return list;
}

}  // namespace

std::vector<ModelDescription::Parameter> ModelDescription::parameters() const {
  if (layers.size() > kMaxLayers)
    fail("model ", in_quotes(name), " has ", layers.size(), " layers, expected at most ", kMaxLayers);
  std::vector<Parameter> list;
  std::map<std::string, const Layer*> owners;  // of each path
  Index total = 0;
  Shape x = input_shape;
  Index before = checked_sample(x, "model \"" + name + "\": input");
  for (const LayerPtr& each : layers) {
    const std::string where = "layer \"" + each->name() + "\" (" + std::string(each->type()) + ")";
    const Shape y = each->output_shape(x);
    const Index values = checked_sample(y, where + ": output");
    if (before + values > kMaxSampleValues)
      fail(where, ": one sample has more than ", kMaxSampleValues,
           " values in this layer's input and output");
    before = values;
    for (const ParameterInfo& info : each->parameters(x)) {
      total += checked_parameter_count(info.shape, where + ": " + info.name);
      if (total > kMaxParameters) fail(where, ": the model has more than ", kMaxParameters, " parameters");
      // Names may have slashes: "a" with "b/kernel" and "a/b" with "kernel" would be one tensor.
      const std::string path = each->name() + "/" + info.name;
      if (const Layer* other = owners.try_emplace(path, each.get()).first->second;
          other != each.get() && other->name() != each->name())
        fail(where, ": layer ", in_quotes(other->name()), " has a weight ", in_quotes(path),
             " too, expected names that differ");
      list.push_back(
          {.path = path, .shape = info.shape, .receives = each->name() + " receives " + x.to_string()});
    }
    x = y;
  }
  return list;
}

ModelDescription describe_model(const Json& json, const std::optional<Shape>& input_shape,
                                std::string_view keras_version) {
  ModelDescription model;
  model.keras_version = keras_version;
  model.name = "sequential";
  if (json.array() != nullptr) {
    read_layers(JsonCursor(json, "layers"), std::nullopt, input_shape, /*trainable=*/true, model);
    return model;
  }
  ObjectReader reader(JsonCursor(json, ""));
  if (json.find("class_name") == nullptr && json.find("layers") != nullptr) {
    read_sequential(JsonCursor(json, ""), input_shape, model);
    return model;
  }
  const std::string& class_name = reader.need("class_name").string();
  const bool functional = class_name == "Functional" || class_name == "Model";  // the second in Keras 2
  if (class_name != "Sequential" && !functional)
    fail("model (", in_quotes(class_name), ") is not supported; supported: Sequential, Functional");
  for (const std::string_view key :
       {"module", "registered_name", "build_config", "compile_config", "backend"})
    reader.ignore(key);
  if (const auto version = reader.find("keras_version"); version && model.keras_version.empty())
    model.keras_version = version->string();
  const JsonCursor config = reader.need("config");
  std::optional<Shape> beside = input_shape;
  if (const auto sizes = reader.find("input_shape"); sizes && !sizes->is_null())
    beside = read_shape(*sizes, false);
  reader.finish();
  if (functional)
    read_functional(config, model);
  else if (config.json().array() != nullptr)
    read_layers(config, std::nullopt, beside, /*trainable=*/true, model);
  else
    read_sequential(config, beside, model);
  return model;
}

void refuse_text_layer(const ModelDescription& description) {
  if (description.text)
    fail("layer ", in_quotes(description.text->name),
         " (TextVectorization): the input pipeline says how texts become ids, expected the Embedding as the "
         "first layer");
}

Model model_from_config(std::string_view json, const std::optional<Shape>& input_shape,
                        std::string_view keras_version) {
  const Json parsed = Json::parse(json);
  ModelDescription description = describe_model(parsed, input_shape, keras_version);
  refuse_text_layer(description);
  description.parameters();
  return {description.name, description.input_shape, std::move(description.layers)};
}

std::string model_to_config(const Model& model) {
  Json::Array batch_shape;
  for (int axis = 0; axis < model.input_shape().rank(); ++axis) {
    const Index size = model.input_shape()[axis];
    batch_shape.push_back(size == kUnknown ? Json() : Json(std::int64_t{size}));
  }
  Json input{Json::Object()};
  input.add("batch_shape", std::move(batch_shape));
  input.add("dtype", model.layer(0).type() == "Embedding" ? "int32" : "float32");
  input.add("name", "input_layer");
  Json input_layer{Json::Object()};
  input_layer.add("module", "keras.layers");
  input_layer.add("class_name", "InputLayer");
  input_layer.add("config", std::move(input));
  input_layer.add("registered_name", Json());

  Json::Array layers;
  layers.push_back(std::move(input_layer));
  for (int i = 0; i < model.layer_count(); ++i) layers.push_back(write_layer(model.layer(i)));
  Json config{Json::Object()};
  config.add("name", model.name());
  config.add("layers", std::move(layers));
  Json object{Json::Object()};
  object.add("module", "keras");
  object.add("class_name", "Sequential");
  object.add("config", std::move(config));
  object.add("registered_name", Json());
  return object.dump();
}

void check_weights(const ModelDescription& description, std::span<const TensorView> weights) {
  checked_weights(description.parameters(), weights);
}

void set_weights(Model& model, std::span<const TensorView> weights) {
  const std::vector<const TensorView*> found = checked_weights(parameters_of(model), weights);
  for (std::size_t i = 0; i < found.size(); ++i) read_values(*found[i], model.values(model.parameters()[i]));
}

}  // namespace lapis
