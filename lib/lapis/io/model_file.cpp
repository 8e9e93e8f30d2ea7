#include "lapis/io/model_file.h"

#include <algorithm>
#include <cmath>
#include <new>
#include <optional>
#include <set>
#include <stdexcept>

#include "lapis/io/json_reader.h"
#include "lapis/io/keras_model.h"
#include "lapis/io/self_test.h"

namespace lapis {

namespace {

constexpr std::string_view kFormat = "lapis";
constexpr std::string_view kFormatVersion = "1";

using Metadata = std::map<std::string, std::string>;

/// `read()`, with `where` in front of the text of an Error.
template <class Read>
auto inside(const std::string& where, const Read& read) {
  try {
    return read();
  } catch (const Error& error) {
    throw error.inside(where);
  }
}

const std::string& needed(const Metadata& metadata, const std::string& key) {
  const auto at = metadata.find(key);
  if (at == metadata.end())
    fail("metadata key ", in_quotes(key),
         " is missing: not a model file of this library, or an incomplete one");
  return at->second;
}

std::string optional_text(const Metadata& metadata, const std::string& key) {
  const auto at = metadata.find(key);
  return at == metadata.end() ? std::string() : at->second;
}

void check_format(const Metadata& metadata) {
  if (const std::string& format = needed(metadata, "format"); format != kFormat)
    fail("metadata: format ", in_quotes(format), ", expected ", in_quotes(kFormat));
  if (const std::string& version = needed(metadata, "format_version"); version != kFormatVersion)
    fail("metadata: format_version ", in_quotes(version), ", expected ", in_quotes(kFormatVersion),
         ": the file was written by another version of this library");
  static constexpr std::string_view kKnown[] = {"format", "format_version", "config", "input",
                                                "labels", "training",       "metrics"};
  for (const auto& [key, value] : metadata)
    if (std::find(std::begin(kKnown), std::end(kKnown), key) == std::end(kKnown))
      fail("metadata key ", in_quotes(key),
           " is not known; known: format, format_version, config, input, labels, training, metrics");
}

std::vector<std::string> read_labels(const std::string& text) {
  if (text.empty()) return {};
  const Json json = Json::parse(text);
  return JsonCursor(json, "labels").strings();
}

std::map<std::string, double> read_metrics(const std::string& text) {
  std::map<std::string, double> metrics;
  if (text.empty()) return metrics;
  const Json json = Json::parse(text);
  const ObjectReader reader(JsonCursor(json, "metrics"));
  for (const JsonMember& member : *json.object())
    metrics[member.key] = JsonCursor(member.value, "metrics." + member.key).number();
  return metrics;
}

void check_training(const std::string& text) {
  if (text.empty()) return;
  const Json json = inside("training", [&] { return Json::parse(text); });
  const ObjectReader reader(JsonCursor(json, "training"));
}

void check_labels(const Model& model, const std::vector<std::string>& labels) {
  if (labels.empty()) return;
  const Index classes = model.output_shape()[-1];
  if (static_cast<Index>(labels.size()) != classes)
    fail("labels: ", labels.size(), " labels, but the network puts out ", classes, " values");
  std::set<std::string_view> seen;
  for (const std::string& label : labels)
    if (!seen.insert(label).second) fail("labels: ", in_quotes(label), " stands twice");
}

void check_image(const Model& model, const ImageInput& image) {
  check_image_input(image);
  const Shape& x = model.input_shape();
  const Shape made = {kUnknown, image.height, image.width, image.channels};
  bool fits = x.rank() == 4;
  for (int axis = 1; fits && axis < 4; ++axis) fits = x[axis] == kUnknown || x[axis] == made[axis];
  if (!fits) fail("makes pictures ", made, ", but the network takes ", x);
}

void check_text_input(const Model& model, const TextInput& text) {
  const TextVectorizer vectorizer(text);  // checks vocabulary and length
  const Shape& x = model.input_shape();
  const Shape made = {kUnknown, text.sequence_length};
  if (x.rank() != 2 || (x[1] != kUnknown && x[1] != made[1]))
    fail("makes ids ", made, ", but the network takes ", x);
  if (model.layer(0).type() != "Embedding")
    fail("makes ids, but the first layer is no Embedding: \"", model.layer(0).name(), "\" (",
         model.layer(0).type(), ")");
  const Index known = model.parameters()[0].info.shape[0];
  const auto words = static_cast<Index>(text.vocabulary.size());
  if (words > known)
    fail("the vocabulary has ", words, " entries, but layer \"", model.layer(0).name(), "\" takes ids below ",
         known);
}

void check_input(const Model& model, const InputSpec& input) {
  inside("input", [&] {
    if (const auto* image = std::get_if<ImageInput>(&input)) check_image(model, *image);
    if (const auto* text = std::get_if<TextInput>(&input)) check_text_input(model, *text);
  });
}

const TensorView& take_tensor(const SafetensorsFile& file, std::string_view name) {
  const TensorView* tensor = file.find(name);
  if (tensor == nullptr)
    fail("tensor ", in_quotes(name), " is missing: not a model file of this library, or an incomplete one");
  if (tensor->dtype != Dtype::f32)
    fail("tensor ", in_quotes(name), ": dtype ", dtype_name(tensor->dtype), ", expected F32");
  return *tensor;
}

std::vector<TensorView> weights_of(const SafetensorsFile& file) {
  std::vector<TensorView> weights;
  for (const TensorView& tensor : file.tensors)
    if (tensor.name != kSelfTestInput && tensor.name != kSelfTestOutput) weights.push_back(tensor);
  return weights;
}

ModelFile read_checked(std::span<const std::byte> bytes) {
  const SafetensorsFile file = read_safetensors(bytes);
  check_format(file.metadata);
  const std::string& config = needed(file.metadata, "config");
  const Json json = inside("config", [&] { return Json::parse(config); });
  ModelDescription description = describe_model(json);
  const std::vector<TensorView> weights = weights_of(file);
  const TensorView& test_input = take_tensor(file, kSelfTestInput);
  const TensorView& test_output = take_tensor(file, kSelfTestOutput);
  check_weights(description, weights);

  const std::string& input_text = needed(file.metadata, "input");
  InputSpec input = inside("input", [&] { return input_from_json(input_text); });
  ModelFile result{
      .model = Model(description.name, description.input_shape, std::move(description.layers)),
      .input = std::move(input),
      .labels = inside("labels", [&] { return read_labels(optional_text(file.metadata, "labels")); }),
      .training = optional_text(file.metadata, "training"),
      .metrics = inside("metrics", [&] { return read_metrics(optional_text(file.metadata, "metrics")); })};
  check_training(result.training);
  check_input(result.model, result.input);
  check_labels(result.model, result.labels);
  set_weights(result.model, weights);
  check_self_test(result.model, test_input, test_output);
  return result;
}

std::string labels_json(const std::vector<std::string>& labels) {
  Json::Array list;
  for (const std::string& label : labels) list.emplace_back(label);
  return Json(std::move(list)).dump();
}

std::string metrics_json(const std::map<std::string, double>& metrics) {
  Json object{Json::Object()};
  for (const auto& [name, value] : metrics) {
    if (!std::isfinite(value))
      fail("metrics: ", in_quotes(name), " is ", value, ", expected a finite number");
    object.add(name, value);
  }
  return object.dump();
}

/// The weights as they will lie in the file. `storage` owns the bytes.
std::vector<TensorView> stored_weights(const Model& model, Dtype dtype,
                                       std::vector<std::vector<std::byte>>& storage) {
  std::vector<TensorView> tensors;
  for (const ModelParameter& parameter : model.parameters()) {
    const std::span<const Real> values = model.values(parameter);
    storage.push_back(to_bytes(values, dtype));
    TensorView tensor{
        .name = parameter.path, .dtype = dtype, .shape = parameter.info.shape, .bytes = storage.back()};
    for (std::size_t i = 0; dtype == Dtype::f16 && i < values.size(); ++i)
      if (std::abs(values[i]) >= Real{65520})
        fail("tensor ", in_quotes(parameter.path), ": element ", i, " is ", values[i],
             ", beyond the range of F16 (65504): write F32");
    tensors.push_back(std::move(tensor));
  }
  return tensors;
}

}  // namespace

ModelFile read_model(std::span<const std::byte> file) {
  try {
    return read_checked(file);
  } catch (const std::bad_alloc&) {
    fail("not enough memory for this model");
  } catch (const std::length_error&) {
    fail("not enough memory for this model");
  }
}

std::vector<std::byte> write_model(const ModelFile& file, Precision precision) {
  check_input(file.model, file.input);
  check_labels(file.model, file.labels);
  check_training(file.training);
  Metadata metadata = {{"format", std::string(kFormat)},
                       {"format_version", std::string(kFormatVersion)},
                       {"config", model_to_config(file.model)},
                       {"input", input_to_json(file.input)}};
  if (!file.labels.empty()) metadata["labels"] = labels_json(file.labels);
  if (!file.training.empty()) metadata["training"] = file.training;
  if (!file.metrics.empty()) metadata["metrics"] = metrics_json(file.metrics);

  // The self-test runs on what a reader will have: the model made of its own config and the weights as
  // stored.
  std::vector<std::vector<std::byte>> storage;
  std::vector<TensorView> tensors =
      stored_weights(file.model, precision == Precision::f16 ? Dtype::f16 : Dtype::f32, storage);
  Model reread = model_from_config(metadata["config"]);
  set_weights(reread, tensors);
  const SelfTest test = make_self_test(reread, file.input);
  storage.push_back(to_bytes(test.input, Dtype::f32));
  tensors.push_back({std::string(kSelfTestInput), Dtype::f32, test.input_shape, storage.back()});
  storage.push_back(to_bytes(test.output, Dtype::f32));
  tensors.push_back({std::string(kSelfTestOutput), Dtype::f32, test.output_shape, storage.back()});
  return write_safetensors(tensors, metadata);
}

}  // namespace lapis
