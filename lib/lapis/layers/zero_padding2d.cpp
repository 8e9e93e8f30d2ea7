#include "lapis/layers/zero_padding2d.h"

#include <algorithm>

namespace lapis {

void ZeroPadding2D::Config::visit(ConfigVisitor& visitor) {
  visitor.sides("padding", padding);
  visitor.only_string("data_format", "channels_last");
}

Shape ZeroPadding2D::output_shape(const Shape& x) const {
  if (x.rank() != 4) refuse("input ", x, ", expected [batch,height,width,channels]");
  const auto [top, bottom, left, right] = config_.padding;
  if (std::min({top, bottom, left, right}) < 0)
    refuse("padding is negative, expected 0 or more on each side");
  const auto padded = [](Index size, Index more) { return size == kUnknown ? kUnknown : size + more; };
  return {x[0], padded(x[1], top + bottom), padded(x[2], left + right), x[3]};
}

void ZeroPadding2D::forward(Backend& backend, const ForwardArgs& args) const {
  const Shape& x = args.x.shape;
  Window2D window;
  window.batch = x[0];
  window.height = x[1];
  window.width = x[2];
  window.channels = x[3];
  window.out_height = args.y.shape[1];
  window.out_width = args.y.shape[2];
  window.pad_top = config_.padding[0];
  window.pad_left = config_.padding[2];
  backend.pad2d(window, args.x.data, args.y.data);
}

void ZeroPadding2D::backward(Backend& backend, const BackwardArgs& args) const {
  if (args.dx.data == nullptr) return;
  const Shape& y = args.y.shape;
  Window2D window;
  window.batch = y[0];
  window.height = y[1];
  window.width = y[2];
  window.channels = y[3];
  window.out_height = args.x.shape[1];
  window.out_width = args.x.shape[2];
  window.pad_top = -config_.padding[0];
  window.pad_left = -config_.padding[2];
  backend.pad2d(window, args.dy.data, args.dx.data);
}

}  // namespace lapis
