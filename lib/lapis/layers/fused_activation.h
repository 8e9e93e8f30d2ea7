#pragma once

#include "lapis/layers/layer.h"

/// For layers that end in an `activation=` (Dense, Conv2D).
namespace lapis {

/// Softmax looks at a whole row, so gemm and convolution cannot apply it to one element after another.
inline bool is_elementwise(Activation activation) {
  return activation != Activation::softmax;
}

/// The part of `activation` that an operation can apply in its epilogue.
inline Activation fused_part(Activation activation) {
  return is_elementwise(activation) ? activation : Activation::linear;
}

/// Applies what `fused_part` left over, in place.
inline void finish_activation(Backend& backend, Activation activation, const View& y) {
  if (!is_elementwise(activation)) backend.activate(activation, y.data, y.data, y.shape.rows(), y.shape[-1]);
}

inline bool needs_gradient_buffer(Activation activation) {
  return activation != Activation::linear;
}

/// The gradient before the activation: dy itself where there is nothing to do, else written to `buffer` (as
/// large as y).
inline const Real* activation_gradient(Backend& backend, Activation activation, const BackwardArgs& args,
                                       Real* buffer) {
  const bool fused_with_loss = activation == Activation::softmax && args.dy_is_logits;
  if (activation == Activation::linear || fused_with_loss) return args.dy.data;
  backend.activate_backward(activation, args.y.data, args.dy.data, buffer, args.y.shape.rows(),
                            args.y.shape[-1]);
  return buffer;
}

}  // namespace lapis
