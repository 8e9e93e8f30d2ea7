#include "lapis/train/regularization.h"

namespace lapis {

Regularization::Regularization(const Model& model, Backend& backend) : backend_(backend) {
  for (const ModelParameter& parameter : model.parameters())
    if (parameter.info.trainable && !(parameter.info.regularizer == Regularizer{}))
      parts_.push_back({parameter.offset, parameter.info.shape.size(), parameter.info.regularizer});
  if (!parts_.empty()) sum_ = backend.allocate(sizeof(double));
}

double Regularization::add(const Real* weights, Real* gradients) const {
  if (parts_.empty()) return 0;
  double sum = 0;
  enqueue(weights, gradients, static_cast<double*>(sum_.get()));
  backend_.download(sum_.get(), &sum, sizeof(sum));
  return sum;
}

void Regularization::enqueue(const Real* weights, Real* gradients, double* sum) const {
  bool is_first = true;
  for (const Part& part : parts_) {
    Real* const to = gradients != nullptr ? gradients + part.offset : nullptr;
    backend_.penalty(weights + part.offset, part.regularizer.l1, part.regularizer.l2, to, part.count, sum,
                     /*accumulate=*/!is_first);
    is_first = false;
  }
}

}  // namespace lapis
