#include "lapis/layers/global_pooling.h"

namespace lapis {

namespace {

/// All pixels or steps of a sample.
Index steps_of(const Shape& x) {
  return x.rank() == 3 ? x[1] : x[1] * x[2];
}

/// Which steps the mean is over; a picture's pixels have none, even where its rows are steps with a mask.
Mask mask_of(const Shape& x, Mask mask) {
  return x.rank() == 3 ? mask : nullptr;
}

/// The largest of them all: one window.
Pool2D whole(const Shape& x) {
  Window2D window;
  window.batch = x[0];
  window.channels = x[-1];
  window.height = window.kernel_height = 1;
  window.width = window.kernel_width = steps_of(x);
  window.out_height = window.out_width = 1;
  return {.pooling = Pooling::max, .window = window};
}

}  // namespace

void GlobalPooling::Config::visit(ConfigVisitor& visitor) {
  visitor.only_string("data_format", "channels_last");
  visitor.boolean("keepdims", keepdims);
}

Shape GlobalPooling::output_shape(const Shape& x) const {
  if (x.rank() != axes_ + 2)
    refuse("input ", x, ", expected ", axes_ == 1 ? "[batch,time,n]" : "[batch,height,width,channels]");
  Shape y = {x[0]};
  for (int axis = 0; config_.keepdims && axis < axes_; ++axis) y.push_back(1);
  y.push_back(x[-1]);
  return y;
}

void GlobalPooling::forward(Backend& backend, const ForwardArgs& args) const {
  const Shape& x = args.x.shape;
  if (pooling_ == Pooling::average)
    backend.mean_steps(args.x.data, mask_of(x, args.mask), x[0], steps_of(x), x[-1], args.y.data);
  else
    backend.pool2d(whole(x), args.x.data, args.y.data);
}

void GlobalPooling::backward(Backend& backend, const BackwardArgs& args) const {
  if (args.dx.data == nullptr) return;
  const Shape& x = args.x.shape;
  if (pooling_ == Pooling::average)
    backend.mean_steps_backward(args.dy.data, mask_of(x, args.mask), x[0], steps_of(x), x[-1], args.dx.data);
  else
    backend.pool2d_backward(whole(x), args.x.data, args.dy.data, args.dx.data);
}

}  // namespace lapis
