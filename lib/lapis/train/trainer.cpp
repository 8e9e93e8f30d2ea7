#include "lapis/train/trainer.h"

#include <algorithm>
#include <array>
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

constexpr Index kDefaultBatchSize = 32;

/// A device gets so many steps before their results are asked for.
constexpr Index kStepsAhead = 64;

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

Index batch_count(Index samples, Index batch_size) {
  return (samples + batch_size - 1) / batch_size;
}

/// The options, their schedule made to fit the data; throws Error where they do not fit.
TrainOptions checked(TrainOptions options, const Dataset& training, const Dataset* validation) {
  if (options.epochs < 1) fail("training: epochs ", options.epochs, ", expected at least 1");
  check_data(training, training.sample_shape(), "training");
  if (validation != nullptr) check_data(*validation, training.sample_shape(), "validation");
  const Index batches = batch_count(training.size(), options.batch_size_for(training.size()));
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

}  // namespace

Index TrainOptions::batch_size_for(Index samples) const {
  if (!batch_size) return std::min(kDefaultBatchSize, samples);
  if (*batch_size < 1) fail("training: batch_size ", *batch_size, ", expected at least 1");
  return std::min(*batch_size, samples);
}

double watched(Monitor monitor, const EpochRecord& record) {
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

Trainer::Trainer(Model& model, Backend& backend, const TrainOptions& options, const Dataset& training,
                 const Dataset* validation)
    : Trainer(model, std::array{&backend}, nullptr, options, training, validation) {}

Trainer::Trainer(Model& model, std::span<Backend* const> backends, Collective* collective,
                 const TrainOptions& options, const Dataset& training, const Dataset* validation)
    : model_(model),
      options_(checked(options, training, validation)),
      batch_size_(options.batch_size_for(training.size())),
      training_(training),
      validation_(validation),
      collective_(collective),
      look_every_(backends.front()->is_asynchronous() ? kStepsAhead : 1),
      order_(static_cast<std::size_t>(training.size())),
      labels_(order_.size()) {
  Replica::Settings settings = {.loss = options_.loss,
                                .optimizer = options_.optimizer,
                                .dropout_seed = options_.seed ^ kDropout,
                                .batch_size = batch_size_,
                                .count = static_cast<Index>(backends.size()),
                                .steps = batch_count(training.size(), batch_size_),
                                .steps_of_a_look = look_every_};
  for (Backend* const backend : backends) {
    replicas_.push_back(std::make_unique<Replica>(model, *backend, settings, training));
    gradients_.push_back(replicas_.back()->workspace().gradients());
    ++settings.number;
  }
  targets_.resize(order_.size() * static_cast<std::size_t>(loss().target_size()));
  step_losses_.reserve(static_cast<std::size_t>(look_every_));
  if (validation != nullptr) {
    evaluator_.emplace(model, *backends.front(), training.sample_shape(), batch_size_, options_.loss);
    validation_batches_ = validation->batches(*backends.front(), batch_size_);
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
  progress.batches = batch_count(total, batch_size_);
  set_order(order_);
  for (Index start = 0; start < total; start += batch_size_) {
    const Index batch = std::min(batch_size_, total - start);
    step({start, batch}, progress.batch++);
    if (progress.batch % look_every_ == 0 || progress.batch == progress.batches)
      look(progress.batch, start + batch);
    if (seen_samples_ > 0) {
      progress.loss = loss_sum_ / static_cast<double>(seen_samples_);
      progress.accuracy = static_cast<double>(right_) / static_cast<double>(seen_samples_);
    }
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
  if (batch < 1 || batch > batch_size_) {
    fail("training: a step with ", batch, " samples, expected 1 to ", batch_size_);
  }
  set_order(samples);
  step({0, batch}, 0);
  look(1, batch);
  return loss_sum_ / static_cast<double>(batch);
}

/// What the next steps work on.
void Trainer::set_order(std::span<const Index> order) {
  std::transform(order.begin(), order.end(), labels_.begin(), [&](Index i) { return training_.label(i); });
  loss().make_targets(std::span(labels_).first(order.size()), targets_.data());
  const std::span targets =
      std::span(targets_).first(order.size() * static_cast<std::size_t>(loss().target_size()));
  for (const auto& replica : replicas_) replica->set_order(order, augmentation_random_, targets);
  order_start_ = replicas_.front()->steps();
  seen_steps_ = seen_samples_ = right_ = 0;
  loss_sum_ = 0;
}

/// One step on a part of the order; its results go to place `number`.
void Trainer::step(SampleRange batch, Index number) {
  is_between_epochs_ = false;
  if (!plateau_) learning_rate_ = options_.schedule.at(replicas_.front()->steps());
  for (const auto& replica : replicas_) replica->load(batch);
  if (replicas_.size() > 1) return step_together(batch, number);
  Replica& only = *replicas_.front();
  if (!only.backend().is_asynchronous()) {
    only.forward(batch, number);
    look(number + 1, batch.first + batch.count);  // before a loss that is not finite reaches the weights
    only.backward(batch);
    only.update(learning_rate_);
    return;
  }
  only.backend().run_as_one(batch.count, [&] {
    only.forward(batch, number);
    only.backward(batch);
    only.update(learning_rate_);
  });
}

/// Every replica on its share, then all on the sum of the gradients.
void Trainer::step_together(SampleRange batch, Index number) {
  for (const auto& replica : replicas_) {
    replica->backend().run_as_one(2 * batch.count, [&] {
      replica->forward(batch, number);
      replica->backward(batch);
    });
  }
  collective_->sum(gradients_, static_cast<Index>(std::as_const(model_).values().size()));
  for (const auto& replica : replicas_)
    replica->backend().run_as_one(2 * batch.count + 1, [&] { replica->update(learning_rate_); });
}

/// Throws Error where `loss` of step `step`, counted from 0 over all epochs, is not finite.
void Trainer::check_loss(double loss, std::int64_t step) const {
  if (std::isfinite(loss)) return;
  fail("training: epoch ", epoch_ + 1, ", step ", step + 1, ": the loss is ", loss,
       "; lower the learning rate or set clipnorm");
}

/// Fetches what `number` steps of the order made of its first `samples` samples, where that is not known yet.
void Trainer::look(Index number, Index samples) {
  if (number == seen_steps_) return;
  const Index steps = number - seen_steps_;
  const SampleRange news = {seen_samples_, samples - seen_samples_};
  step_losses_.assign(static_cast<std::size_t>(steps), 0);
  for (const auto& replica : replicas_) {
    const Replica::Results results = replica->look(seen_steps_, steps, news);
    SampleRange batch = {news.first, 0};
    for (std::size_t i = 0; i < step_losses_.size(); ++i, batch.first += batch.count) {
      batch.count = std::min(batch_size_, samples - batch.first);
      const SampleRange own = replica->share(batch);
      if (own.count > 0) {
        step_losses_[i] += static_cast<double>(results.losses[i]) *
                           (static_cast<double>(own.count) / static_cast<double>(batch.count));
      }
      if (replica == replicas_.front()) step_losses_[i] += results.penalties[i];
      for (Index sample = own.first; sample < own.first + own.count; ++sample) {
        const Real* const y = results.outputs + (sample - news.first) * loss().outputs();
        if (loss().predicted(y) == labels_[static_cast<std::size_t>(sample)]) ++right_;
      }
    }
  }
  for (std::size_t i = 0; i < step_losses_.size(); ++i) {
    check_loss(step_losses_[i], order_start_ + seen_steps_ + static_cast<Index>(i));
    const Index batch = std::min(batch_size_, samples - seen_samples_);
    loss_sum_ += step_losses_[i] * static_cast<double>(batch);
    seen_samples_ += batch;
  }
  seen_steps_ = number;
}

void Trainer::store_weights() {
  replicas_.front()->workspace().store_parameters(model_);
}

void Trainer::end_epoch(EpochRecord& record) {
  is_between_epochs_ = true;
  store_weights();
  if (evaluator_) {
    const Evaluation evaluation = evaluator_->evaluate(*validation_, *validation_batches_);
    record.validated = true;
    record.val_loss = evaluation.loss;
    record.val_accuracy = evaluation.accuracy;
    record.val_macro_f1 = evaluation.macro_f1;
  }
  if (plateau_) learning_rate_ = plateau_->next(watched(options_.plateau->monitor, record), learning_rate_);
  if (!early_stopping_) return;
  const bool improved =
      early_stopping_->improved(record.epoch, watched(options_.early_stopping->monitor, record));
  if (best_weights_.empty()) return;
  record.is_to_keep = improved || early_stopping_->best_epoch() == 0;
  if (!improved) return;
  const std::span<const Real> values = std::as_const(model_).values();
  std::copy(values.begin(), values.end(), best_weights_.begin());
}

Index Trainer::best_epoch() const {
  return best_weights_.empty() ? 0 : early_stopping_->best_epoch();
}

Index Trainer::restore_best() {
  if (best_epoch() > 0) {
    std::copy(best_weights_.begin(), best_weights_.end(), model_.values().begin());
    return best_epoch();
  }
  return is_between_epochs_ ? epoch_ : 0;
}

}  // namespace lapis
