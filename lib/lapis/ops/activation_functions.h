#pragma once

#include <cmath>
#include <type_traits>

#include "lapis/ops/backend.h"
#include "lapis/ops/vector.h"

/// Internal to ops: each element-wise activation and its derivative on one vector.
namespace lapis::cpu::activations {

using simd::select;
using simd::splat;
using simd::Vector;

// Keras: relu6(x + 3) / 6.
inline Vector hard_sigmoid(Vector x) {
  const Vector y = x * Real(1.0 / 6) + Real(0.5);
  return select(y < Vector{}, Vector{}, select(y > splat(1), splat(1), y));
}

inline Vector clamp(Vector x, Real low, Real high) {
  return select(x < splat(low), splat(low), select(x > splat(high), splat(high), x));
}

inline Vector expm1(Vector x) {
  return simd::each_lane(x, [](Real v) { return std::expm1(v); });
}

// ln(1 + e^x), from e^-|x| so that neither tail overflows or loses its digits.
inline Vector softplus(Vector x) {
  const Vector tail = simd::each_lane(simd::exp(-simd::absolute(x)), [](Real v) { return std::log1p(v); });
  return simd::relu(x) + tail;
}

inline constexpr Real kLeakySlope = Real(0.2);
// keras/src/backend: selu's two constants.
inline constexpr Real kSeluAlpha = Real(1.6732632423543772848170429916717);
inline constexpr Real kSeluScale = Real(1.0507009873554804934193349852946);
inline constexpr Real kRootHalf = Real(0.70710678118654752440);
inline constexpr Real kInverseRootTwoPi = Real(0.39894228040143267794);
inline constexpr Real kRootTwoOverPi = Real(0.79788456080286535588);
inline constexpr Real kGeluCubic = Real(0.044715);

/// Phi(x) = erfc(-x / sqrt 2) / 2, which keeps its digits where 1 + erf would lose them.
inline Vector cumulative_normal(Vector x) {
  return simd::each_lane(x, [](Real v) { return Real(0.5) * std::erfc(-v * kRootHalf); });
}

inline Vector gelu_inner_tanh(Vector x) {
  return simd::tanh((x + x * x * x * kGeluCubic) * kRootTwoOverPi);
}

// The four below are templates so that each loop has its one function in it, and no decision.

/// Functions whose derivative follows from the output. `slope` is that derivative, at output y.
template <Activation activation>
Vector fusable_value(Vector x) {
  switch (activation) {
    case Activation::relu:
      return simd::relu(x);
    case Activation::sigmoid:
      return simd::sigmoid(x);
    case Activation::tanh:
      return simd::tanh(x);
    case Activation::hard_sigmoid:
      return hard_sigmoid(x);
    case Activation::relu6:
      return clamp(x, 0, 6);
    case Activation::leaky_relu:
      return select(x < Vector{}, x * kLeakySlope, x);
    case Activation::elu:
      return select(x > Vector{}, x, expm1(x));
    case Activation::selu:
      return select(x > Vector{}, x, expm1(x) * kSeluAlpha) * kSeluScale;
    case Activation::softplus:
      return softplus(x);
    case Activation::softsign:
      return x / (simd::absolute(x) + Real(1));
    case Activation::exponential:
      return simd::exp(x);
    case Activation::hard_tanh:
      return clamp(x, -1, 1);
    case Activation::log_sigmoid:
      return -softplus(-x);
    default:
      return x;
  }
}

template <Activation activation>
Vector fusable_slope(Vector y) {
  const Vector one = splat(1);
  switch (activation) {
    case Activation::relu:
      return select(y > Vector{}, one, Vector{});
    case Activation::sigmoid:
      return y * (one - y);
    case Activation::tanh:
      return one - y * y;
    case Activation::hard_sigmoid:
      return select(y > Vector{}, select(y < one, splat(Real(1.0 / 6)), Vector{}), Vector{});
    case Activation::relu6:
      return select(y > Vector{}, select(y < splat(6), one, Vector{}), Vector{});
    case Activation::leaky_relu:
      return select(y < Vector{}, splat(kLeakySlope), one);
    case Activation::elu:
      return select(y < Vector{}, y + Real(1), one);
    case Activation::selu:
      return select(y < Vector{}, y + kSeluScale * kSeluAlpha, splat(kSeluScale));
    case Activation::softplus:
      return -expm1(-y);
    case Activation::softsign: {
      const Vector rest = one - simd::absolute(y);
      return rest * rest;
    }
    case Activation::exponential:
      return y;
    case Activation::hard_tanh:
      return select(simd::absolute(y) < one, one, Vector{});
    case Activation::log_sigmoid:
      return -expm1(y);
    default:
      return one;
  }
}

/// Functions that need their input again: value and derivative, both at x.
template <Activation activation>
Vector other_value(Vector x) {
  switch (activation) {
    case Activation::silu:
      return x * simd::sigmoid(x);
    case Activation::hard_silu:
      return x * hard_sigmoid(x);
    case Activation::gelu:
      return x * cumulative_normal(x);
    case Activation::gelu_approximate:
      return x * (gelu_inner_tanh(x) + Real(1)) * Real(0.5);
    case Activation::mish:
      return x * simd::tanh(softplus(x));
    default:  // tanh_shrink
      return x - simd::tanh(x);
  }
}

template <Activation activation>
Vector other_slope(Vector x) {
  const Vector one = splat(1);
  switch (activation) {
    case Activation::silu: {
      const Vector s = simd::sigmoid(x);
      return s * (one + x * (one - s));
    }
    case Activation::hard_silu: {
      const Vector s = hard_sigmoid(x);
      return select(s > Vector{}, select(s < one, s + x * Real(1.0 / 6), s), s);
    }
    case Activation::gelu:
      return cumulative_normal(x) + x * simd::exp(x * x * Real(-0.5)) * kInverseRootTwoPi;
    case Activation::gelu_approximate: {
      const Vector t = gelu_inner_tanh(x);
      const Vector inner = (x * x * (3 * kGeluCubic) + one) * kRootTwoOverPi;
      return (t + one + x * (one - t * t) * inner) * Real(0.5);
    }
    case Activation::mish: {
      const Vector t = simd::tanh(softplus(x));
      return t + x * (one - t * t) * simd::sigmoid(x);
    }
    default: {  // tanh_shrink
      const Vector t = simd::tanh(x);
      return t * t;
    }
  }
}

template <Activation activation>
using Constant = std::integral_constant<Activation, activation>;

/// function(Constant) with the activation known to the compiler; one that is not element-wise counts as
/// linear.
template <class Function>
auto with_constant(Activation activation, const Function& function) {
  switch (activation) {
    case Activation::relu:
      return function(Constant<Activation::relu>());
    case Activation::sigmoid:
      return function(Constant<Activation::sigmoid>());
    case Activation::tanh:
      return function(Constant<Activation::tanh>());
    case Activation::hard_sigmoid:
      return function(Constant<Activation::hard_sigmoid>());
    case Activation::relu6:
      return function(Constant<Activation::relu6>());
    case Activation::leaky_relu:
      return function(Constant<Activation::leaky_relu>());
    case Activation::elu:
      return function(Constant<Activation::elu>());
    case Activation::selu:
      return function(Constant<Activation::selu>());
    case Activation::softplus:
      return function(Constant<Activation::softplus>());
    case Activation::softsign:
      return function(Constant<Activation::softsign>());
    case Activation::exponential:
      return function(Constant<Activation::exponential>());
    case Activation::hard_tanh:
      return function(Constant<Activation::hard_tanh>());
    case Activation::log_sigmoid:
      return function(Constant<Activation::log_sigmoid>());
    case Activation::silu:
      return function(Constant<Activation::silu>());
    case Activation::hard_silu:
      return function(Constant<Activation::hard_silu>());
    case Activation::gelu:
      return function(Constant<Activation::gelu>());
    case Activation::gelu_approximate:
      return function(Constant<Activation::gelu_approximate>());
    case Activation::mish:
      return function(Constant<Activation::mish>());
    case Activation::tanh_shrink:
      return function(Constant<Activation::tanh_shrink>());
    case Activation::linear:
    case Activation::softmax:
    case Activation::log_softmax:
      break;
  }
  return function(Constant<Activation::linear>());
}

}  // namespace lapis::cpu::activations
