// `lapis parity`: outputs, loss and every gradient of models against those that Keras computed (golden
// files), one model in full or several as a table.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <set>
#include <string>

#include "commands.h"
#include "common.h"
#include "comparison.h"
#include "console.h"
#include "device.h"
#include "file.h"
#include "lapis/core/error.h"

namespace lapis::native {
namespace {

struct Options {
  std::vector<std::string> models, goldens;
  std::string golden_folder, dump;
  int threads = 1;
  Device device = Device::cpu;
  bool check = false;
  bool json = false;
};

struct Pair {
  std::string model, golden;
  std::string dump;  // empty: not wanted
};

std::string stem(const std::string& path) {
  return std::filesystem::path(path).stem().string();
}

std::string scientific(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1e", value);
  return text;
}

/// What was computed here, under the golden file's names.
void dump(const std::string& path, const Comparison& result) {
  std::vector<std::vector<std::byte>> storage;
  std::vector<TensorView> tensors;
  storage.reserve(result.gradients.size() + 3);
  const auto add = [&](const std::string& name, const Shape& shape, std::span<const Real> values) {
    storage.push_back(to_bytes(values, Dtype::f32));
    tensors.push_back({name, Dtype::f32, shape, storage.back()});
  };
  add("prob", result.output_shape, result.outputs);
  const Real loss = static_cast<Real>(result.loss.value_or(0));
  if (result.loss) add("loss", {1}, {&loss, 1});
  for (const GradientDifference& gradient : result.gradients) {
    const Shape& shape = gradient.parameter->info.shape;
    add("grad/" + gradient.name, shape,
        std::span(result.gradient_values)
            .subspan(static_cast<std::size_t>(gradient.parameter->offset),
                     static_cast<std::size_t>(shape.size())));
  }
  const std::vector<Real> losses(result.losses.begin(), result.losses.end());
  if (!losses.empty()) add("losses", {static_cast<Index>(losses.size())}, losses);
  write_file_atomically(path, write_safetensors(tensors, {}));
}

Comparison compare_pair(const Pair& pair, Backend& backend) {
  ModelFile file = load_model(pair.model);
  if (!pair.dump.empty()) check_writable(pair.dump);
  const GoldenFile golden(pair.golden);
  try {
    Comparison result = compare(golden, file.model, backend);
    if (!pair.dump.empty()) dump(pair.dump, result);
    // What it refers to goes with the model.
    for (GradientDifference& gradient : result.gradients) gradient.parameter = nullptr;
    return result;
  } catch (const Error& error) {
    throw error.inside(pair.golden);
  }
}

Json or_null(const std::optional<double>& value) {
  return value ? Json(*value) : Json();
}

Json to_json(const Comparison& result) {
  Json::Array gradients;
  for (const GradientDifference& gradient : result.gradients) {
    gradients.emplace_back(Json::Object{{"name", gradient.name}, {"max_rel_diff", gradient.max_rel_diff}});
  }
  Json json = Json::Object{{"samples", std::int64_t{result.samples}}, {"max_abs_diff", result.max_abs_diff},
                           {"argmax_equal", result.argmax_equal},     {"macro_f1", result.macro_f1},
                           {"loss_diff", or_null(result.loss_diff)},  {"gradients", std::move(gradients)}};
  if (result.losses_diff) {
    json.add("training", Json::Object{{"steps", static_cast<std::int64_t>(result.losses.size())},
                                      {"max_rel_diff", *result.losses_diff}});
  }
  return json;
}

void print_one(const Comparison& result) {
  std::printf("  samples        %td\n  probabilities  differ by at most %.1e, %s\n", result.samples,
              result.max_abs_diff, result.argmax_equal ? "same classes" : "NOT the same classes");
  std::printf("  macro F1       %.4f (of the two answers)\n", result.macro_f1);
  if (result.loss_diff) std::printf("  loss           differs by %.1e\n", *result.loss_diff);
  if (result.losses_diff) {
    std::printf("  training       losses of %zu steps differ by at most %.1e of theirs\n",
                result.losses.size(), *result.losses_diff);
  }
  if (result.gradients.empty()) return;
  Table table("lr");
  table.add({"gradient of", "relative difference"});
  for (const GradientDifference& gradient : result.gradients)
    table.add({gradient.name, scientific(gradient.max_rel_diff)});
  std::printf("\n%s", table.to_string().c_str());
}

/// The source document's table, a line a model.
void print_table(const std::vector<Pair>& pairs, const std::vector<Comparison>& results) {
  const auto optional = [](const std::optional<double>& value) { return value ? scientific(*value) : "-"; };
  Table table("lrrrrrr");
  table.add({"model", "samples", "Difference", "macro F1", "loss", "gradients", "training"});
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const Comparison& result = results[i];
    table.add({one_line(std::filesystem::path(pairs[i].model).filename().string()),
               std::to_string(result.samples), scientific(result.max_abs_diff),
               format_fixed(result.macro_f1, 4), optional(result.loss_diff),
               result.gradients.empty() ? "-" : scientific(result.largest_gradient_diff()),
               optional(result.losses_diff)});
  }
  std::printf("%s", table.to_string().c_str());
}

std::vector<Pair> read_pairs(Options options) {
  // `--golden GOLDEN MODEL`, as one option takes all that follows it.
  if (options.models.empty() && options.goldens.size() == 2) {
    options.models = {options.goldens[1]};
    options.goldens.pop_back();
  }
  if (options.models.empty()) throw CLI::RequiredError("model");
  if (options.goldens.empty() == options.golden_folder.empty())
    throw CLI::ValidationError("expected either --golden or --golden-folder");
  if (!options.golden_folder.empty()) {
    for (const std::string& model : options.models)
      options.goldens.push_back(
          (std::filesystem::path(options.golden_folder) / (stem(model) + ".safetensors")).string());
  }
  if (options.goldens.size() != options.models.size()) {
    throw CLI::ValidationError(std::to_string(options.models.size()) + " models and " +
                               std::to_string(options.goldens.size()) +
                               " golden files, expected one for each");
  }
  std::vector<Pair> pairs;
  std::set<std::string> dumps;
  for (std::size_t i = 0; i < options.models.size(); ++i) {
    Pair pair{options.models[i], options.goldens[i], options.dump};
    if (!options.dump.empty() && options.models.size() > 1) {
      pair.dump = (std::filesystem::path(options.dump) / (stem(pair.model) + ".safetensors")).string();
      if (!dumps.insert(pair.dump).second)
        throw CLI::ValidationError("two models would be dumped into " + pair.dump);
    }
    pairs.push_back(std::move(pair));
  }
  return pairs;
}

void parity(const Options& options) {
  const std::vector<Pair> pairs = read_pairs(options);
  const std::unique_ptr<Backend> backend = make_backend(options.device, options.threads);
  std::vector<Comparison> results;
  for (const Pair& pair : pairs) results.push_back(compare_pair(pair, *backend));
  if (options.json && pairs.size() == 1) {
    print_json(to_json(results[0]));
  } else if (options.json) {
    Json::Array models;
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      Json json = Json::Object{{"model", to_utf8(pairs[i].model)}, {"golden", to_utf8(pairs[i].golden)}};
      const Json result = to_json(results[i]);
      for (const JsonMember& member : *result.object()) json.add(member.key, member.value);
      models.push_back(std::move(json));
    }
    print_json(Json::Object{{"models", std::move(models)}});
  } else if (pairs.size() == 1) {
    print_one(results[0]);
  } else {
    print_table(pairs, results);
  }
  if (!options.check) return;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (results[i].agrees()) continue;
    throw WorkFailed(pairs[i].model + " and " + pairs[i].golden +
                     " differ by more than 1e-6 (outputs, loss) or 1e-5 (gradients, training steps)");
  }
}

}  // namespace

void add_parity(CLI::App& app) {
  CLI::App* command = app.add_subcommand("parity", "Compare outputs, loss and gradients with golden files");
  const auto options = std::make_shared<Options>();
  command->add_option("model", options->models, "Model files (.safetensors, .keras or .h5)");
  command->add_option("--golden", options->goldens,
                      "A file for each model: tensors input, label, prob, loss, grad/..., losses "
                      "(.safetensors)");
  command->add_option("--golden-folder", options->golden_folder,
                      "Folder with NAME.safetensors for each model NAME.*, instead of --golden");
  command->add_option("--dump", options->dump,
                      "File for what is computed here, under the golden file's names; of several models a "
                      "folder, with NAME.safetensors of each");
  command->add_option("--threads", options->threads, "Threads")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  add_device_option(*command, options->device);
  command->add_flag("--check", options->check,
                    "Exit with status 1 where outputs or loss differ by more than 1e-6, gradients by more "
                    "than 1e-5 of their largest value, or losses of training steps by more than 1e-5");
  command->add_flag("--json", options->json, "Print one JSON object");
  command->callback([options] { parity(*options); });
}

}  // namespace lapis::native
