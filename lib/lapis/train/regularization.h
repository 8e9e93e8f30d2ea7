#pragma once

#include <vector>

#include "lapis/model/model.h"

namespace lapis {

/// Throws Error, naming the layer, where a parameter that is trained has a constraint: training applies none.
void refuse_constraints(const Model& model);

/// What the regularisers of a model's parameters add to its loss and gradients, as Keras adds it.
class Regularization {
 public:
  /// Throws Error, naming the layer, for a regulariser that is not known (Regularizer::unknown).
  Regularization(const Model& model, Backend& backend);

  /// The sum of all penalties for `weights`, laid out as the model's parameters, in the backend's memory;
  /// their gradients are added to `gradients` unless that is nullptr.
  double add(const Real* weights, Real* gradients) const;
  /// The same without waiting for the number: it goes to sum[0], in the backend's memory. Nothing is written
  /// where there are no regularisers.
  void enqueue(const Real* weights, Real* gradients, double* sum) const;

 private:
  struct Part {
    Index offset, count;
    Regularizer regularizer;
  };

  Backend& backend_;
  std::vector<Part> parts_;
  Backend::Buffer sum_;  // [1] double
};

}  // namespace lapis
