#include "lapis/train/regularization.h"

namespace lapis {

namespace {

[[noreturn]] void refuse(const Model& model, const ModelParameter& parameter, const char* what,
                         const std::string& json) {
  const Layer& layer = model.layer(parameter.layer);
  fail("layer \"", layer.name(), "\" (", layer.type(), "): ", parameter.info.name, " has the ", what, ' ',
       json, ", which is not applied here: take it out to train");
}

}  // namespace

void refuse_constraints(const Model& model) {
  for (const ModelParameter& parameter : model.parameters())
    if (parameter.info.trainable && !parameter.info.regularizer.constraint.empty())
      refuse(model, parameter, "constraint", parameter.info.regularizer.constraint);
}

Regularization::Regularization(const Model& model, Backend& backend) : backend_(backend) {
  for (const ModelParameter& parameter : model.parameters()) {
    const Regularizer& regularizer = parameter.info.regularizer;
    if (!parameter.info.trainable) continue;
    if (!regularizer.unknown.empty()) refuse(model, parameter, "regularizer", regularizer.unknown);
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
