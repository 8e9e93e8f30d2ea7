#include "lapis/ops/activation.h"

#include <algorithm>
#include <cmath>

#include "lapis/ops/activation_functions.h"
#include "lapis/ops/pieces.h"
#include "lapis/ops/vector.h"

namespace lapis::cpu {

namespace {

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

/// An element-wise activation on one vector: f(x), and f' where the output, or for those that do not follow
/// from it the input, is `at`.
struct Function {
  Vector (*value)(Vector x);
  Vector (*slope)(Vector at);
};

/// Each stands once in the program, and a call a vector costs little beside what most of them do. The three
/// that networks mostly have are written into the loops below.
Function function_of(Activation activation) {
  using namespace activations;
  switch (activation) {
    case Activation::relu:
      return {relu_value, relu_slope};
    case Activation::sigmoid:
      return {sigmoid_value, sigmoid_slope};
    case Activation::tanh:
      return {tanh_value, tanh_slope};
    case Activation::hard_sigmoid:
      return {hard_sigmoid_value, hard_sigmoid_slope};
    case Activation::hard_sigmoid_keras2:
      return {hard_sigmoid_keras2_value, hard_sigmoid_keras2_slope};
    case Activation::relu6:
      return {relu6_value, relu6_slope};
    case Activation::leaky_relu:
      return {leaky_relu_value, leaky_relu_slope};
    case Activation::elu:
      return {elu_value, elu_slope};
    case Activation::selu:
      return {selu_value, selu_slope};
    case Activation::softplus:
      return {softplus_value, softplus_slope};
    case Activation::softsign:
      return {softsign_value, softsign_slope};
    case Activation::exponential:
      return {exponential_value, exponential_slope};
    case Activation::hard_tanh:
      return {hard_tanh_value, hard_tanh_slope};
    case Activation::log_sigmoid:
      return {log_sigmoid_value, log_sigmoid_slope};
    case Activation::silu:
      return {silu_value, silu_slope};
    case Activation::hard_silu:
      return {hard_silu_value, hard_silu_slope};
    case Activation::gelu:
      return {gelu_value, gelu_slope};
    case Activation::gelu_approximate:
      return {gelu_approximate_value, gelu_approximate_slope};
    case Activation::mish:
      return {mish_value, mish_slope};
    case Activation::tanh_shrink:
      return {tanh_shrink_value, tanh_shrink_slope};
    case Activation::linear:
    case Activation::softmax:
    case Activation::log_softmax:
      break;
  }
  return {[](Vector x) { return x; }, [](Vector) { return simd::splat(1); }};
}

}  // namespace

Vector activated(Activation activation, Vector x) {
  switch (activation) {
    case Activation::linear:
      return x;
    case Activation::relu:
      return activations::relu_value(x);
    case Activation::sigmoid:
      return activations::sigmoid_value(x);
    case Activation::tanh:
      return activations::tanh_value(x);
    default:
      return function_of(activation).value(x);
  }
}

Vector activation_derivative(Activation activation, Vector y, Vector dy) {
  switch (activation) {
    case Activation::linear:
      return dy;
    case Activation::relu:
      return dy * activations::relu_slope(y);
    case Activation::sigmoid:
      return dy * activations::sigmoid_slope(y);
    case Activation::tanh:
      return dy * activations::tanh_slope(y);
    default:
      return dy * function_of(activation).slope(y);
  }
}

void activate_values(Activation activation, const Real* x, Real* y, Index count) {
  if (changes_nothing(activation)) {
    if (x != y) simd::copy(x, y, count);
    return;
  }
  switch (activation) {
    case Activation::relu:
      return simd::map(x, y, count, [](Vector v) { return activations::relu_value(v); });
    case Activation::sigmoid:
      return simd::map(x, y, count, [](Vector v) { return activations::sigmoid_value(v); });
    case Activation::tanh:
      return simd::map(x, y, count, [](Vector v) { return activations::tanh_value(v); });
    default:
      return simd::map(x, y, count, function_of(activation).value);
  }
}

void activate_rows(Activation activation, Real* const* rows, Index row_count, Index column, Index count) {
  if (changes_nothing(activation)) return;
  for (Index i = 0; i < row_count; ++i)
    activate_values(activation, rows[i] + column, rows[i] + column, count);
}

void activate_values_backward(Activation activation, const Real* y_or_x, const Real* dy, Real* dx,
                              Index count) {
  if (changes_nothing(activation)) {
    if (dx != dy) simd::copy(dy, dx, count);
    return;
  }
  const auto times = [&](auto slope) {
    simd::map(y_or_x, dy, dx, count, [&](Vector at, Vector d) { return d * slope(at); });
  };
  switch (activation) {
    case Activation::relu:
      return times([](Vector y) { return activations::relu_slope(y); });
    case Activation::sigmoid:
      return times([](Vector y) { return activations::sigmoid_slope(y); });
    case Activation::tanh:
      return times([](Vector y) { return activations::tanh_slope(y); });
    default:
      return times(function_of(activation).slope);
  }
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
