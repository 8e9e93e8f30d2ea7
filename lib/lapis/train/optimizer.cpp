#include "lapis/train/optimizer.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "lapis/core/error.h"

namespace lapis {

namespace {

void check_range(const char* name, double value, double minimum, double maximum) {
  if (!(value >= minimum && value <= maximum)) {
    fail("optimizer: ", name, " ", value, ", expected ", minimum, " to ", maximum);
  }
}

void check_clip(const char* name, const std::optional<double>& value, int& count) {
  if (!value) return;
  ++count;
  if (!(*value > 0) || !std::isfinite(*value))
    fail("optimizer: ", name, " ", *value, ", expected a number > 0");
}

}  // namespace

void check_optimizer(const OptimizerConfig& config) {
  check_range("momentum", config.momentum, 0, 1);
  check_range("beta_1", config.beta_1, 0, 1);
  check_range("beta_2", config.beta_2, 0, 1);
  check_range("rho", config.rho, 0, 1);
  check_range("epsilon", config.epsilon, 0, 1);
  check_range("weight_decay", config.weight_decay, 0, 1);
  int clips = 0;
  check_clip("clipnorm", config.clipnorm, clips);
  check_clip("global_clipnorm", config.global_clipnorm, clips);
  check_clip("clipvalue", config.clipvalue, clips);
  if (clips > 1) fail("optimizer: only one of clipnorm, global_clipnorm and clipvalue may be set");
}

Optimizer::Optimizer(const OptimizerConfig& config, const Model& model, Backend& backend)
    : config_(config), backend_(backend), count_(static_cast<Index>(model.values().size())) {
  check_optimizer(config);
  std::vector<std::uint8_t> trainable(static_cast<std::size_t>(count_));
  for (const ModelParameter& parameter : model.parameters()) {
    const Range range = {parameter.offset, parameter.info.shape.size()};
    if (parameter.info.moving) moving_ranges_.push_back(range);
    if (!parameter.info.trainable) continue;
    trainable_ranges_.push_back(range);
    std::fill_n(trainable.begin() + range.offset, range.count, std::uint8_t{1});
  }
  if (trainable_ranges_.empty())
    fail("optimizer: model \"", model.name(),
         "\" has no parameter to train (\"trainable\": false freezes a layer), expected at least one");
  if (trainable_ranges_.size() != model.parameters().size()) {
    trainable_ = backend.allocate(trainable.size());
    backend.upload(trainable.data(), trainable_.get(), trainable.size());
  }
  const std::size_t bytes = static_cast<std::size_t>(count_) * sizeof(Real);
  const bool is_sgd = config.kind == OptimizerConfig::Kind::sgd;
  const bool is_rmsprop = config.kind == OptimizerConfig::Kind::rmsprop;
  const bool is_adam = !is_sgd && !is_rmsprop;
  if (is_adam || config.momentum != 0) first_ = backend.allocate(bytes);
  if (!is_sgd) second_ = backend.allocate(is_adam && config.amsgrad ? 2 * bytes : bytes);
  if (is_rmsprop && config.centered) mean_ = backend.allocate(bytes);
  if (config.clipnorm || config.global_clipnorm) squares_ = backend.allocate(sizeof(double));
}

void Optimizer::step(double learning_rate, Real* weights, Real* gradients) {
  clip(gradients);
  ++steps_;
  // Of moving statistics backward says the change itself (layers/layer.h).
  for (const Range& range : moving_ranges_)
    backend_.add(gradients + range.offset, weights + range.offset, range.count);
  update(learning_rate, weights, gradients);
}

void Optimizer::update(double learning_rate, Real* weights, const Real* gradients) {
  auto* first = static_cast<Real*>(first_.get());
  auto* second = static_cast<Real*>(second_.get());
  const auto* trainable = static_cast<const std::uint8_t*>(trainable_.get());
  const auto rate = static_cast<float>(learning_rate);
  const auto decay = static_cast<float>(config_.weight_decay);
  if (config_.kind == OptimizerConfig::Kind::sgd) {
    const SgdStep step = {.learning_rate = rate,
                          .momentum = static_cast<float>(config_.momentum),
                          .nesterov = config_.nesterov,
                          .weight_decay = decay};
    backend_.sgd(step, weights, gradients, first, trainable, count_);
  } else if (config_.kind == OptimizerConfig::Kind::rmsprop) {
    const RmspropStep step = {.learning_rate = rate,
                              .rho = config_.rho,
                              .momentum = static_cast<float>(config_.momentum),
                              .epsilon = static_cast<float>(config_.epsilon),
                              .weight_decay = decay};
    backend_.rmsprop(step, weights, gradients, second, static_cast<Real*>(mean_.get()), first, trainable,
                     count_);
  } else {
    const AdamStep step = {.learning_rate = rate,
                           .beta_1 = config_.beta_1,
                           .beta_2 = config_.beta_2,
                           .epsilon = static_cast<float>(config_.epsilon),
                           .weight_decay = decay,
                           .amsgrad = config_.amsgrad,
                           .step = steps_};
    backend_.adam(step, weights, gradients, first, second, trainable, count_);
  }
}

void Optimizer::clip(Real* gradients) {
  auto* const squares = static_cast<double*>(squares_.get());
  if (config_.clipvalue) {
    for (const Range& range : trainable_ranges_)
      backend_.clip_values(gradients + range.offset, range.count, static_cast<Real>(*config_.clipvalue));
  }
  if (config_.clipnorm) {
    for (const Range& range : trainable_ranges_) {
      backend_.sum_squares(gradients + range.offset, range.count, squares, /*accumulate=*/false);
      backend_.clip_norm(gradients + range.offset, range.count, squares, *config_.clipnorm);
    }
  }
  if (config_.global_clipnorm) {
    bool is_first = true;
    for (const Range& range : trainable_ranges_) {
      backend_.sum_squares(gradients + range.offset, range.count, squares, /*accumulate=*/!is_first);
      is_first = false;
    }
    for (const Range& range : trainable_ranges_)
      backend_.clip_norm(gradients + range.offset, range.count, squares, *config_.global_clipnorm);
  }
}

}  // namespace lapis
