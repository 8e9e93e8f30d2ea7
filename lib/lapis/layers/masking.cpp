#include "lapis/layers/masking.h"

#include <limits>

namespace lapis {

void Masking::Config::visit(ConfigVisitor& visitor) {
  constexpr double kLargest = std::numeric_limits<float>::max();
  visitor.number("mask_value", mask_value, -kLargest, kLargest);
}

Shape Masking::output_shape(const Shape& x) const {
  if (x.rank() != 3) refuse("input ", x, ", expected [batch,time,n]");
  return x;
}

void Masking::forward(Backend& backend, const ForwardArgs& args) const {
  backend.keep_rows(args.x.data, static_cast<Real>(config_.mask_value), args.x.data, args.y.data,
                    args.made_mask, args.x.shape.rows(), args.x.shape[-1]);
}

void Masking::backward(Backend& backend, const BackwardArgs& args) const {
  if (args.dx.data != nullptr)
    backend.keep_rows(args.x.data, static_cast<Real>(config_.mask_value), args.dy.data, args.dx.data, nullptr,
                      args.x.shape.rows(), args.x.shape[-1]);
}

}  // namespace lapis
