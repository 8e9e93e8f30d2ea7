// `lapis train`: a model file from a config file and a folder of data.

#include <CLI/CLI.hpp>
#include <atomic>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include "commands.h"
#include "common.h"
#include "console.h"
#include "data/open_dataset.h"
#include "device.h"
#include "file.h"
#include "lapis/core/error.h"
#include "lapis/io/keras_model.h"
#include "lapis/io/train_config.h"
#include "lapis/train/trainer.h"
#include "progress.h"

namespace lapis::native {
namespace {

constexpr std::size_t kMaxConfigBytes = std::size_t{16} << 20;
/// A long training is saved on the way, but not more often than this.
constexpr double kSaveEverySeconds = 30;

struct Options {
  std::string config, data, out, log;
  std::optional<std::uint64_t> seed;
  std::optional<Index> epochs;
  int threads = 0;
  Device device = Device::cpu;
  cuda::Precision precision = cuda::Precision::float32;
  int gpus = 1;
  bool f16 = false;
  bool json = false;
};

std::atomic<bool> interrupted{false};

/// The first Ctrl-C ends the training after the batch that runs; a second one ends the program at once.
void catch_interrupts() {
  struct sigaction action {};
  action.sa_handler = [](int) { interrupted = true; };
  action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_RESTART;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// To milliseconds.
double rounded(double seconds) {
  return std::round(seconds * 1000) / 1000;
}

TrainConfig read_config(const Options& options, const std::string& text) {
  TrainConfig config;
  try {
    config = parse_train_config(text);
  } catch (const Error& error) {
    throw error.inside(options.config);
  }
  if (options.seed) config.options.seed = *options.seed;
  if (options.epochs) config.options.epochs = *options.epochs;
  return config;
}

InputSpec make_input(const TrainConfig& config, const DataFolder& data) {
  if (config.data.image) return *config.data.image;
  if (config.data.text) {
    return TextInput{config.data.text->sequence_length,
                     adapt_vocabulary(read_texts(data, Split::train), config.data.text->max_tokens)};
  }
  return TensorInput{};
}

Model make_model(const std::string& path, const TrainConfig& config, const InputSpec& input) {
  const auto* text = std::get_if<TextInput>(&input);
  const auto* image = std::get_if<ImageInput>(&input);
  std::optional<Shape> shape;
  if (text != nullptr) shape = Shape{kUnknown, text->sequence_length};
  if (image != nullptr) shape = Shape{kUnknown, image->height, image->width, image->channels};
  try {
    Model model = model_from_config(
        config.model_json(text == nullptr ? 0 : static_cast<Index>(text->vocabulary.size())), shape);
    model.initialize(config.options.seed);
    return model;
  } catch (const Error& error) {
    throw error.inside(path);
  }
}

Json epoch_json(const EpochRecord& record) {
  Json::Object line = {
      {"epoch", std::int64_t{record.epoch}}, {"loss", record.loss}, {"accuracy", record.accuracy}};
  if (record.validated) {
    line.push_back({"val_loss", record.val_loss});
    line.push_back({"val_accuracy", record.val_accuracy});
    line.push_back({"val_macro_f1", record.val_macro_f1});
  }
  line.push_back({"learning_rate", record.learning_rate});
  line.push_back({"seconds", rounded(record.seconds)});
  return line;
}

const char* stop_name(TrainResult::Stop stop) {
  switch (stop) {
    case TrainResult::Stop::finished:
      return "finished";
    case TrainResult::Stop::early:
      return "early";
    case TrainResult::Stop::cancelled:
      return "interrupted";
  }
  return "";
}

class Job {
 public:
  Job(const Options& options, Devices devices)
      : options_(options),
        config_text_(read_text_file(options.config, kMaxConfigBytes)),
        config_(read_config(options, config_text_)),
        data_(find_data(options.data, config_.data.kind, config_.data.labels, config_.data.validation_split)),
        input_(make_input(config_, data_)),
        file_{make_model(options.config, config_, input_), input_, data_.labels, {}, {}},
        training_(open_dataset(data_, Split::train, input_, config_.data.augmentation)),
        validation_(config_.validation ? open_dataset(data_, Split::valid, input_) : nullptr),
        threads_(thread_count(options.threads)),
        devices_(std::move(devices)) {
    // What would make saving fail (labels, input pipeline) must show before the training and not after it.
    try {
      write_model(file_, precision());
    } catch (const Error& error) {
      throw error.inside(options.config);
    }
    trainer_ = make_trainer();
    if (!options.log.empty()) log_ = std::make_unique<LineWriter>(options.log);
  }

  void run() {
    print_heading();
    start_ = now();
    last_save_ = start_;
    progress_ = std::make_unique<Progress>("training", batches_per_epoch() * config_.options.epochs);
    const TrainResult result = fit();
    progress_.reset();
    if (result.epochs.empty()) throw WorkFailed("interrupted in the first epoch; nothing is saved");
    finish(result);
  }

 private:
  Precision precision() const { return options_.f16 ? Precision::f16 : Precision::f32; }

  long batches_per_epoch() const {
    return static_cast<long>((training_->size() + config_.options.batch_size - 1) /
                             config_.options.batch_size);
  }

  std::unique_ptr<Trainer> make_trainer() {
    try {
      return std::make_unique<Trainer>(file_.model, devices_.backends, devices_.collective.get(),
                                       config_.options, *training_, validation_.get());
    } catch (const OutOfMemory& error) {
      const Index batch = std::min(config_.options.batch_size, training_->size());
      throw too_large_batch(error, batch, "fit.batch_size").inside(options_.config);
    } catch (const Error& error) {
      throw error.inside(options_.config);
    }
  }

  void print_heading() const {
    if (options_.json) return;
    const auto parameters = static_cast<double>(file_.model.values().size());
    std::string device = devices_.backends.front()->name();
    if (devices_.backends.size() > 1) device = std::to_string(devices_.backends.size()) + " GPUs";
    if (device == "cpu") device = std::to_string(threads_) + (threads_ == 1 ? " thread" : " threads");
    std::printf("%s: %s parameters, %s\n", file_.model.name().c_str(), format_count(parameters).c_str(),
                device.c_str());
    std::printf("%s: %s samples to train", options_.data.c_str(),
                format_count(static_cast<double>(training_->size())).c_str());
    if (validation_)
      std::printf(", %s to validate", format_count(static_cast<double>(validation_->size())).c_str());
    std::printf(", %zu classes\n\n  epoch      loss  accuracy", file_.labels.size());
    if (validation_) std::printf("  val loss  val acc.   val F1");
    std::printf("      rate    time\n");
    std::fflush(stdout);
  }

  void print_epoch(const EpochRecord& record, bool is_best) const {
    if (options_.json) return;
    std::printf("  %5td  %8.4f    %6.4f", record.epoch, record.loss, record.accuracy);
    if (record.validated)
      std::printf("  %8.4f    %6.4f   %6.4f", record.val_loss, record.val_accuracy, record.val_macro_f1);
    std::printf("  %8.3g %7s%s\n", record.learning_rate, format_duration(record.seconds).c_str(),
                is_best ? "  *" : "");
    std::fflush(stdout);
  }

  /// Trainer::fit, but an interrupted epoch is undone where no better one is kept anyway.
  TrainResult fit() {
    TrainCallbacks callbacks;
    callbacks.clock = now;
    callbacks.on_batch = [this](const TrainProgress& done) {
      char note[96];
      std::snprintf(note, sizeof note, "epoch %td/%td  loss %.4f  accuracy %.4f", done.epoch, done.epochs,
                    done.loss, done.accuracy);
      progress_->update(static_cast<long>((done.epoch - 1) * done.batches + done.batch), note);
      return !interrupted.load();
    };
    callbacks.on_epoch = [this](const EpochRecord& record) { epoch_done(record); };
    TrainResult result;
    try {
      result = trainer_->fit(callbacks);
    } catch (const SaveFailed&) {
      throw;
    } catch (const Error& error) {  // the loss is no longer finite
      progress_->clear();
      throw WorkFailed(error.what());
    }
    if (result.weights_of_epoch == 0 && !result.epochs.empty()) {
      std::copy(last_weights_.begin(), last_weights_.end(), file_.model.values().begin());
      result.weights_of_epoch = result.epochs.back().epoch;
    }
    return result;
  }

  void epoch_done(const EpochRecord& record) {
    const std::optional<EarlyStoppingConfig>& watch = config_.options.early_stopping;
    const bool chooses = watch && watch->restore_best_weights;
    const bool is_best = !chooses || is_improvement(record, *watch);
    progress_->clear();
    print_epoch(record, chooses && is_best);
    if (log_) write_log(record);
    const std::span<const Real> weights = std::as_const(file_.model).values();
    last_weights_.assign(weights.begin(), weights.end());
    if (is_best && now() - last_save_ > kSaveEverySeconds) {
      describe(record, record.epoch, "running");
      save();
      last_save_ = now();
    }
  }

  bool is_improvement(const EpochRecord& record, const EarlyStoppingConfig& watch) {
    if (!watch_) watch_.emplace(watch);
    double value = 0;
    switch (watch.monitor) {
      case Monitor::loss:
        value = record.loss;
        break;
      case Monitor::accuracy:
        value = record.accuracy;
        break;
      case Monitor::val_loss:
        value = record.val_loss;
        break;
      case Monitor::val_accuracy:
        value = record.val_accuracy;
        break;
      case Monitor::val_macro_f1:
        value = record.val_macro_f1;
        break;
    }
    return watch_->improved(record.epoch, value);
  }

  /// Puts the record of the training and the metrics of `kept` into the file.
  void describe(const EpochRecord& kept, Index epochs, const char* stopped) {
    const Json::Object training = {
        {"version", LAPIS_VERSION},
        {"data", kind_name(data_.kind)},
        {"train_samples", std::int64_t{training_->size()}},
        {"valid_samples", std::int64_t{validation_ ? validation_->size() : 0}},
        {"seed", static_cast<std::int64_t>(config_.options.seed)},
        {"epochs", std::int64_t{epochs}},
        {"kept_epoch", std::int64_t{kept.epoch}},
        {"stopped", stopped},
        {"seconds", rounded(now() - start_)},
        {"config", Json::parse(config_text_)},
    };
    file_.training = Json(training).dump();
    file_.metrics.clear();
    if (kept.validated) {
      file_.metrics = {{"val_loss", kept.val_loss},
                       {"val_accuracy", kept.val_accuracy},
                       {"val_macro_f1", kept.val_macro_f1}};
    }
  }

  void save() {
    try {
      save_model(options_.out, file_, precision());
    } catch (const Error& error) {
      throw SaveFailed(error.what());
    }
  }

  void write_log(const EpochRecord& record) {
    try {
      log_->write(epoch_json(record).dump());
    } catch (const Error& error) {
      throw SaveFailed(error.what());
    }
  }

  void finish(const TrainResult& result) {
    const EpochRecord& kept = result.epochs.at(static_cast<std::size_t>(result.weights_of_epoch - 1));
    const Index epochs = result.epochs.back().epoch;
    describe(kept, epochs, stop_name(result.stop));
    save();
    const bool cancelled = result.stop == TrainResult::Stop::cancelled;
    if (options_.json) {
      print_result(result, kept);
    } else {
      std::printf("\n%s: epoch %td of %td%s, %s\n", options_.out.c_str(), kept.epoch, epochs,
                  result.stop == TrainResult::Stop::early ? " (no improvement after it)" : "",
                  format_duration(now() - start_).c_str());
    }
    if (cancelled) {
      throw WorkFailed("interrupted in epoch " + std::to_string(epochs + 1) + "; " + options_.out +
                       " holds the weights of epoch " + std::to_string(kept.epoch));
    }
  }

  void print_result(const TrainResult& result, const EpochRecord& kept) const {
    Json::Array epochs;
    for (const EpochRecord& record : result.epochs) epochs.push_back(epoch_json(record));
    print_json(Json::Object{{"model", to_utf8(options_.out)},
                            {"stopped", stop_name(result.stop)},
                            {"kept_epoch", std::int64_t{kept.epoch}},
                            {"seconds", rounded(now() - start_)},
                            {"epochs", std::move(epochs)}});
  }

  /// A file could not be written: bad input, though it shows in the middle of the work.
  class SaveFailed : public Error {
   public:
    using Error::Error;
  };

  Options options_;
  std::string config_text_;
  TrainConfig config_;
  DataFolder data_;
  InputSpec input_;
  ModelFile file_;
  std::unique_ptr<Dataset> training_;
  std::unique_ptr<Dataset> validation_;
  int threads_;
  Devices devices_;
  std::unique_ptr<Trainer> trainer_;
  std::unique_ptr<LineWriter> log_;
  std::unique_ptr<Progress> progress_;
  std::optional<EarlyStopping> watch_;
  std::vector<Real> last_weights_;  // of the last whole epoch
  double start_ = 0, last_save_ = 0;
};

void train(const Options& options) {
  // First of all: whether there is a GPU shows before any data is read.
  Devices devices =
      make_devices(options.device, options.gpus, thread_count(options.threads), options.precision);
  check_writable(options.out);
  Job job(options, std::move(devices));
  catch_interrupts();
  job.run();
}

}  // namespace

void add_train(CLI::App& app) {
  CLI::App* command = app.add_subcommand("train", "Train a network from a config file");
  const auto options = std::make_shared<Options>();
  command->add_option("config", options->config, "Model, optimizer and data, in Keras's words (JSON)")
      ->required();
  command->add_option("--data", options->data, "Folder: CIFAR-10 (binary), NusaX (CSV) or pictures by class")
      ->required();
  command->add_option("--out", options->out, "Model file to write (.safetensors)")->required();
  command->add_option("--seed", options->seed, "In place of the config's fit.seed");
  command->add_option("--epochs", options->epochs, "In place of the config's fit.epochs")
      ->check(CLI::Range(1, 1'000'000));
  command->add_option("--log", options->log, "File that gets one JSON line an epoch");
  command->add_option("--threads", options->threads, "Default: all cores; the result is the same")
      ->check(CLI::Range(1, 1024));
  add_device_option(*command, options->device);
  add_precision_option(*command, options->precision);
  command->add_option("--gpus", options->gpus, "With --device cuda: how many share each batch")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  command->add_flag("--f16", options->f16, "Store the weights in 16 bits: half the size");
  command->add_flag("--json", options->json, "Print one JSON object when done");
  command->callback([options] { train(*options); });
}

}  // namespace lapis::native
