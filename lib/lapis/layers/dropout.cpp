#include "lapis/layers/dropout.h"

namespace lapis {

void Dropout::Config::visit(ConfigVisitor& visitor) {
  visitor.require("rate");
  visitor.number("rate", rate, 0, 1);
  visitor.only_null("noise_shape");
  visitor.ignore("seed");  // the training run's seed decides
}

Shape Dropout::output_shape(const Shape& x) const {
  if (!(config_.rate >= 0 && config_.rate <= 1)) refuse("rate is ", config_.rate, ", expected 0 to 1");
  return x;
}

void Dropout::apply(Backend& backend, const Real* x, Real* y, Index count, bool training,
                    RandomStream random) const {
  if (training)
    backend.dropout(x, y, count, static_cast<float>(config_.rate), random);
  else
    backend.copy(x, y, count);
}

void Dropout::forward(Backend& backend, const ForwardArgs& args) const {
  apply(backend, args.x.data, args.y.data, args.x.shape.size(), args.training, args.random);
}

void Dropout::backward(Backend& backend, const BackwardArgs& args) const {
  if (args.dx.data != nullptr)
    apply(backend, args.dy.data, args.dx.data, args.dy.shape.size(), args.training, args.random);
}

}  // namespace lapis
