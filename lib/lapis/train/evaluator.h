#pragma once

#include <functional>
#include <vector>

#include "lapis/model/workspace.h"
#include "lapis/train/dataset.h"
#include "lapis/train/loss.h"
#include "lapis/train/metrics.h"
#include "lapis/train/regularization.h"

namespace lapis {

struct Evaluation {
  double loss = 0;  // with what regularisers add, as Keras has it
  double accuracy = 0;
  double macro_f1 = 0;
  ConfusionMatrix confusion{0};
};

/// Called after each batch with samples done and samples in all; false cancels.
using EvaluationProgress = std::function<bool(Index done, Index total)>;

/// Runs a model over data sets. Allocates once, in the constructor. Model and backend must outlive it.
class Evaluator {
 public:
  /// `sample_shape`: without the batch. Throws Error where the model cannot be evaluated on it.
  Evaluator(const Model& model, Backend& backend, const Shape& sample_shape, Index batch_size,
            const LossConfig& loss = {});

  /// Throws Error for an empty data set, a wrong sample shape, or when `progress` cancels.
  Evaluation evaluate(const Dataset& data, const EvaluationProgress& progress = {});
  /// For data that is evaluated again and again: `batches` are data.batches() of this backend and size.
  Evaluation evaluate(const Dataset& data, Batches& batches, const EvaluationProgress& progress = {});

 private:
  Workspace workspace_;
  Loss loss_;
  Regularization regularization_;
  Index batch_size_;
  std::vector<Real> y_;        // [batch, classes]
  std::vector<Index> labels_;  // [batch]
};

}  // namespace lapis
