#pragma once

#include "lapis/layers/layer.h"

/// For layers that end in an `activation=` (Dense, Conv2D).
namespace lapis {

/// The part of `activation` that an operation can apply in its epilogue.
inline Activation fused_part(Activation activation) {
  return is_fusable(activation) ? activation : Activation::linear;
}

/// How many Reals of `saved` an activation takes that needs its input again.
inline Index kept_for(Activation activation, const Shape& y) {
  return follows_from_output(activation) ? 0 : y.size();
}

/// Where an operation writes its results for `finish_activation`: to y, or to `kept` (`kept_for` Reals of
/// `saved`; nullptr when not training) where backward needs them.
inline Real* before_activation(Activation activation, Real* kept, const View& y) {
  return follows_from_output(activation) || kept == nullptr ? y.data : kept;
}

/// Applies what `fused_part` left over.
inline void finish_activation(Backend& backend, Activation activation, const Real* before, const View& y) {
  if (!is_fusable(activation)) backend.activate(activation, before, y.data, y.shape.rows(), y.shape[-1]);
}

inline bool needs_gradient_buffer(Activation activation) {
  return activation != Activation::linear;
}

/// The gradient before the activation: dy itself where there is nothing to do, else written to `buffer` (as
/// large as y). `kept`: what `before_activation` was given.
inline const Real* activation_gradient(Backend& backend, Activation activation, const BackwardArgs& args,
                                       const Real* kept, Real* buffer) {
  const bool fused_with_loss = activation == Activation::softmax && args.dy_is_logits;
  if (activation == Activation::linear || fused_with_loss) return args.dy.data;
  backend.activate_backward(activation, follows_from_output(activation) ? args.y.data : kept, args.dy.data,
                            buffer, args.y.shape.rows(), args.y.shape[-1]);
  return buffer;
}

}  // namespace lapis
