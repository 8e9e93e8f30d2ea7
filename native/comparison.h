#pragma once

#include <optional>
#include <string>
#include <vector>

#include "golden_file.h"
#include "lapis/model/model.h"
#include "lapis/ops/backend.h"

namespace lapis::native {

/// What is promised. Outputs: of probabilities, and of other outputs (scores, values) relative to their
/// largest; the same for a loss. Losses of training steps: relative.
inline constexpr double kOutputTolerance = 1e-6;
inline constexpr double kGradientTolerance = 1e-5;
inline constexpr double kLossesTolerance = 1e-5;

struct GradientDifference {
  std::string name;  // the golden file's variable path
  const ModelParameter* parameter;
  /// Of the tensor's largest value. Of the model's largest gradient where the tensor's is nothing but what
  /// cancelling left (below 1e-9 of that one, as of a bias before a BatchNormalization).
  double max_rel_diff = 0;
};

/// A model against what Keras made of it.
struct Comparison {
  Index samples = 0;
  /// Largest |difference| of an output, of the plan to predict and of the plan to train.
  double max_abs_diff = 0;
  double largest_output = 1;  // 1 where the outputs are probabilities
  /// In every row where Keras's two largest outputs differ by more than the tolerance.
  bool argmax_equal = true;
  /// Of the two answers: how well the model's classes hit Keras's.
  double macro_f1 = 0;
  std::optional<double> loss_diff;  // where the golden file has labels and a loss
  std::vector<GradientDifference> gradients;
  std::optional<double> losses_diff;  // of the training steps, relative

  // What was computed here. Gradients: as the model's parameters.
  Shape output_shape;  // with all sizes known
  std::vector<Real> outputs, gradient_values;
  std::optional<double> loss;  // with what regularisers add
  std::vector<double> losses;

  double largest_gradient_diff() const;
  /// Everything is within what is promised.
  bool agrees() const;
};

/// Throws Error where golden file and model do not fit together. Leaves the model as the training steps made
/// it.
Comparison compare(const GoldenFile& golden, Model& model, Backend& backend);

}  // namespace lapis::native
