#include "lapis/layers/pooling2d.h"

#include "lapis/layers/window.h"
#include "lapis/layers/work.h"

namespace lapis {

void Pooling2D::Config::visit(ConfigVisitor& visitor) {
  visitor.pair("pool_size", pool_size, 1);
  visitor.pair_or("strides", strides, pool_size);
  visitor.padding("padding", padding);
  visitor.only_string("data_format", "channels_last");
}

Pool2D Pooling2D::op(const Shape& x) const {
  return {pooling_, make_window(x, config_.pool_size, config_.strides, {1, 1}, config_.padding)};
}

Shape Pooling2D::output_shape(const Shape& x) const {
  if (x.rank() != 4) refuse("input ", x, ", expected [batch,height,width,channels]");
  refuse_below_1("pool_size", config_.pool_size);
  refuse_below_1("strides", config_.strides);
  const Window2D size = op(x).window;
  if (size.out_height == 0 || size.out_width == 0)
    refuse("input ", x, " is smaller than the pool of ", config_.pool_size[0], "x", config_.pool_size[1]);
  return {x[0], size.out_height, size.out_width, x[3]};
}

double Pooling2D::work(const Shape& x) const {
  const Shape y = output_shape(x);
  const double taps = static_cast<double>(std::min(config_.pool_size[0], x[1])) *
                      static_cast<double>(std::min(config_.pool_size[1], x[2]));
  const double channels = static_cast<double>(x[3]);
  return Layer::work(x) + work::kSimple * taps * y.elements() / channels * std::max(channels, work::kColumns);
}

void Pooling2D::forward(Backend& backend, const ForwardArgs& args) const {
  backend.pool2d(op(args.x.shape), args.x.data, args.y.data);
}

void Pooling2D::backward(Backend& backend, const BackwardArgs& args) const {
  if (args.dx.data == nullptr) return;
  backend.pool2d_backward(op(args.x.shape), args.x.data, args.dy.data, args.dx.data);
}

}  // namespace lapis
