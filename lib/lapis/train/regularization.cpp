#include "lapis/train/regularization.h"

namespace lapis {

Regularization::Regularization(const Model& model, Backend& backend) : backend_(backend) {
  for (const ModelParameter& parameter : model.parameters()) {
    const Regularizer& regularizer = parameter.info.regularizer;
    if (!parameter.info.trainable) continue;
    const Layer& layer = model.layer(parameter.layer);
    const auto refuse = [&](const char* what, const std::string& json) {
      fail("layer \"", layer.name(), "\" (", layer.type(), "): ", parameter.info.name, " has the ", what, ' ',
           json, ", which training does not apply: take it out to train");
    };
    if (!regularizer.unknown.empty()) refuse("regularizer", regularizer.unknown);
    if (!regularizer.constraint.empty()) refuse("constraint", regularizer.constraint);
    if (regularizer.l1 == 0 && regularizer.l2 == 0) continue;
    parts_.push_back({parameter.offset, parameter.info.shape.size(), regularizer});
  }
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
