#pragma once

#include <span>
#include <vector>

#include "lapis/model/model.h"

namespace lapis {

/// Keras's SparseCategoricalCrossentropy, mean over the batch.
struct LossConfig {
  /// False: the model ends in a softmax. True: it ends in raw scores and the loss applies the softmax.
  bool from_logits = false;

  bool operator==(const LossConfig&) const = default;
};

/// Loss and its gradient for one model whose output is [batch, classes]. Allocates once, in the constructor.
class Loss {
 public:
  /// `batch`: the largest that will come. Throws Error where the model's output does not suit the loss.
  Loss(const LossConfig& config, const Model& model, Backend& backend, Index batch);

  Index classes() const { return classes_; }

  /// Mean loss of y [labels.size(), classes] (in the backend's memory). With `gradient`, of y's size, also
  /// what Workspace::backward(gradient_is_logits()) needs. Throws Error for a label outside [0, classes).
  double compute(const ConstView& y, std::span<const Index> labels, Real* gradient);

  /// The gradient is that of the final softmax's input.
  bool gradient_is_logits() const { return !config_.from_logits; }

 private:
  LossConfig config_;
  Backend& backend_;
  Index classes_ = 0;
  std::vector<Real> host_labels_;
  Backend::Buffer labels_;         // [batch]
  Backend::Buffer probabilities_;  // [batch, classes], with from_logits
  Backend::Buffer loss_;           // [1]
};

}  // namespace lapis
