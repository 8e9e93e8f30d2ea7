#include "lapis/layers/pooled_conv2d.h"

namespace lapis {

Shape PooledConv2D::output_shape(const Shape& x) const {
  return pool_.output_shape(conv_.output_shape(x));
}

Conv2DOp PooledConv2D::op(const Shape& x) const {
  Conv2DOp op = conv_.op(x);
  op.pool = pool_.op(conv_.output_shape(x));
  return op;
}

Memory PooledConv2D::memory(const Backend& backend, const Shape& x, Mode mode) const {
  return {.scratch = backend.conv2d_scratch(op(x), mode == Mode::train)};
}

Index PooledConv2D::prepared_size(const Backend& backend, const Shape& x, Index words) const {
  return conv_.prepared_size(backend, x, words);
}

void PooledConv2D::prepare(Backend& backend, const Shape& x, const Real* parameters, Index words,
                           Real* prepared) const {
  conv_.prepare(backend, x, parameters, words, prepared);
}

void PooledConv2D::forward(Backend& backend, const ForwardArgs& args) const {
  backend.conv2d(op(args.x.shape), args.x.data, conv_.split(args), args.y.data, args.scratch);
}

void PooledConv2D::backward(Backend& /*backend*/, const BackwardArgs& /*args*/) const {
  refuse("a convolution that was fused with its pooling only predicts");
}

}  // namespace lapis
