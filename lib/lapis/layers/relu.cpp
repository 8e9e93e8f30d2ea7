#include "lapis/layers/relu.h"

namespace lapis {

void ReLU::Config::visit(ConfigVisitor& visitor) {
  visitor.only_null("max_value");
  visitor.only_number("negative_slope", 0);
  visitor.only_number("threshold", 0);
}

void ReLU::forward(Backend& backend, const ForwardArgs& args) const {
  backend.activate(Activation::relu, args.x.data, args.y.data, args.x.shape.rows(), args.x.shape[-1]);
}

void ReLU::backward(Backend& backend, const BackwardArgs& args) const {
  if (args.dx.data == nullptr) return;
  backend.activate_backward(Activation::relu, args.y.data, args.dy.data, args.dx.data, args.x.shape.rows(),
                            args.x.shape[-1]);
}

}  // namespace lapis
