// `lapis evaluate`: how good a model is on one split of a data set.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>

#include "commands.h"
#include "common.h"
#include "console.h"
#include "data/open_dataset.h"
#include "device.h"
#include "file.h"
#include "keras_file.h"
#include "lapis/core/error.h"
#include "lapis/io/safetensors.h"
#include "lapis/train/evaluator.h"
#include "progress.h"

namespace lapis::native {
namespace {

/// Fewer where the device has no room for so many.
constexpr Index kBatch = 100;
/// A matrix of more classes than this is too wide to read in a terminal; --json has it all.
constexpr std::size_t kMostColumns = 12;

struct Options {
  Additions additions;
  std::string model, data;
  std::string split = "test";
  int threads = 0;
  Device device = Device::cpu;
  cuda::Precision precision = cuda::Precision::float32;
  bool record = false;
  bool json = false;
};

Split split_of(const std::string& name) {
  return name == "train" ? Split::train : name == "valid" ? Split::valid : Split::test;
}

Json confusion_json(const ConfusionMatrix& confusion) {
  Json::Array rows;
  for (Index truth = 0; truth < confusion.classes(); ++truth) {
    Json::Array row;
    for (Index prediction = 0; prediction < confusion.classes(); ++prediction) {
      row.emplace_back(std::int64_t{confusion.at(truth, prediction)});
    }
    rows.emplace_back(std::move(row));
  }
  return rows;
}

/// A row a class: its counts, then precision, recall and F1.
std::string class_table(const ConfusionMatrix& confusion, const std::vector<std::string>& labels) {
  const bool with_counts = labels.size() <= kMostColumns;
  Table table("l" + std::string(with_counts ? labels.size() : 0, 'c') + "rrr");
  constexpr int kHeading = 3;
  std::vector<std::string> row = {"class"};
  if (with_counts) {
    for (const std::string& label : labels) row.push_back(first_columns(label, kHeading));
  }
  row.insert(row.end(), {"prec.", "recall", "F1"});
  table.add(row);
  for (Index truth = 0; truth < confusion.classes(); ++truth) {
    row = {labels[static_cast<std::size_t>(truth)]};
    for (Index prediction = 0; with_counts && prediction < confusion.classes(); ++prediction) {
      const Index count = confusion.at(truth, prediction);
      row.push_back(count == 0 ? "\u00b7" : std::to_string(count));
    }
    const ClassScores scores = confusion.scores(truth);
    for (const double score : {scores.precision, scores.recall, scores.f1})
      row.push_back(format_fixed(score, 3));
    table.add(row);
  }
  return table.to_string();
}

/// The precision that a file's weights have on disk, so that adding metrics does not change them.
Precision stored_precision(const std::string& path) {
  const std::vector<std::byte> bytes = read_file(path);
  for (const TensorView& tensor : read_safetensors(bytes).tensors) {
    if (tensor.dtype == Dtype::f16) return Precision::f16;
  }
  return Precision::f32;
}

void check_recordable(const std::string& path) {
  if (is_keras_file(read_file(path))) fail(path, ": --record needs a .safetensors file: convert it first");
  check_writable(path);
}

void record(const Options& options, ModelFile& file, const Evaluation& result) {
  const std::string prefix = options.split == "valid" ? "val" : options.split;
  file.metrics[prefix + "_loss"] = result.loss;
  file.metrics[prefix + "_accuracy"] = result.accuracy;
  file.metrics[prefix + "_macro_f1"] = result.macro_f1;
  save_model(options.model, file, stored_precision(options.model));
}

void print_plain(const Options& options, const ModelFile& file, const Evaluation& result, double seconds) {
  const Style style(stdout);
  std::printf("%s%s%s on %s: %s samples, %.1f s\n\n", style.bold, file.model.name().c_str(), style.off,
              options.split.c_str(), format_count(static_cast<double>(result.confusion.samples())).c_str(),
              seconds);
  std::printf("  accuracy  %s%.4f%s\n  macro F1  %s%.4f%s\n  loss      %.4f\n\n", style.bold, result.accuracy,
              style.off, style.bold, result.macro_f1, style.off, result.loss);
  const std::vector<std::string> labels = class_names(file);
  std::fputs(class_table(result.confusion, labels).c_str(), stdout);
  if (labels.size() <= kMostColumns) {
    std::printf("\n  %sA row is a class, a column what the network took it for.%s\n", style.dim, style.off);
  }
}

/// With batches as large as the device has room for. Throws Error where not even one sample fits.
Evaluation evaluate_in_batches(const Model& model, Backend& backend, const Dataset& dataset) {
  const LossConfig loss{.from_logits = !model.ends_in_softmax()};
  Progress progress("evaluating", static_cast<long>(dataset.size()));
  for (Index batch = std::min(kBatch, dataset.size());; batch /= 2) {
    try {
      Evaluator evaluator(model, backend, dataset.sample_shape(), batch, loss);
      return evaluator.evaluate(dataset, [&](Index done, Index) {
        progress.update(static_cast<long>(done));
        return true;
      });
    } catch (const OutOfMemory&) {
      if (batch == 1) throw;
    }
  }
}

void evaluate(const Options& options) {
  ModelFile file = load_model(options.model, options.additions);
  if (options.record) check_recordable(options.model);
  const DataFolder data = find_data(options.data, std::nullopt, file.labels);
  const std::unique_ptr<Dataset> dataset = open_dataset(data, split_of(options.split), file.input);
  const std::unique_ptr<Backend> backend =
      make_backend(options.device, thread_count(options.threads), options.precision);

  const auto start = std::chrono::steady_clock::now();
  const Evaluation result = evaluate_in_batches(file.model, *backend, *dataset);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();

  if (options.record) record(options, file, result);
  if (!options.json) return print_plain(options, file, result, seconds);
  print_json(Json::Object{{"samples", std::int64_t{result.confusion.samples()}},
                          {"accuracy", result.accuracy},
                          {"macro_f1", result.macro_f1},
                          {"loss", result.loss},
                          {"confusion", confusion_json(result.confusion)},
                          {"labels", to_json(class_names(file))},
                          {"seconds", seconds}});
}

}  // namespace

void add_evaluate(CLI::App& app) {
  CLI::App* command = app.add_subcommand("evaluate", "Accuracy, macro F1 and confusion matrix on a data set");
  const auto options = std::make_shared<Options>();
  command->add_option("model", options->model, "Model file (.safetensors, .keras or .h5)")->required();
  add_options(*command, options->additions);
  command->add_option("--data", options->data, "Folder: CIFAR-10 (binary), NusaX (CSV) or pictures by class")
      ->required();
  command->add_option("--split", options->split, "train, valid or test")
      ->check(CLI::IsMember({"train", "valid", "test"}))
      ->capture_default_str();
  command->add_option("--threads", options->threads, "Default: all cores")->check(CLI::Range(1, 1024));
  add_device_option(*command, options->device);
  add_precision_option(*command, options->precision);
  command->add_flag("--record", options->record, "Also write the metrics into the model file");
  command->add_flag("--json", options->json, "Print one JSON object");
  command->callback([options] { evaluate(*options); });
}

}  // namespace lapis::native
