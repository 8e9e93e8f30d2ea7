#include "lapis/layers/activation.h"

#include "lapis/layers/work.h"

namespace lapis {

void ActivationLayer::Config::visit(ConfigVisitor& visitor) {
  visitor.require("activation");
  visitor.activation("activation", activation);
}

Shape ActivationLayer::output_shape(const Shape& x) const {
  if (x.rank() < 2) refuse("input ", x, ", expected a batch and at least one more axis");
  return x;
}

double ActivationLayer::work(const Shape& x) const {
  return Layer::work(x) + work::of_activation(config_.activation, x.elements());
}

void ActivationLayer::forward(Backend& backend, const ForwardArgs& args) const {
  backend.activate(config_.activation, args.x.data, args.y.data, args.x.shape.rows(), args.x.shape[-1]);
}

void ActivationLayer::backward(Backend& backend, const BackwardArgs& args) const {
  if (args.dx.data == nullptr) return;
  if (args.dy_is_logits) {
    backend.copy(args.dy.data, args.dx.data, args.dx.shape.size());
    return;
  }
  const Real* const known = follows_from_output(config_.activation) ? args.y.data : args.x.data;
  backend.activate_backward(config_.activation, known, args.dy.data, args.dx.data, args.x.shape.rows(),
                            args.x.shape[-1]);
}

}  // namespace lapis
