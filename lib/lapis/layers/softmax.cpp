#include "lapis/layers/softmax.h"

#include "lapis/layers/work.h"

namespace lapis {

void Softmax::Config::visit(ConfigVisitor& visitor) {
  visitor.single("axis", axis, -Shape::kMaxRank);
}

Shape Softmax::output_shape(const Shape& x) const {
  if (x.rank() < 2) refuse("input ", x, ", expected a batch and at least one more axis");
  refuse_unless_last_axis(x, config_.axis);
  return x;
}

double Softmax::work(const Shape& x) const {
  return Layer::work(x) + work::of_activation(Activation::softmax, x.elements());
}

void Softmax::forward(Backend& backend, const ForwardArgs& args) const {
  backend.activate(Activation::softmax, args.x.data, args.y.data, args.x.shape.rows(), args.x.shape[-1]);
}

void Softmax::backward(Backend& backend, const BackwardArgs& args) const {
  if (args.dx.data == nullptr) return;
  if (args.dy_is_logits)
    backend.copy(args.dy.data, args.dx.data, args.dx.shape.size());
  else
    backend.activate_backward(Activation::softmax, args.y.data, args.dy.data, args.dx.data,
                              args.x.shape.rows(), args.x.shape[-1]);
}

}  // namespace lapis
