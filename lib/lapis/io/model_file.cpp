#include "lapis/io/model_file.h"

#include <algorithm>
#include <cmath>
#include <new>
#include <stdexcept>

#include "lapis/io/compiled_loss.h"
#include "lapis/io/keras_archive.h"
#include "lapis/io/keras_model.h"
#include "lapis/io/model_metadata.h"
#include "lapis/io/self_test.h"

namespace lapis {

namespace {

constexpr std::string_view kFormat = "lapis";
constexpr std::string_view kFormatVersion = "1";

using Metadata = std::map<std::string, std::string>;

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
  static constexpr std::string_view kKnown[] = {"format", "format_version", "config",  "input",
                                                "labels", "training",       "metrics", "loss"};
  for (const auto& [key, value] : metadata)
    if (std::find(std::begin(kKnown), std::end(kKnown), key) == std::end(kKnown))
      fail("metadata key ", in_quotes(key),
           " is not known; known: format, format_version, config, input, labels, training, metrics, loss");
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
  if (optional_text(file.metadata, "format") == kKerasFormat) return read_packed_archive(file);
  check_format(file.metadata);
  const std::string& config = needed(file.metadata, "config");
  const Json json = inside("config", [&] { return Json::parse(config); });
  ModelDescription description = describe_model(json);
  refuse_text_layer(description);
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
      .metrics = inside("metrics", [&] { return read_metrics(optional_text(file.metadata, "metrics")); }),
      .loss = optional_text(file.metadata, "loss")};
  check_training(result.training);
  check_loss(result.loss);
  if (result.loss.empty()) result.loss = loss_of_training(result.training);
  check_input(result.model, result.input);
  check_labels(result.model, result.labels);
  set_weights(result.model, weights);
  check_self_test(result.model, test_input, test_output);
  return result;
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
  check_loss(file.loss);
  Metadata metadata = {{"format", std::string(kFormat)},
                       {"format_version", std::string(kFormatVersion)},
                       {"config", model_to_config(file.model)},
                       {"input", input_to_json(file.input)}};
  if (!file.labels.empty()) metadata["labels"] = labels_to_json(file.labels);
  if (!file.training.empty()) metadata["training"] = file.training;
  if (!file.loss.empty()) metadata["loss"] = file.loss;
  if (!file.metrics.empty()) metadata["metrics"] = metrics_to_json(file.metrics);

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
