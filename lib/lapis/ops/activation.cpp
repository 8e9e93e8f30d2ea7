#include "lapis/ops/activation.h"

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "lapis/ops/pieces.h"
#include "lapis/ops/vector.h"

namespace lapis::cpu {

namespace {

using simd::select;
using simd::splat;
using simd::Vector;

// Keras: relu6(x + 3) / 6.
Vector hard_sigmoid(Vector x) {
  const Vector y = x * Real(1.0 / 6) + Real(0.5);
  return select(y < Vector{}, Vector{}, select(y > splat(1), splat(1), y));
}

Vector clamp(Vector x, Real low, Real high) {
  return select(x < splat(low), splat(low), select(x > splat(high), splat(high), x));
}

Vector expm1(Vector x) {
  return simd::each_lane(x, [](Real v) { return std::expm1(v); });
}

// ln(1 + e^x), from e^-|x| so that neither tail overflows or loses its digits.
Vector softplus(Vector x) {
  const Vector tail = simd::each_lane(simd::exp(-simd::absolute(x)), [](Real v) { return std::log1p(v); });
  return simd::relu(x) + tail;
}

constexpr Real kLeakySlope = Real(0.2);
// keras/src/backend: selu's two constants.
constexpr Real kSeluAlpha = Real(1.6732632423543772848170429916717);
constexpr Real kSeluScale = Real(1.0507009873554804934193349852946);
constexpr Real kRootHalf = Real(0.70710678118654752440);
constexpr Real kInverseRootTwoPi = Real(0.39894228040143267794);
constexpr Real kRootTwoOverPi = Real(0.79788456080286535588);
constexpr Real kGeluCubic = Real(0.044715);

/// Phi(x) = erfc(-x / sqrt 2) / 2, which keeps its digits where 1 + erf would lose them.
Vector cumulative_normal(Vector x) {
  return simd::each_lane(x, [](Real v) { return Real(0.5) * std::erfc(-v * kRootHalf); });
}

Vector gelu_inner_tanh(Vector x) {
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

void softmax_row(const Real* x, Real* y, Index n) {
  Real largest = x[0];
  for (Index i = 1; i < n; ++i) largest = std::max(largest, x[i]);
  simd::map(x, y, n, [&](Vector v) { return simd::exp(v - largest); });
  Real sum = 0;
  for (Index i = 0; i < n; ++i) sum += y[i];
  simd::map(y, y, n, [&](Vector v) { return v / sum; });
}

void softmax_row_backward(const Real* y, const Real* dy, Real* dx, Index n) {
  const Real mean = simd::dot(y, dy, n);
  simd::map(y, dy, dx, n, [&](Vector p, Vector d) { return p * (d - mean); });
}

void log_softmax_row(const Real* x, Real* y, Index n) {
  Real largest = x[0];
  for (Index i = 1; i < n; ++i) largest = std::max(largest, x[i]);
  Real sum = 0;
  for (Index i = 0; i < n; ++i) sum += std::exp(x[i] - largest);
  const Real shift = largest + std::log(sum);
  simd::map(x, y, n, [&](Vector v) { return v - shift; });
}

void log_softmax_row_backward(const Real* y, const Real* dy, Real* dx, Index n) {
  Real sum = 0;
  for (Index i = 0; i < n; ++i) sum += dy[i];
  simd::map(y, dy, dx, n, [&](Vector v, Vector d) { return d - simd::exp(v) * sum; });
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

bool changes_nothing(Activation activation) {
  return activation == Activation::linear || !is_elementwise(activation);
}

// Out of line, so that those below stay short for the activations that recurrent layers mostly have.
[[gnu::noinline]] Vector any_activated(Activation activation, Vector x) {
  return with_constant(activation,
                       [&](auto constant) { return fusable_value<decltype(constant)::value>(x); });
}
[[gnu::noinline]] Vector any_slope(Activation activation, Vector y) {
  return with_constant(activation,
                       [&](auto constant) { return fusable_slope<decltype(constant)::value>(y); });
}

}  // namespace

Vector activated(Activation activation, Vector x) {
  switch (activation) {
    case Activation::linear:
      return x;
    case Activation::relu:
      return fusable_value<Activation::relu>(x);
    case Activation::sigmoid:
      return fusable_value<Activation::sigmoid>(x);
    case Activation::tanh:
      return fusable_value<Activation::tanh>(x);
    default:
      return any_activated(activation, x);
  }
}

Vector activation_derivative(Activation activation, Vector y, Vector dy) {
  switch (activation) {
    case Activation::linear:
      return dy;
    case Activation::relu:
      return dy * fusable_slope<Activation::relu>(y);
    case Activation::sigmoid:
      return dy * fusable_slope<Activation::sigmoid>(y);
    case Activation::tanh:
      return dy * fusable_slope<Activation::tanh>(y);
    default:
      return dy * any_slope(activation, y);
  }
}

void activate_values(Activation activation, const Real* x, Real* y, Index count) {
  if (changes_nothing(activation)) {
    if (x != y) simd::copy(x, y, count);
    return;
  }
  with_constant(activation, [&](auto constant) {
    simd::map(x, y, count, [](Vector v) {
      constexpr Activation kActivation = decltype(constant)::value;
      if constexpr (follows_from_output(kActivation))
        return fusable_value<kActivation>(v);
      else
        return other_value<kActivation>(v);
    });
  });
}

void activate_values_backward(Activation activation, const Real* y_or_x, const Real* dy, Real* dx,
                              Index count) {
  if (changes_nothing(activation)) {
    if (dx != dy) simd::copy(dy, dx, count);
    return;
  }
  with_constant(activation, [&](auto constant) {
    simd::map(y_or_x, dy, dx, count, [](Vector v, Vector d) {
      constexpr Activation kActivation = decltype(constant)::value;
      if constexpr (follows_from_output(kActivation))
        return d * fusable_slope<kActivation>(v);
      else
        return d * other_slope<kActivation>(v);
    });
  });
}

void finish_rows(Real* y, Index rows, Index n, Index stride, const Real* bias, Activation activation) {
  if (bias == nullptr && activation == Activation::linear) return;
  for (Index row = 0; row < rows; ++row, y += stride) {
    if (bias != nullptr && activation == Activation::relu) {
      simd::map(y, bias, y, n, [](Vector v, Vector b) { return simd::relu(v + b); });
      continue;
    }
    if (bias != nullptr) simd::map(y, bias, y, n, [](Vector v, Vector b) { return v + b; });
    if (activation != Activation::linear) activate_values(activation, y, y, n);
  }
}

void activate(Parallel& parallel, Activation activation, const Real* x, Real* y, Index rows, Index n) {
  if (!is_elementwise(activation)) {
    const auto row_function = activation == Activation::softmax ? softmax_row : log_softmax_row;
    return for_pieces(parallel, rows, rows_per_piece(n), [&](Index first, Index count) {
      for (Index row = first; row < first + count; ++row) row_function(x + row * n, y + row * n, n);
    });
  }
  for_pieces(parallel, rows * n, kPieceValues,
             [&](Index first, Index count) { activate_values(activation, x + first, y + first, count); });
}

void activate_backward(Parallel& parallel, Activation activation, const Real* y_or_x, const Real* dy,
                       Real* dx, Index rows, Index n) {
  if (!is_elementwise(activation)) {
    const auto row_function =
        activation == Activation::softmax ? softmax_row_backward : log_softmax_row_backward;
    return for_pieces(parallel, rows, rows_per_piece(n), [&](Index first, Index count) {
      for (Index i = first * n; i < (first + count) * n; i += n) row_function(y_or_x + i, dy + i, dx + i, n);
    });
  }
  for_pieces(parallel, rows * n, kPieceValues, [&](Index first, Index count) {
    activate_values_backward(activation, y_or_x + first, dy + first, dx + first, count);
  });
}

void add_bias(Parallel& parallel, Real* y, Index rows, Index n, const Real* bias, Activation activation) {
  for_pieces(parallel, rows, rows_per_piece(n),
             [&](Index first, Index count) { finish_rows(y + first * n, count, n, n, bias, activation); });
}

}  // namespace lapis::cpu
