#include "lapis/ops/activation.h"

#include <algorithm>
#include <cmath>

#include "lapis/ops/activation_functions.h"
#include "lapis/ops/pieces.h"
#include "lapis/ops/vector.h"

namespace lapis::cpu {

namespace {

using activations::fusable_slope;
using activations::fusable_value;
using activations::other_slope;
using activations::other_value;
using activations::with_constant;
using simd::Vector;

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

void activate_rows(Activation activation, Real* const* rows, Index row_count, Index column, Index count) {
  if (changes_nothing(activation)) return;
  with_constant(activation, [&](auto constant) {
    for (Index i = 0; i < row_count; ++i) {
      Real* const values = rows[i] + column;
      simd::map(values, values, count, fusable_value<decltype(constant)::value>);
    }
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
