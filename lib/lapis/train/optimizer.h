#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "lapis/model/model.h"

namespace lapis {

/// Keras's SGD, RMSprop, Adam and AdamW with Keras's defaults. The learning rate comes from a Schedule, step
/// by step.
struct OptimizerConfig {
  enum class Kind { sgd, adam, adamw, rmsprop };

  Kind kind = Kind::adam;
  double momentum = 0;  // sgd, rmsprop
  bool nesterov = false;
  double beta_1 = 0.9, beta_2 = 0.999;  // adam, adamw
  bool amsgrad = false;
  double rho = 0.9;  // rmsprop
  bool centered = false;
  double epsilon = 1e-7;    // adam, adamw, rmsprop
  double weight_decay = 0;  // decoupled; Keras: 0.004 for adamw
  /// At most one of the three.
  std::optional<double> clipnorm;         // each parameter's gradient to this norm
  std::optional<double> global_clipnorm;  // all gradients together
  std::optional<double> clipvalue;        // each value to [-clipvalue, clipvalue]

  bool operator==(const OptimizerConfig&) const = default;
};

/// Throws Error for settings out of range.
void check_optimizer(const OptimizerConfig& config);

/// Updates one flat parameter buffer. Allocates once, in the constructor.
class Optimizer {
 public:
  /// Throws Error for settings out of range, and where no parameter is trainable.
  Optimizer(const OptimizerConfig& config, const Model& model, Backend& backend);

  /// One step: clips `gradients` in place, then updates `weights`; both laid out as the model's parameters,
  /// in the backend's memory. To moving statistics the change that stands in `gradients` is added as it is;
  /// frozen parameters stay.
  void step(double learning_rate, Real* weights, Real* gradients);

  /// Steps done so far.
  std::int64_t steps() const { return steps_; }

 private:
  struct Range {
    Index offset, count;
  };

  void update(double learning_rate, Real* weights, const Real* gradients);
  void clip(Real* gradients);

  OptimizerConfig config_;
  Backend& backend_;
  Index count_ = 0;
  std::vector<Range> trainable_ranges_;
  std::vector<Range> moving_ranges_;
  std::int64_t steps_ = 0;
  Backend::Buffer first_;      // [count]: velocity or first moment; empty without
  Backend::Buffer second_;     // [count]: second moment or mean square; with amsgrad [2, count]
  Backend::Buffer mean_;       // [count]: mean gradient of a centered RMSprop
  Backend::Buffer trainable_;  // [count] bytes; empty: all
  Backend::Buffer squares_;    // [1] double: of a gradient norm
};

}  // namespace lapis
