#include "lapis/train/schedule.h"

#include <algorithm>
#include <cmath>

#include "lapis/core/error.h"

namespace lapis {

namespace {

constexpr double kPi = 3.14159265358979323846;

double cosine(double first, double alpha, std::int64_t step, std::int64_t steps) {
  const double done = static_cast<double>(step) / static_cast<double>(steps);
  return first * ((1 - alpha) * 0.5 * (1 + std::cos(kPi * done)) + alpha);
}

double cosine_decay(const Schedule& s, std::int64_t step) {
  step = std::min(step, s.decay_steps + s.warmup_steps);
  if (!s.warmup_target) return cosine(s.initial_learning_rate, s.alpha, step, s.decay_steps);
  if (step < s.warmup_steps) {
    const double done = static_cast<double>(step) / static_cast<double>(s.warmup_steps);
    return s.initial_learning_rate + (*s.warmup_target - s.initial_learning_rate) * done;
  }
  return cosine(*s.warmup_target, s.alpha, step - s.warmup_steps, s.decay_steps);
}

double exponential_decay(const Schedule& s, std::int64_t step) {
  double exponent = static_cast<double>(step) / static_cast<double>(s.decay_steps);
  if (s.staircase) exponent = std::floor(exponent);
  return s.initial_learning_rate * std::pow(s.decay_rate, exponent);
}

double inverse_time_decay(const Schedule& s, std::int64_t step) {
  double periods = static_cast<double>(step) / static_cast<double>(s.decay_steps);
  if (s.staircase) periods = std::floor(periods);
  return s.initial_learning_rate / (1 + s.decay_rate * periods);
}

double polynomial_decay(const Schedule& s, std::int64_t step) {
  auto steps = static_cast<double>(s.decay_steps);
  auto done = static_cast<double>(step);
  if (s.cycle)
    steps *= step == 0 ? 1 : std::ceil(done / steps);
  else
    done = std::min(done, steps);
  return (s.initial_learning_rate - s.end_learning_rate) * std::pow(1 - done / steps, s.power) +
         s.end_learning_rate;
}

double cosine_decay_restarts(const Schedule& s, std::int64_t step) {
  double done = static_cast<double>(step) / static_cast<double>(s.decay_steps);
  double restarts = std::floor(done);
  if (s.t_mul == 1) {
    done -= restarts;
  } else {
    restarts = std::floor(std::log(1 - done * (1 - s.t_mul)) / std::log(s.t_mul));
    const double length = std::pow(s.t_mul, restarts);
    done = (done - (1 - length) / (1 - s.t_mul)) / length;
  }
  const double first = s.initial_learning_rate;
  const double cosine = 0.5 * std::pow(s.m_mul, restarts) * (1 + std::cos(kPi * done));
  return first * ((1 - s.alpha) * cosine + s.alpha);
}

void check_rate(const char* name, double value) {
  if (!(value >= 0) || !std::isfinite(value)) {
    fail("learning rate: ", name, " ", value, ", expected a number >= 0");
  }
}

void check_pieces(const Schedule& s) {
  if (s.values.size() != s.boundaries.size() + 1) {
    fail("learning rate: ", s.values.size(), " values for ", s.boundaries.size(),
         " boundaries, expected one more ", "value than boundaries");
  }
  for (const double value : s.values) check_rate("values: ", value);
  for (std::size_t i = 1; i < s.boundaries.size(); ++i) {
    if (s.boundaries[i] <= s.boundaries[i - 1]) {
      fail("learning rate: boundary ", s.boundaries[i], " after ", s.boundaries[i - 1],
           ", expected rising steps");
    }
  }
}

/// `value` is better than `best` by more than `min_delta`.
bool is_better(Monitor monitor, double value, const std::optional<double>& best, double min_delta) {
  if (!best) return !std::isnan(value);
  return is_loss(monitor) ? value < *best - min_delta : value > *best + min_delta;
}

}  // namespace

double Schedule::at(std::int64_t step) const {
  switch (kind) {
    case Kind::constant:
      break;
    case Kind::exponential_decay:
      return exponential_decay(*this, step);
    case Kind::inverse_time_decay:
      return inverse_time_decay(*this, step);
    case Kind::polynomial_decay:
      return polynomial_decay(*this, step);
    case Kind::cosine_decay:
      return cosine_decay(*this, step);
    case Kind::cosine_decay_restarts:
      return cosine_decay_restarts(*this, step);
    case Kind::piecewise_constant_decay: {
      const auto piece = std::lower_bound(boundaries.begin(), boundaries.end(), step) - boundaries.begin();
      return values[static_cast<std::size_t>(piece)];
    }
  }
  return initial_learning_rate;
}

Schedule Schedule::resolved(std::int64_t total_steps) const {
  Schedule schedule = *this;
  check_rate("initial_learning_rate", initial_learning_rate);
  if (decay_steps < 0) fail("learning rate: decay_steps ", decay_steps, ", expected a whole number >= 1");
  if (kind == Kind::piecewise_constant_decay) check_pieces(*this);
  if (kind == Kind::exponential_decay || kind == Kind::inverse_time_decay)
    check_rate("decay_rate", decay_rate);
  if (kind == Kind::polynomial_decay) {
    check_rate("end_learning_rate", end_learning_rate);
    check_rate("power", power);
  }
  if (kind == Kind::cosine_decay_restarts) {
    check_rate("alpha", alpha);
    check_rate("m_mul", m_mul);
    if (!(t_mul >= 1) || !std::isfinite(t_mul)) fail("learning rate: t_mul ", t_mul, ", expected at least 1");
  }
  if (kind == Kind::cosine_decay) {
    check_rate("alpha", alpha);
    if (warmup_target) check_rate("warmup_target", *warmup_target);
    if (warmup_steps < 0)
      fail("learning rate: warmup_steps ", warmup_steps, ", expected a whole number >= 0");
    if (warmup_steps > 0 && !warmup_target)
      fail("learning rate: warmup_steps without warmup_target; set both");
  }
  if (decay_steps == 0) schedule.decay_steps = std::max<std::int64_t>(1, total_steps - warmup_steps);
  return schedule;
}

const char* monitor_name(Monitor monitor) {
  switch (monitor) {
    case Monitor::loss:
      return "loss";
    case Monitor::accuracy:
      return "accuracy";
    case Monitor::val_loss:
      return "val_loss";
    case Monitor::val_accuracy:
      return "val_accuracy";
    case Monitor::val_macro_f1:
      break;
  }
  return "val_macro_f1";
}

bool is_loss(Monitor monitor) {
  return monitor == Monitor::loss || monitor == Monitor::val_loss;
}

bool is_validation(Monitor monitor) {
  return monitor != Monitor::loss && monitor != Monitor::accuracy;
}

double Plateau::next(double value, double learning_rate) {
  if (cooldown_left_ > 0) {
    --cooldown_left_;
    wait_ = 0;
  }
  if (is_better(config_.monitor, value, best_, config_.min_delta)) {
    best_ = value;
    wait_ = 0;
    return learning_rate;
  }
  if (cooldown_left_ > 0) return learning_rate;
  ++wait_;
  if (wait_ < config_.patience || learning_rate <= config_.min_lr) return learning_rate;
  cooldown_left_ = config_.cooldown;
  wait_ = 0;
  return std::max(learning_rate * config_.factor, config_.min_lr);
}

bool EarlyStopping::improved(Index epoch, double value) {
  if (epoch <= config_.start_from_epoch) return false;
  if (is_better(config_.monitor, value, best_, config_.min_delta)) {
    best_ = value;
    best_epoch_ = epoch;
    wait_ = 0;
    return true;
  }
  ++wait_;
  stop_ = wait_ >= config_.patience && epoch > 1;
  return false;
}

}  // namespace lapis
