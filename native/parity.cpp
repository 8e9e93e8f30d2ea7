// `lapis parity`: outputs, loss and every gradient of a model against those that Keras computed (a golden
// file).

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include "commands.h"
#include "common.h"
#include "console.h"
#include "device.h"
#include "file.h"
#include "lapis/core/error.h"
#include "lapis/io/safetensors.h"
#include "lapis/model/workspace.h"
#include "lapis/train/loss.h"
#include "lapis/train/metrics.h"

namespace lapis::native {
namespace {

constexpr double kProbabilityTolerance = 1e-6;
constexpr double kGradientTolerance = 1e-5;  // of the gradient's largest value

struct Options {
  std::string model, golden, dump;
  int threads = 1;
  Device device = Device::cpu;
  bool check = false;
  bool json = false;
};

/// A golden file: `input`, `label`, and `prob`, `loss`, `grad/<variable path>`, each alone or as `.../f32`
/// and
/// `.../f64`, of which the second, the more exact, counts.
struct Golden {
  explicit Golden(const std::string& path) : bytes(read_file(path)) { file = read_safetensors(bytes); }

  const TensorView* find(const std::string& name) const {
    for (const char* ending : {"/f64", "", "/f32"}) {
      if (const TensorView* tensor = file.find(name + ending)) return tensor;
    }
    return nullptr;
  }

  const TensorView& need(const std::string& name) const {
    const TensorView* tensor = find(name);
    if (tensor == nullptr) fail("no tensor \"", name, "\"");
    return *tensor;
  }

