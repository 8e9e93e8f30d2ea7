#include "lapis/train/trainer.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "lapis/core/error.h"

namespace lapis {

namespace {

// Mixed into the seed, so that no two uses of it draw the same numbers.
constexpr std::uint64_t kShuffle = 0x73687566666c6531;
constexpr std::uint64_t kAugment = 0x6175676d656e7431;
constexpr std::uint64_t kDropout = 0x64726f706f757431;

void check_monitor(Monitor monitor, const char* who, bool has_validation) {
  if (is_validation(monitor) && !has_validation) {
    fail("training: ", who, " watches ", monitor_name(monitor), ", but there is no validation data");
  }
}

void check_data(const Dataset& data, const Shape& expected, const char* which) {
  if (data.size() < 1) fail("training: the ", which, " data has no samples, expected at least one");
  if (!(data.sample_shape() == expected)) {
    fail("training: the ", which, " data has samples of shape ", data.sample_shape(), ", expected ",
         expected);
  }
}

/// The options with batch size and schedule made to fit the data; throws Error where they do not fit.
TrainOptions checked(TrainOptions options, const Dataset& training, const Dataset* validation) {
  if (options.epochs < 1) fail("training: epochs ", options.epochs, ", expected at least 1");
  if (options.batch_size < 1) fail("training: batch_size ", options.batch_size, ", expected at least 1");
  check_data(training, training.sample_shape(), "training");
  if (validation != nullptr) check_data(*validation, training.sample_shape(), "validation");
  options.batch_size = std::min(options.batch_size, training.size());
  const Index batches = (training.size() + options.batch_size - 1) / options.batch_size;
  options.schedule = options.schedule.resolved(static_cast<std::int64_t>(batches) * options.epochs);
  if (options.plateau) {
    check_monitor(options.plateau->monitor, "ReduceLROnPlateau", validation != nullptr);
    if (options.schedule.kind != Schedule::Kind::constant) {
      fail("training: ReduceLROnPlateau needs a constant learning rate, not a schedule");
    }
    if (!(options.plateau->factor > 0 && options.plateau->factor < 1)) {
      fail("training: ReduceLROnPlateau: factor ", options.plateau->factor, ", expected between 0 and 1");
    }
  }
  if (options.early_stopping) {
    check_monitor(options.early_stopping->monitor, "early stopping", validation != nullptr);
  }
  return options;
}

Shape batch_shape(Index batch, const Shape& sample) {
  Shape shape = {batch};
  for (int axis = 0; axis < sample.rank(); ++axis) shape.push_back(sample[axis]);
  return shape;
}

}  // namespace

Trainer::Trainer(Model& model, Backend& backend, const TrainOptions& options, const Dataset& training,
                 const Dataset* validation)
    : model_(model),
      backend_(backend),
      options_(checked(options, training, validation)),
      training_(training),
      validation_(validation),
      workspace_(model, backend, batch_shape(options_.batch_size, training.sample_shape()), Mode::train),
      loss_(options_.loss, model, backend, options_.batch_size),
      regularization_(model, backend),
      optimizer_(options_.optimizer, model, backend),
      order_(static_cast<std::size_t>(training.size())),
      x_(static_cast<std::size_t>(options_.batch_size * training.sample_shape().size())),
      y_(static_cast<std::size_t>(options_.batch_size * loss_.outputs())),
      labels_(static_cast<std::size_t>(options_.batch_size)) {
  if (validation != nullptr) {
    evaluator_.emplace(model, backend, training.sample_shape(), options_.batch_size, options_.loss);
  }
  if (options_.plateau) plateau_.emplace(*options_.plateau);
  if (options_.early_stopping) {
    early_stopping_.emplace(*options_.early_stopping);
    if (options_.early_stopping->restore_best_weights) best_weights_.resize(model.values().size());
  }
  check_one_row_a_sample(model);
  learning_rate_ = options_.schedule.at(0);
  begin_epoch();
}

TrainResult Trainer::fit(const TrainCallbacks& callbacks) {
  TrainResult result;
  while (!is_done()) {
    const std::optional<EpochRecord> record = train_epoch(callbacks);
    if (!record) {
      result.stop = TrainResult::Stop::cancelled;
      break;
    }
    result.epochs.push_back(*record);
    if (callbacks.on_epoch) callbacks.on_epoch(*record);
  }
  if (result.stop != TrainResult::Stop::cancelled && epoch_ < options_.epochs) {
    result.stop = TrainResult::Stop::early;
  }
  result.weights_of_epoch = restore_best();
  return result;
}

bool Trainer::is_done() const {
  return epoch_ >= options_.epochs || (early_stopping_ && early_stopping_->should_stop());
}

std::optional<EpochRecord> Trainer::train_epoch(const TrainCallbacks& callbacks) {
  begin_epoch();
  const double started = callbacks.clock ? callbacks.clock() : 0;
  const auto total = static_cast<Index>(order_.size());
  TrainProgress progress;
  progress.epoch = epoch_ + 1;
  progress.epochs = options_.epochs;
  progress.batches = (total + options_.batch_size - 1) / options_.batch_size;
  double loss_sum = 0;
  Index right = 0;
  for (Index start = 0; start < total; start += options_.batch_size) {
    const Index batch = std::min(options_.batch_size, total - start);
    loss_sum += train_step(std::span(order_).subspan(static_cast<std::size_t>(start),
                                                     static_cast<std::size_t>(batch))) *
                static_cast<double>(batch);
    right += right_of_last_step(batch);
    ++progress.batch;
    progress.loss = loss_sum / static_cast<double>(start + batch);
    progress.accuracy = static_cast<double>(right) / static_cast<double>(start + batch);
    if (callbacks.on_batch && !callbacks.on_batch(progress)) {
      store_weights();
      return std::nullopt;
    }
  }
  EpochRecord record;
  record.epoch = ++epoch_;
  record.loss = progress.loss;
  record.accuracy = progress.accuracy;
  record.learning_rate = learning_rate_;
  end_epoch(record);
  if (callbacks.clock) record.seconds = callbacks.clock() - started;
  return record;
}

void Trainer::begin_epoch() {
  const auto epoch = static_cast<std::uint64_t>(epoch_ + 1);
  augmentation_random_ = RandomStream(options_.seed ^ kAugment, epoch);
  std::iota(order_.begin(), order_.end(), Index{0});
  if (!options_.shuffle) return;
  const RandomStream random(options_.seed ^ kShuffle, epoch);
  for (std::size_t i = order_.size(); i > 1; --i)
    std::swap(order_[i - 1], order_[static_cast<std::size_t>(random.below(i, i))]);
}

double Trainer::train_step(std::span<const Index> samples) {
  const auto batch = static_cast<Index>(samples.size());
  if (batch < 1 || batch > options_.batch_size) {
    fail("training: a step with ", batch, " samples, expected 1 to ", options_.batch_size);
  }
  is_between_epochs_ = false;
  load_batch(samples);
  const auto step = optimizer_.steps();
  const ConstView y = workspace_.run(batch, true, options_.seed ^ kDropout, static_cast<std::uint64_t>(step));
  workspace_.zero_gradients();
  const std::span<const Index> labels(labels_.data(), samples.size());
  const double data_loss = loss_.compute(y, labels, workspace_.output_gradient().data);
  const double loss = data_loss + regularization_.add(workspace_.parameters(), workspace_.gradients());
  if (!std::isfinite(loss)) {
    fail("training: epoch ", epoch_ + 1, ", step ", step + 1, ": the loss is ", loss,
         "; lower the learning rate or set clipnorm");
  }
  backend_.download(y.data, y_.data(), static_cast<std::size_t>(y.shape.size()) * sizeof(Real));
  workspace_.backward(loss_.gradient_is_logits());
  if (!plateau_) learning_rate_ = options_.schedule.at(step);
  optimizer_.step(learning_rate_, workspace_.parameters_to_update(model_), workspace_.gradients());
  return loss;
}

void Trainer::store_weights() {
  workspace_.store_parameters(model_);
}

void Trainer::load_batch(std::span<const Index> samples) {
  const Index size = training_.sample_shape().size();
  for (std::size_t i = 0; i < samples.size(); ++i) {
    training_.fill(samples[i], &augmentation_random_, x_.data() + static_cast<Index>(i) * size);
    labels_[i] = training_.label(samples[i]);
  }
  const View x = workspace_.input(static_cast<Index>(samples.size()));
  backend_.upload(x_.data(), x.data, static_cast<std::size_t>(x.shape.size()) * sizeof(Real));
}

Index Trainer::right_of_last_step(Index batch) const {
  Index right = 0;
  for (Index i = 0; i < batch; ++i) {
    if (loss_.predicted(y_.data() + i * loss_.outputs()) == labels_[static_cast<std::size_t>(i)]) ++right;
  }
  return right;
}

void Trainer::end_epoch(EpochRecord& record) {
  is_between_epochs_ = true;
  store_weights();
  if (evaluator_) {
    const Evaluation evaluation = evaluator_->evaluate(*validation_);
    record.validated = true;
    record.val_loss = evaluation.loss;
    record.val_accuracy = evaluation.accuracy;
    record.val_macro_f1 = evaluation.macro_f1;
  }
  if (plateau_) learning_rate_ = plateau_->next(watched(options_.plateau->monitor, record), learning_rate_);
  if (early_stopping_ &&
      early_stopping_->improved(record.epoch, watched(options_.early_stopping->monitor, record)) &&
      !best_weights_.empty()) {
    const std::span<const Real> values = std::as_const(model_).values();
    std::copy(values.begin(), values.end(), best_weights_.begin());
  }
}

double Trainer::watched(Monitor monitor, const EpochRecord& record) {
  switch (monitor) {
    case Monitor::loss:
      return record.loss;
    case Monitor::accuracy:
      return record.accuracy;
    case Monitor::val_loss:
      return record.val_loss;
    case Monitor::val_accuracy:
      return record.val_accuracy;
    case Monitor::val_macro_f1:
      break;
  }
  return record.val_macro_f1;
}

Index Trainer::restore_best() {
  if (!best_weights_.empty() && early_stopping_->best_epoch() > 0) {
    std::copy(best_weights_.begin(), best_weights_.end(), model_.values().begin());
    return early_stopping_->best_epoch();
  }
  return is_between_epochs_ ? epoch_ : 0;
}

}  // namespace lapis
