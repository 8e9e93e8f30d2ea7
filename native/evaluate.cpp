// `lapis evaluate`: how good a model is on one split of a data set.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include "commands.h"
#include "common.h"
#include "console.h"
#include "data/chosen_split.h"
#include "data/open_dataset.h"
#include "data/split_record.h"
#include "device.h"
#include "file.h"
#include "keras_file.h"
#include "lapis/core/error.h"
#include "lapis/io/compiled_loss.h"
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
  std::string split;  // empty: the one to report
  std::string text_column, label_column;
  int threads = 0;
  Device device = Device::cpu;
  cuda::Precision precision = cuda::Precision::float32;
  bool record = false;
  bool large = false;
  bool json = false;
};

std::optional<Split> split_asked_for(const std::string& name) {
  for (const Split split : {Split::train, Split::valid, Split::test, Split::all}) {
    if (name == split_name(split)) return split;
  }
  return {};
}

/// What is evaluated: one split of a data set, or all of it.
struct Samples {
  Inventory inventory;
  Split split = Split::test;
  std::unique_ptr<Dataset> dataset;
};

/// The loss to report: the one that the model was compiled with. Where that is not known or does not suit the
/// model, another one only tells what the outputs speak for.
struct ReportedLoss {
  LossConfig config;
  bool is_assumed = false;   // the file names none
  std::string not_computed;  // why its number is not that of the compiled loss; empty: it is
};