  std::vector<std::byte> bytes;
  SafetensorsFile file;
};

struct GradientDifference {
  std::string name;  // the golden file's variable path
  const ModelParameter* parameter;
  double max_rel_diff = 0;
};

struct Result {
  Index samples = 0;
  double max_abs_diff = 0;
  bool argmax_equal = true;
  std::optional<double> macro_f1, loss_diff;
  std::vector<GradientDifference> gradients;
  std::vector<Real> probabilities, values;  // values: all gradients, as the model's parameters
  double loss = 0;
};

/// NaN counts as infinitely far away.
double difference(double a, double b) {
  const double distance = std::abs(a - b);
  return std::isnan(distance) ? INFINITY : distance;
}

std::string variable_path(const std::string& tensor) {
  std::string path = tensor.substr(std::string("grad/").size());
  for (const char* ending : {"/f64", "/f32"}) {
    if (path.ends_with(ending)) path.resize(path.size() - 4);
  }
  return path;
}

/// The golden file's name of each parameter: the model's path, after the model's name where Keras wrote that.
std::vector<GradientDifference> match_gradients(const Golden& golden, const Model& model) {
  std::vector<std::string> paths;
  for (const TensorView& tensor : golden.file.tensors) {
    if (tensor.name.starts_with("grad/")) paths.push_back(variable_path(tensor.name));
  }
  std::sort(paths.begin(), paths.end());
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  if (paths.empty()) return {};

  std::vector<GradientDifference> matches;
  for (const ModelParameter& parameter : model.parameters()) {
    if (!parameter.info.trainable) continue;
    const auto at = std::find_if(paths.begin(), paths.end(), [&](const std::string& path) {
      return path == parameter.path || path.ends_with("/" + parameter.path);
    });
    if (at == paths.end()) fail("no gradient for \"", parameter.path, "\"");
    matches.push_back({*at, &parameter, 0});
    paths.erase(at);
  }
  if (!paths.empty()) fail("tensor \"grad/", paths[0], "\": the model has no such parameter");
  return matches;
}

std::vector<Index> read_labels(const TensorView& tensor, Index samples) {
  if (tensor.shape.size() != samples)
    fail("tensor \"label\": shape ", tensor.shape, ", expected [", samples, "]");
  std::vector<Index> labels;
  for (const double value : to_doubles(tensor)) labels.push_back(static_cast<Index>(value));
  return labels;
}

void compare_probabilities(const Golden& golden, const ConstView& y, Result& result) {
  const TensorView& tensor = golden.need("prob");
  if (!(tensor.shape == y.shape))
    fail("tensor \"", tensor.name, "\": shape ", tensor.shape, ", the model makes ", y.shape);
  const std::vector<double> expected = to_doubles(tensor);
  const Index classes = y.shape[-1];
  for (Index row = 0; row < y.shape.rows(); ++row) {
    const double* truth = expected.data() + row * classes;
    for (Index c = 0; c < classes; ++c) {
      result.max_abs_diff =
          std::max(result.max_abs_diff, difference(static_cast<double>(y.data[row * classes + c]), truth[c]));
    }
    const Index best = std::max_element(truth, truth + classes) - truth;
    result.argmax_equal = result.argmax_equal && argmax(y.data + row * classes, classes) == best;
  }
}

void compare_gradients(const Golden& golden, const Real* gradients, Result& result) {
  for (GradientDifference& match : result.gradients) {
    const TensorView& tensor = golden.need("grad/" + match.name);
    if (!(tensor.shape == match.parameter->info.shape)) {
      fail("tensor \"", tensor.name, "\": shape ", tensor.shape, ", expected ", match.parameter->info.shape);
    }
    const std::vector<double> expected = to_doubles(tensor);
    double largest = 0, distance = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const auto value = static_cast<double>(gradients[match.parameter->offset + static_cast<Index>(i)]);
      largest = std::max(largest, std::abs(expected[i]));
      distance = std::max(distance, difference(value, expected[i]));
    }
    match.max_rel_diff = distance / (largest > 0 ? largest : 1);
  }
}

std::vector<Real> download(Backend& backend, const Real* from, Index count) {
  std::vector<Real> values(static_cast<std::size_t>(count));
  backend.download(from, values.data(), values.size() * sizeof(Real));
  return values;
}

/// Loss, gradients and macro F1, where the golden file has labels.
void compare_training(const Golden& golden, const Model& model, Workspace& workspace, const ConstView& y,
                      Result& result) {
  const TensorView* label = golden.find("label");
  if (label == nullptr) return;
  const std::vector<Index> labels = read_labels(*label, result.samples);
  Loss loss({.from_logits = !model.ends_in_softmax()}, model, workspace.backend(), result.samples);
  result.loss = loss.compute(y, labels, workspace.output_gradient().data);
  if (golden.find("loss") != nullptr) {
    const std::vector<double> expected = to_doubles(golden.need("loss"));
    if (expected.size() != 1) fail("tensor \"loss\": ", expected.size(), " values, expected 1");
    result.loss_diff = difference(result.loss, expected[0]);
  }
  ConfusionMatrix confusion(loss.classes());
  for (Index row = 0; row < result.samples; ++row) {
    confusion.add(labels[static_cast<std::size_t>(row)],
                  loss.predicted(result.probabilities.data() + row * loss.outputs()));
  }
  result.macro_f1 = confusion.macro_f1();

  result.gradients = match_gradients(golden, model);
  workspace.zero_gradients();
  workspace.backward(loss.gradient_is_logits());
  const auto count = static_cast<Index>(model.values().size());
  result.values = download(workspace.backend(), workspace.gradients(), count);
  compare_gradients(golden, result.values.data(), result);
}

Result compare(const Options& options, const Golden& golden, const Model& model) {
  const TensorView& input = golden.need("input");
  if (input.shape.rank() < 2 || input.shape.size() == 0)
    fail("tensor \"input\": shape ", input.shape, ": no samples");
  const std::unique_ptr<Backend> backend = make_backend(options.device, options.threads);
  Workspace workspace(model, *backend, input.shape, Mode::train);
  Result result;
  result.samples = input.shape[0];
  std::vector<Real> x(static_cast<std::size_t>(input.shape.size()));
  read_values(input, x);
  backend->upload(x.data(), workspace.input(result.samples).data, x.size() * sizeof(Real));
  const ConstView y = workspace.run(result.samples);
  result.probabilities = download(*backend, y.data, y.shape.size());
  compare_probabilities(golden, {result.probabilities.data(), y.shape}, result);
  compare_training(golden, model, workspace, y, result);
  return result;
}

/// What was computed here, under the golden file's names.
void dump(const std::string& path, const Model& model, const Result& result) {
  std::vector<std::vector<std::byte>> storage;
  std::vector<TensorView> tensors;
  storage.reserve(result.gradients.size() + 2);
  const auto add = [&](const std::string& name, const Shape& shape, std::span<const Real> values) {
    storage.push_back(to_bytes(values, Dtype::f32));
    tensors.push_back({name, Dtype::f32, shape, storage.back()});
  };
  add("prob", model.output_shape().with_batch(result.samples), result.probabilities);
  const Real loss = static_cast<Real>(result.loss);
  if (result.macro_f1) add("loss", {1}, {&loss, 1});
  for (const GradientDifference& gradient : result.gradients) {
    const Shape& shape = gradient.parameter->info.shape;
    add("grad/" + gradient.name, shape,
        std::span(result.values)
            .subspan(static_cast<std::size_t>(gradient.parameter->offset),
                     static_cast<std::size_t>(shape.size())));
  }
  write_file_atomically(path, write_safetensors(tensors, {}));
}

bool agrees(const Result& result) {
  return result.max_abs_diff <= kProbabilityTolerance &&
         std::all_of(
             result.gradients.begin(), result.gradients.end(),
             [](const GradientDifference& gradient) { return gradient.max_rel_diff <= kGradientTolerance; });
}

Json or_null(const std::optional<double>& value) {
  return value ? Json(*value) : Json();
}

void print_json_result(const Result& result) {
  Json::Array gradients;
  for (const GradientDifference& gradient : result.gradients) {
    gradients.emplace_back(Json::Object{{"name", gradient.name}, {"max_rel_diff", gradient.max_rel_diff}});
  }
  print_json(Json::Object{{"samples", std::int64_t{result.samples}},
                          {"max_abs_diff", result.max_abs_diff},
                          {"argmax_equal", result.argmax_equal},
                          {"macro_f1", or_null(result.macro_f1)},
                          {"loss_diff", or_null(result.loss_diff)},
                          {"gradients", std::move(gradients)}});
}

void print_plain(const Result& result) {
  std::printf("  samples        %td\n  probabilities  differ by at most %.1e, %s\n", result.samples,
              result.max_abs_diff, result.argmax_equal ? "same classes" : "NOT the same classes");
  if (result.loss_diff) std::printf("  loss           differs by %.1e\n", *result.loss_diff);
  if (result.macro_f1) std::printf("  macro F1       %.4f\n", *result.macro_f1);
  if (result.gradients.empty()) return;
  Table table("lr");
  table.add({"gradient of", "relative difference"});
  for (const GradientDifference& gradient : result.gradients) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1e", gradient.max_rel_diff);
    table.add({gradient.name, text});
  }
  std::printf("\n%s", table.to_string().c_str());
}

