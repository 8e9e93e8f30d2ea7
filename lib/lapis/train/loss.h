#pragma once

#include <span>
#include <vector>

#include "lapis/model/model.h"

namespace lapis {

/// Keras's losses, mean over the batch. Every row of outputs (a sample, or a step of one) has one class;
/// where Keras would want a target for each output, that is the one-hot row of the class, or, with a single
/// output, the class 0 or 1 itself.
struct LossConfig {
  enum class Kind {
    sparse_categorical_crossentropy,
    categorical_crossentropy,
    binary_crossentropy,
    mean_squared_error,
  };

  Kind kind = Kind::sparse_categorical_crossentropy;
  /// False: the model ends in probabilities (a softmax; for the binary one anything in [0, 1]). True: in raw
  /// scores, to which the loss applies the softmax or sigmoid.
  bool from_logits = false;
  /// Targets are drawn towards the middle: y (1 - s) + s / classes, for the binary one y (1 - s) + s / 2.
  double label_smoothing = 0;

  bool operator==(const LossConfig&) const = default;
};

/// "categorical_crossentropy": Keras's name.
const char* loss_name(LossConfig::Kind kind);

/// Its values are probabilities, each by itself: a sigmoid or what stands for one.
bool is_sigmoid(Activation activation);

/// For a model whose loss nobody said: sparse categorical cross-entropy of a softmax, binary cross-entropy of
/// sigmoids, mean squared error of any other single output, and else sparse categorical cross-entropy from
/// logits.
LossConfig assumed_loss(const Model& model);

/// Throws Error unless the model's output is [batch, outputs]: data sets have one class a sample, not one a
/// step.
void check_one_row_a_sample(const Model& model);

/// Loss and its gradient for one model whose output is [batch, ..., outputs]. Allocates once, in the
/// constructor.
class Loss {
 public:
  /// `rows`: the most rows of outputs that will come, which is the largest batch for a model that gives one a
  /// sample. Throws Error where the model's output does not suit the loss.
  Loss(const LossConfig& config, const Model& model, Backend& backend, Index rows);

  /// Values in a row.
  Index outputs() const { return outputs_; }
  /// As many as outputs; 2 for a single one.
  Index classes() const { return outputs_ == 1 ? 2 : outputs_; }
  /// The class that a sample's outputs (in host memory) speak for: the largest, or, of a single one, whether
  /// it is above one half (above 0 from logits).
  Index predicted(const Real* y) const;

  /// Mean loss of y [..., outputs] (in the backend's memory), a label for each row; the mean is over the rows
  /// that `mask` (Workspace::output_mask(); nullptr: all) counts, and 0 where it counts none. With
  /// `gradient`, of y's size, also what Workspace::backward(gradient_is_logits()) needs. Throws Error for a
  /// label outside [0, classes).
  double compute(const ConstView& y, std::span<const Index> labels, Real* gradient, Mask mask = nullptr);

  // The same without waiting for the number, for targets that lie in the backend's memory.

  /// Values of a row's target.
  Index target_size() const { return is_sparse() ? 1 : outputs_; }
  /// Writes the targets of `labels`, [labels, target_size]. Throws Error for a label outside [0, classes).
  void make_targets(std::span<const Index> labels, Real* targets) const;
  /// The loss goes to loss[0], in the backend's memory.
  void enqueue(const ConstView& y, const Real* targets, Real* gradient, Mask mask, Real* loss);

  /// The gradient is that of the final softmax's input.
  bool gradient_is_logits() const { return is_categorical() && !config_.from_logits; }

 private:
  bool is_categorical() const;
  bool is_sparse() const;
  void check_model(const Model& model) const;

  LossConfig config_;
  Backend& backend_;
  Index outputs_ = 0;
  std::vector<Real> host_targets_;
  Backend::Buffer targets_;        // [rows] class numbers, or [rows, outputs]
  Backend::Buffer probabilities_;  // [rows, outputs], categorical from logits
  Backend::Buffer loss_;           // [1]
};

}  // namespace lapis