ReportedLoss reported_loss(const ModelFile& file, Backend& backend) {
  const CompiledLoss compiled = compiled_loss(file);
  ReportedLoss loss{assumed_loss(file.model), !compiled.config && compiled.unknown.empty(), compiled.unknown};
  if (!compiled.config) return loss;
  try {
    const Loss suits(*compiled.config, file.model, backend, 1);
    loss.config = *compiled.config;
  } catch (const Error& error) {
    loss.not_computed = error.what();
  }
  return loss;
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

void record(const Options& options, ModelFile& file, Split split, const ReportedLoss& loss,
            const Evaluation& result) {
  const std::string prefix = split == Split::valid ? "val" : split_name(split);
  if (loss.not_computed.empty()) file.metrics[prefix + "_loss"] = result.loss;
  file.metrics[prefix + "_accuracy"] = result.accuracy;
  file.metrics[prefix + "_macro_f1"] = result.macro_f1;
  save_model(options.model, file, {.precision = stored_precision(options.model)});
}

/// "0.1911  mean_squared_error".
std::string loss_text(const ReportedLoss& loss, double value) {
  if (!loss.not_computed.empty()) return "not computed: " + loss.not_computed;
  std::string text = format_fixed(value, 4) + "  " + loss_name(loss.config.kind);
  if (loss.config.from_logits) text += ", from logits";
  if (loss.config.label_smoothing != 0)
    text += ", label smoothing " + Json(loss.config.label_smoothing).dump();
  return text + (loss.is_assumed ? " (assumed: the file names no loss)" : "");
}

void print_plain(const Samples& samples, const ModelFile& file, const ReportedLoss& loss,
                 const Evaluation& result, double seconds) {
  const Style style(stdout);
  print_inventory(samples.inventory, samples.split == Split::all);
  std::printf("%s%s%s on %s: %s samples, %.1f s\n\n", style.bold, file.model.name().c_str(), style.off,
              split_name(samples.split),
              format_count(static_cast<double>(result.confusion.samples())).c_str(), seconds);
  std::printf("  accuracy  %s%.4f%s\n  macro F1  %s%.4f%s\n  loss      %s\n\n", style.bold, result.accuracy,
              style.off, style.bold, result.macro_f1, style.off,
              one_line(loss_text(loss, result.loss)).c_str());
  const std::vector<std::string> labels = class_names(file);
  std::fputs(class_table(result.confusion, labels).c_str(), stdout);
  if (labels.size() <= kMostColumns) {
    std::printf("\n  %sA row is a class, a column what the network took it for.%s\n", style.dim, style.off);
  }
}

/// With batches as large as the device has room for. Throws Error where not even one sample fits.
Evaluation evaluate_in_batches(const Model& model, Backend& backend, const LossConfig& loss,
                               const Dataset& dataset) {
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

/// What the model file remembers of its data, as a request for the data at hand.
SplitRecord remembered(const Options& options, const ModelFile& file) {
  try {
    // One label names two classes.
    SplitRecord record =
        read_split_record(file.training, file.labels.empty() ? file.labels : class_names(file));
    record.request.likely = record.request.kind;
    if (!record.request.likely && std::holds_alternative<ImageInput>(file.input))
      record.request.likely = DataConfig::Kind::image_folder;
    record.request.kind.reset();  // other data may be of another kind
    record.request.input = &file.input;
    if (!options.text_column.empty()) record.request.columns.text = options.text_column;
    if (!options.label_column.empty()) record.request.columns.label = options.label_column;
    return record;
  } catch (const Error& error) {
    throw error.inside(options.model);
  }
}

Samples find_samples(const Options& options, const ModelFile& file) {
  const SplitRecord record = remembered(options, file);
  const std::unique_ptr<DataSource> data = find_data(options.data, record.request);
  check_classes(*data, file.model);
  const ChosenSplit chosen = choose_split(split_asked_for(options.split), options.model, record, *data);
  Samples samples{data->inventory(), chosen.split, data->open(chosen.split, file.input)};
  std::vector<std::string>& notes = samples.inventory.notes;
  notes.insert(notes.end(), chosen.notes.begin(), chosen.notes.end());
  return samples;
}

void evaluate(const Options& options) {
  ModelFile file = load_model(options.model, options.additions);
  if (options.record) check_recordable(options.model);
  check_affordable(file.model, with_batch_in_front(1, sample_shape(file)), 0, options.large);
  const Samples samples = find_samples(options, file);
  const std::unique_ptr<Backend> backend =
      make_backend(options.device, thread_count(options.threads), options.precision);

  const auto start = std::chrono::steady_clock::now();
  const ReportedLoss loss = reported_loss(file, *backend);
  const Evaluation result = evaluate_in_batches(file.model, *backend, loss.config, *samples.dataset);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();

  if (options.record) record(options, file, samples.split, loss, result);
  if (!options.json) return print_plain(samples, file, loss, result, seconds);
  const bool is_computed = loss.not_computed.empty();
  Json::Object json = {{"split", split_name(samples.split)},
                       {"data", inventory_json(samples.inventory)},
                       {"samples", std::int64_t{result.confusion.samples()}},
                       {"accuracy", result.accuracy},
                       {"macro_f1", result.macro_f1},
                       {"loss", is_computed ? Json(result.loss) : Json()}};
  if (is_computed) {
    json.push_back({"loss_function", Json::parse(loss_to_json(loss.config))});
    json.push_back({"loss_is_assumed", loss.is_assumed});
  } else {
    json.push_back({"loss_not_computed", loss.not_computed});
  }
  json.push_back({"confusion", confusion_json(result.confusion)});
  json.push_back({"labels", to_json(class_names(file))});
  json.push_back({"seconds", seconds});
  print_json(json);
}

}  // namespace

void add_evaluate(CLI::App& app) {
  CLI::App* command = app.add_subcommand("evaluate", "Accuracy, macro F1 and confusion matrix on a data set");
  const auto options = std::make_shared<Options>();
  command->add_option("model", options->model, "Model file (.safetensors, .keras or .h5)")->required();
  add_options(*command, options->additions);
  command
      ->add_option("--data", options->data,
                   "Folder of CIFAR-10, CSV files or pictures by class; or a CSV file")
      ->required();
  command
      ->add_option(
          "--split", options->split,
          "train, valid, test or all, cut as for the training. Default: test, else valid; all of other data")
      ->check(CLI::IsMember({"train", "valid", "test", "all"}));
  command->add_option("--text-column", options->text_column,
                      "Heading in CSV files. Default: as for the training");
  command->add_option("--label-column", options->label_column,
                      "Heading in CSV files. Default: as for the training");
  command->add_option("--threads", options->threads, "Default: all cores")->check(CLI::Range(1, 1024));
  add_device_option(*command, options->device);
  add_precision_option(*command, options->precision);
  command->add_flag("--record", options->record, "Also write the metrics into the model file");
  add_large_option(*command, options->large);
  command->add_flag("--json", options->json, "Print one JSON object");
  command->callback([options] { evaluate(*options); });
}

}  // namespace lapis::native