void parity(const Options& options) {
  const ModelFile file = load_model(options.model);
  if (!options.dump.empty()) check_writable(options.dump);
  Result result;
  try {
    result = compare(options, Golden(options.golden), file.model);
  } catch (const Error& error) {
    const std::string text = error.what();
    if (text.starts_with(options.golden)) throw;
    throw error.inside(options.golden);
  }
  if (!options.dump.empty()) dump(options.dump, file.model, result);
  if (options.json) {
    print_json_result(result);
  } else {
    print_plain(result);
  }
  if (options.check && !agrees(result)) {
    throw WorkFailed("the model and " + options.golden +
                     " differ by more than 1e-6 (probabilities) or 1e-5 (gradients)");
  }
}

}  // namespace

void add_parity(CLI::App& app) {
  CLI::App* command = app.add_subcommand("parity", "Compare outputs, loss and gradients with a golden file");
  const auto options = std::make_shared<Options>();
  command->add_option("model", options->model, "Model file (.safetensors, .keras or .h5)")->required();
  command
      ->add_option("--golden", options->golden, "Tensors: input, label, prob, loss, grad/... (.safetensors)")
      ->required();
  command->add_option("--dump", options->dump,
                      "File for what is computed here, under the golden file's names");
  command->add_option("--threads", options->threads, "Threads")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  add_device_option(*command, options->device);
  command->add_flag(
      "--check", options->check,
      "Exit with status 1 where probabilities differ by more than 1e-6 or gradients by more than 1e-5 of "
      "their largest value");
  command->add_flag("--json", options->json, "Print one JSON object");
  command->callback([options] { parity(*options); });
}

}  // namespace lapis::native
