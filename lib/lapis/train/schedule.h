#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lapis/core/real.h"

namespace lapis {

/// Learning rate as a function of the training step, with Keras's names (keras.optimizers.schedules).
struct Schedule {
  enum class Kind {
    constant,
    exponential_decay,
    inverse_time_decay,
    polynomial_decay,
    cosine_decay,
    cosine_decay_restarts,
    piecewise_constant_decay,
  };

  Kind kind = Kind::constant;
  double initial_learning_rate = 0.001;
  /// 0: until the last step of the training (minus warmup_steps); see resolved(). Of restarts: the first
  /// one's.
  std::int64_t decay_steps = 0;
  double decay_rate = 0.96;  // exponential_decay, inverse_time_decay
  bool staircase = false;
  double end_learning_rate = 1e-4;  // polynomial_decay
  double power = 1;
  bool cycle = false;
  double t_mul = 2;  // cosine_decay_restarts: each is so many times as long as the one before,
  double m_mul = 1;  // and starts from so many times its rate
  double alpha = 0;  // cosine_decay and restarts: the last rate as a part of the first
  std::optional<double>
      warmup_target;  // cosine_decay: rises linearly to this in warmup_steps, then decays from it
  std::int64_t warmup_steps = 0;
  std::vector<std::int64_t> boundaries;  // piecewise_constant_decay
  std::vector<double> values;            // one more than boundaries

  bool operator==(const Schedule&) const = default;

  /// The learning rate of step `step`, counted from 0.
  double at(std::int64_t step) const;
  /// With decay_steps filled in for a training of `total_steps`. Throws Error for settings out of range.
  Schedule resolved(std::int64_t total_steps) const;
};

/// The numbers of an epoch that can be watched.
enum class Monitor { loss, accuracy, val_loss, val_accuracy, val_macro_f1 };

/// "val_loss".
const char* monitor_name(Monitor monitor);
/// Smaller is better.
bool is_loss(Monitor monitor);
/// Only there with validation data.
bool is_validation(Monitor monitor);

/// keras.callbacks.ReduceLROnPlateau.
struct PlateauConfig {
  Monitor monitor = Monitor::val_loss;
  double factor = 0.1;
  Index patience = 10;  // epochs
  double min_delta = 1e-4;
  Index cooldown = 0;
  double min_lr = 0;

  bool operator==(const PlateauConfig&) const = default;
};

/// Lowers the learning rate when a number stops improving.
class Plateau {
 public:
  explicit Plateau(const PlateauConfig& config) : config_(config) {}
  /// After an epoch whose watched number is `value`: the learning rate for the next one.
  double next(double value, double learning_rate);

 private:
  PlateauConfig config_;
  std::optional<double> best_;
  Index wait_ = 0, cooldown_left_ = 0;
};

/// keras.callbacks.EarlyStopping; but for restore_best_weights, which is on here.
struct EarlyStoppingConfig {
  Monitor monitor = Monitor::val_loss;
  double min_delta = 0;
  Index patience = 0;  // epochs without improvement; 0 stops at the first
  Index start_from_epoch = 0;
  bool restore_best_weights = true;

  bool operator==(const EarlyStoppingConfig&) const = default;
};

/// Says when to stop and which epoch was the best. Epochs count from 1.
class EarlyStopping {
 public:
  explicit EarlyStopping(const EarlyStoppingConfig& config) : config_(config) {}

  /// After an epoch; true: this one is the best so far.
  bool improved(Index epoch, double value);
  bool should_stop() const { return stop_; }
  Index best_epoch() const { return best_epoch_; }

 private:
  EarlyStoppingConfig config_;
  std::optional<double> best_;
  Index best_epoch_ = 0, wait_ = 0;
  bool stop_ = false;
};

}  // namespace lapis
