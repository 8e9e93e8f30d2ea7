#include "training_job.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <utility>

#include "commands.h"
#include "common.h"
#include "console.h"
#include "data/open_dataset.h"
#include "data/split_record.h"
#include "lapis/core/error.h"
#include "lapis/io/compiled_loss.h"
#include "lapis/io/keras_model.h"
#include "training_memory.h"
#include "training_report.h"

namespace lapis::native {
namespace {

constexpr std::size_t kMaxConfigBytes = std::size_t{16} << 20;
/// Weights to keep are saved on the way, with at least this time between two saves, and so many times what
/// the last one took.
constexpr double kSecondsBetweenSaves = 0.8;
constexpr double kShareOfSaving = 0.1;

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

TrainConfig read_config(const TrainArguments& arguments, const std::string& text) {
  TrainConfig config;
  try {
    config = parse_train_config(text);
  } catch (const Error& error) {
    throw error.inside(arguments.config);
  }
  if (arguments.seed) config.options.seed = *arguments.seed;
  if (arguments.epochs) config.options.epochs = *arguments.epochs;
  return config;
}

InputSpec make_input(const TrainConfig& config, const DataSource& data) {
  if (config.data.image) return *config.data.image;
  if (config.data.text) {
    return TextInput{config.data.text->sequence_length,
                     adapt_vocabulary(data.texts(Split::train), config.data.text->max_tokens)};
  }
  return TensorInput{};
}

Model make_model(const TrainArguments& arguments, const TrainConfig& config, const InputSpec& input,
                 const DataSource& data) {
  const auto* text = std::get_if<TextInput>(&input);
  const auto* image = std::get_if<ImageInput>(&input);
  std::optional<Shape> shape;
  if (text != nullptr) shape = Shape{kUnknown, text->sequence_length};
  if (image != nullptr) shape = Shape{kUnknown, image->height, image->width, image->channels};
  try {
    const std::string json =
        config.model_json(text == nullptr ? 0 : static_cast<Index>(text->vocabulary.size()));
    if (!arguments.large) {
      Index parameters = 0;
      for (const auto& each : describe_model(Json::parse(json), shape).parameters())
        parameters += each.shape.size();
      check_parameter_memory(parameters, config.options.optimizer);
    }
    Model model = model_from_config(json, shape);
    check_classes(data, model);
    model.initialize(config.options.seed);
    return model;
  } catch (const Error& error) {
    throw error.inside(arguments.config);
  }
}

/// "2 threads", "NVIDIA H200 (cuda:0)", "4 GPUs".
std::string device_name(const Devices& devices, int threads) {
  if (devices.backends.size() > 1) return std::to_string(devices.backends.size()) + " GPUs";
  const std::string name = devices.backends.front()->name();
  if (name != "cpu") return name;
  return std::to_string(threads) + (threads == 1 ? " thread" : " threads");
}

}  // namespace

TrainingJob::TrainingJob(const TrainArguments& arguments, Devices devices)
    : arguments_(arguments),
      config_text_(read_text_file(arguments.config, kMaxConfigBytes)),
      config_(read_config(arguments, config_text_)),
      request_(request_of(config_.data, config_.validation)),
      data_(find_data(arguments.data, request_)),
      input_(make_input(config_, *data_)),
      model_(make_model(arguments, config_, input_, *data_)),
      file_{.model = make_model(arguments, config_, input_, *data_),
            .input = input_,
            .labels = data_->labels()},
      training_(data_->open(Split::train, input_, config_.data.augmentation)),
      validation_(config_.validation && data_->inventory().count(Split::valid) > 0
                      ? data_->open(Split::valid, input_, {})
                      : nullptr),
      threads_(thread_count(arguments.threads)),
      devices_(std::move(devices)) {
  file_.loss = loss_to_json(config_.options.loss);
  // What would make saving fail (labels, input pipeline) must show before the training and not after it.
  try {
    model_bytes(file_, saved_format(arguments.out, arguments.f16));
  } catch (const Error& error) {
    throw error.inside(arguments.config);
  }
  trainer_ = make_trainer();
  if (!arguments.log.empty()) log_ = std::make_unique<TrainingLog>(arguments.log);
}

void TrainingJob::run(const std::function<bool()>& stop) {
  replaces_ = exists(arguments_.out) && !is_special(arguments_.out);
  if (!arguments_.json) {
    print_heading({.model = model_.name(),
                   .parameters = static_cast<Index>(std::as_const(model_).values().size()),
                   .device = device_name(devices_, threads_),
                   .data = inventory(),
                   .validates = validation_ != nullptr});
  }
  start_ = now();
  next_save_ = start_;
  progress_ =
      std::make_unique<Progress>("training", static_cast<long>(batches_per_epoch() * config_.options.epochs));
  fit(stop);
  progress_.reset();
  finish();
}

/// What was found, and what the training makes of it.
Inventory TrainingJob::inventory() const {
  Inventory inventory = data_->inventory();
  if (config_.validation && !validation_) {
    inventory.notes.push_back(
        request_.shares.validation > 0
            ? "no validation: no class has two samples, and there is no valid folder or file"
            : "no validation: validation_split is 0, and there is no valid folder or file");
  }
  if (const Index unused = inventory.count(Split::valid); !config_.validation && unused > 0)
    inventory.notes.push_back("fit.validation is false: " + std::to_string(unused) + " samples are not used");
  if (const Index batch = config_.options.batch_size.value_or(0); batch > training_->size()) {
    inventory.notes.push_back("fit.batch_size is " + std::to_string(batch) + ": all " +
                              std::to_string(training_->size()) + " samples make one batch");
  }
  if (replaces_)
    inventory.notes.push_back(arguments_.out + " is there already: this training's first weights replace it");
  return inventory;
}

Index TrainingJob::batches_per_epoch() const {
  const Index batch = config_.options.batch_size_for(training_->size());
  return (training_->size() + batch - 1) / batch;
}

std::unique_ptr<Trainer> TrainingJob::make_trainer() {
  try {
    if (!arguments_.large) {
      const Index batch = config_.options.batch_size_for(training_->size());
      check_batch_memory(model_, *devices_.backends.front(),
                         with_batch_in_front(batch, training_->sample_shape()));
    }
    return std::make_unique<Trainer>(model_, devices_.backends, devices_.collective.get(), config_.options,
                                     *training_, validation_.get());
  } catch (const OutOfMemory& error) {
    const Index batch = config_.options.batch_size_for(training_->size());
    throw too_large_batch(error, batch, "fit.batch_size").inside(arguments_.config);
  } catch (const Error& error) {
    throw error.inside(arguments_.config);
  }
}

/// Trainer::fit; how it ended is in state_ and failure_.
void TrainingJob::fit(const std::function<bool()>& stop) {
  TrainCallbacks callbacks;
  callbacks.clock = now;
  callbacks.on_batch = [&](const TrainProgress& done) {
    char note[96];
    std::snprintf(note, sizeof note, "epoch %td/%td  loss %.4f  accuracy %.4f", done.epoch, done.epochs,
                  done.loss, done.accuracy);
    progress_->update(static_cast<long>((done.epoch - 1) * done.batches + done.batch), note);
    save_if_due();
    return !stop();
  };
  callbacks.on_epoch = [this](const EpochRecord& record) { epoch_done(record); };
  try {
    const TrainResult::Stop how = trainer_->fit(callbacks).stop;
    state_ = how == TrainResult::Stop::cancelled ? State::interrupted
             : how == TrainResult::Stop::early   ? State::early
                                                 : State::finished;
  } catch (const Error& error) {  // the loss is no longer finite, or a device failed
    state_ = State::failed;
    failure_ = error.what();
  }
}

void TrainingJob::epoch_done(const EpochRecord& record) {
  epochs_.push_back(record);
  if (record.is_to_keep) keep(record);
  if (!trainer_->is_done()) save_if_due();
  progress_->clear();
  if (!arguments_.json) print_epoch(record, trainer_->best_epoch() == record.epoch);
  if (log_) write_log(record);
}

void TrainingJob::keep(const EpochRecord& record) {
  const std::span<const Real> weights = std::as_const(model_).values();
  std::copy(weights.begin(), weights.end(), file_.model.values().begin());
  kept_ = record;
  is_saved_ = false;
}

const char* TrainingJob::state_name() const {
  switch (state_) {
    case State::running:
      return "running";
    case State::finished:
      return "finished";
    case State::early:
      return "early";
    case State::interrupted:
      return "interrupted";
    case State::failed:
      return "failed";
  }
  return "";
}

/// The kept weights, with the record of the training and their metrics.
void TrainingJob::save() {
  const EpochRecord& record = *kept_;
  const Json::Object training = {
      {"version", LAPIS_VERSION},
      {"data", kind_name(data_->kind())},
      {"split", split_record_json(request_, *data_)},
      {"train_samples", std::int64_t{training_->size()}},
      {"valid_samples", std::int64_t{validation_ ? validation_->size() : 0}},
      {"seed", static_cast<std::int64_t>(config_.options.seed)},
      {"epochs", std::int64_t{epochs_.back().epoch}},
      {"kept_epoch", std::int64_t{record.epoch}},
      {"stopped", state_name()},
      {"seconds", rounded(now() - start_)},
      {"config", Json::parse(config_text_)},
  };
  file_.training = Json(training).dump();
  file_.metrics.clear();
  if (record.validated) {
    file_.metrics = {{"val_loss", record.val_loss},
                     {"val_accuracy", record.val_accuracy},
                     {"val_macro_f1", record.val_macro_f1}};
  }
  save_model(arguments_.out, file_, saved_format(arguments_.out, arguments_.f16));
  is_saved_ = true;
  saved_epoch_ = record.epoch;
}

/// On the way. Where it fails, the training goes on and the next save may not.
void TrainingJob::save_if_due() {
  const double began = now();
  if (!kept_ || is_saved_ || began < next_save_) return;
  try {
    save();
  } catch (const Error& error) {
    if (save_failure_.empty()) {
      progress_->clear();
      std::fprintf(stderr, "lapis: %s; the training goes on and saves again later\n",
                   one_line(error.what()).c_str());
    }
    save_failure_ = error.what();
  }
  next_save_ = now() + std::max(kSecondsBetweenSaves, (now() - began) / kShareOfSaving);
}

/// The weights are worth more than the log: where it cannot be written, the training goes on without it.
void TrainingJob::write_log(const EpochRecord& record) {
  try {
    log_->write(record);
  } catch (const Error& error) {  // said at the end: the weights are worth more
    log_.reset();
    log_failure_ = error.what();
  }
}

/// Saves, says what was done, and throws WorkFailed where that is not all.
void TrainingJob::finish() {
  std::string why;
  if (state_ == State::failed) why = failure_;
  if (state_ == State::interrupted) why = "interrupted in epoch " + std::to_string(epochs_.size() + 1);
  if (!log_failure_.empty()) why += (why.empty() ? "" : "; ") + log_failure_;
  if (!kept_) throw WorkFailed(why + "; nothing is saved");
  const Index kept = kept_->epoch;
  try {
    save();
  } catch (const Error& error) {
    if (saved_epoch_ == 0) throw;
    fail(error.what(), "; it still holds the weights of epoch ", saved_epoch_, ", not those of epoch ", kept);
  }
  if (arguments_.json) {
    print_json(Json::Object{{"model", to_utf8(arguments_.out)},
                            {"stopped", state_name()},
                            {"kept_epoch", std::int64_t{kept}},
                            {"seconds", rounded(now() - start_)},
                            {"data", inventory_json(inventory())},
                            {"epochs", epochs_json(epochs_)}});
  } else {
    std::printf("\n%s: epoch %td of %td%s, %s\n", arguments_.out.c_str(), kept, epochs_.back().epoch,
                state_ == State::early ? " (no improvement after it)" : "",
                format_duration(now() - start_).c_str());
  }
  if (why.empty()) return;
  throw WorkFailed(why + "; " + arguments_.out + " holds the weights of epoch " + std::to_string(kept));
}

}  // namespace lapis::native
