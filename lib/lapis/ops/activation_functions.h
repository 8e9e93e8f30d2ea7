#pragma once

#include <cmath>

#include "lapis/ops/backend.h"
#include "lapis/ops/vector.h"

/// Internal to ops: each element-wise activation and its derivative on one vector.
namespace lapis::cpu::activations {

using simd::select;
using simd::splat;
using simd::Vector;

inline Vector clamp(Vector x, Real low, Real high) {
  return select(x < splat(low), splat(low), select(x > splat(high), splat(high), x));
}

// Keras 3: relu6(x + 3) / 6.
inline Vector hard_sigmoid(Vector x) {
  return clamp(x * Real(1.0 / 6) + Real(0.5), 0, 1);
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

// Functions whose derivative follows from the output: f(x), and f' where the output is y.

inline Vector relu_value(Vector x) {
  return simd::relu(x);
}
inline Vector relu_slope(Vector y) {
  return select(y > Vector{}, splat(1), Vector{});
}

inline Vector sigmoid_value(Vector x) {
  return simd::sigmoid(x);
}
inline Vector sigmoid_slope(Vector y) {
  return y * (splat(1) - y);
}

inline Vector tanh_value(Vector x) {
  return simd::tanh(x);
}
inline Vector tanh_slope(Vector y) {
  return splat(1) - y * y;
}

inline Vector hard_sigmoid_value(Vector x) {
  return hard_sigmoid(x);
}
inline Vector hard_sigmoid_slope(Vector y) {
  return select(y > Vector{}, select(y < splat(1), splat(Real(1.0 / 6)), Vector{}), Vector{});
}

inline Vector hard_sigmoid_keras2_value(Vector x) {
  return clamp(x * Real(0.2) + Real(0.5), 0, 1);
}
inline Vector hard_sigmoid_keras2_slope(Vector y) {
  return select(y > Vector{}, select(y < splat(1), splat(Real(0.2)), Vector{}), Vector{});
}

inline Vector relu6_value(Vector x) {
  return clamp(x, 0, 6);
}
inline Vector relu6_slope(Vector y) {
  return select(y > Vector{}, select(y < splat(6), splat(1), Vector{}), Vector{});
}

inline Vector leaky_relu_value(Vector x) {
  return select(x < Vector{}, x * kLeakySlope, x);
}
inline Vector leaky_relu_slope(Vector y) {
  return select(y < Vector{}, splat(kLeakySlope), splat(1));
}

inline Vector elu_value(Vector x) {
  return select(x > Vector{}, x, expm1(x));
}
inline Vector elu_slope(Vector y) {
  return select(y < Vector{}, y + Real(1), splat(1));
}

inline Vector selu_value(Vector x) {
  return select(x > Vector{}, x, expm1(x) * kSeluAlpha) * kSeluScale;
}
inline Vector selu_slope(Vector y) {
  return select(y < Vector{}, y + kSeluScale * kSeluAlpha, splat(kSeluScale));
}

inline Vector softplus_value(Vector x) {
  return softplus(x);
}
inline Vector softplus_slope(Vector y) {
  return -expm1(-y);
}

inline Vector softsign_value(Vector x) {
  return x / (simd::absolute(x) + Real(1));
}
inline Vector softsign_slope(Vector y) {
  const Vector rest = splat(1) - simd::absolute(y);
  return rest * rest;
}

inline Vector exponential_value(Vector x) {
  return simd::exp(x);
}
inline Vector exponential_slope(Vector y) {
  return y;
}

inline Vector hard_tanh_value(Vector x) {
  return clamp(x, -1, 1);
}
inline Vector hard_tanh_slope(Vector y) {
  return select(simd::absolute(y) < splat(1), splat(1), Vector{});
}

inline Vector log_sigmoid_value(Vector x) {
  return -softplus(-x);
}
inline Vector log_sigmoid_slope(Vector y) {
  return -expm1(y);
}

// Functions that need their input again: f(x) and f'(x).

inline Vector silu_value(Vector x) {
  return x * simd::sigmoid(x);
}
inline Vector silu_slope(Vector x) {
  const Vector s = simd::sigmoid(x);
  return s * (splat(1) + x * (splat(1) - s));
}

inline Vector hard_silu_value(Vector x) {
  return x * hard_sigmoid(x);
}
inline Vector hard_silu_slope(Vector x) {
  const Vector s = hard_sigmoid(x);
  return select(s > Vector{}, select(s < splat(1), s + x * Real(1.0 / 6), s), s);
}

inline Vector gelu_value(Vector x) {
  return x * cumulative_normal(x);
}
inline Vector gelu_slope(Vector x) {
  return cumulative_normal(x) + x * simd::exp(x * x * Real(-0.5)) * kInverseRootTwoPi;
}

inline Vector gelu_approximate_value(Vector x) {
  return x * (gelu_inner_tanh(x) + Real(1)) * Real(0.5);
}
inline Vector gelu_approximate_slope(Vector x) {
  const Vector t = gelu_inner_tanh(x);
  const Vector inner = (x * x * (3 * kGeluCubic) + splat(1)) * kRootTwoOverPi;
  return (t + splat(1) + x * (splat(1) - t * t) * inner) * Real(0.5);
}

inline Vector mish_value(Vector x) {
  return x * simd::tanh(softplus(x));
}
inline Vector mish_slope(Vector x) {
  const Vector t = simd::tanh(softplus(x));
  return t + x * (splat(1) - t * t) * simd::sigmoid(x);
}

inline Vector tanh_shrink_value(Vector x) {
  return x - simd::tanh(x);
}
inline Vector tanh_shrink_slope(Vector x) {
  const Vector t = simd::tanh(x);
  return t * t;
}

}  // namespace lapis::cpu::activations
