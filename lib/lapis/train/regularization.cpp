#include "lapis/train/regularization.h"

namespace lapis {

Regularization::Regularization(const Model& model, Backend& backend) : backend_(backend) {
  for (const ModelParameter& parameter : model.parameters())
    if (parameter.info.trainable && !(parameter.info.regularizer == Regularizer{}))
      parts_.push_back({parameter.offset, parameter.info.shape.size(), parameter.info.regularizer});
}

double Regularization::add(const Real* weights, Real* gradients) const {
  double sum = 0;
  for (const Part& part : parts_) {
    Real* const to = gradients != nullptr ? gradients + part.offset : nullptr;
    sum += backend_.penalty(weights + part.offset, part.regularizer.l1, part.regularizer.l2, to, part.count);
  }
  return sum;
}

}  // namespace lapis
