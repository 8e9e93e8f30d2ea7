#include "lapis/layers/relu.h"

#include <limits>

namespace lapis {

void ReLU::Config::visit(ConfigVisitor& visitor) {
  constexpr double kLargest = std::numeric_limits<float>::max();
  visitor.number_or_null("max_value", max_value, 0, kLargest);
  visitor.number("negative_slope", negative_slope, 0, kLargest);
  visitor.number("threshold", threshold, 0, kLargest);
}

bool ReLU::is_plain() const {
  return !config_.max_value && config_.negative_slope == 0 && config_.threshold == 0;
}

Pointwise ReLU::op() const {
  return {.kind = Pointwise::Kind::rectify,
          .slope = static_cast<Real>(config_.negative_slope),
          .threshold = static_cast<Real>(config_.threshold),
          .largest = config_.max_value ? static_cast<Real>(*config_.max_value)
                                       : std::numeric_limits<Real>::infinity()};
}

void ReLU::forward(Backend& backend, const ForwardArgs& args) const {
  if (is_plain())
    backend.activate(Activation::relu, args.x.data, args.y.data, args.x.shape.rows(), args.x.shape[-1]);
  else
    backend.pointwise(op(), args.x.data, args.y.data, args.x.shape.size());
}

void ReLU::backward(Backend& backend, const BackwardArgs& args) const {
  if (args.dx.data == nullptr) return;
  if (is_plain())
    backend.activate_backward(Activation::relu, args.y.data, args.dy.data, args.dx.data, args.x.shape.rows(),
                              args.x.shape[-1]);
  else
    backend.pointwise_backward(op(), args.x.data, args.dy.data, args.dx.data, args.x.shape.size());
}

}  // namespace lapis
