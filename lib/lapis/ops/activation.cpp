#include "lapis/ops/activation.h"

#include <algorithm>

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

}  // namespace

Vector activated(Activation activation, Vector x) {
  switch (activation) {
    case Activation::relu:
      return simd::relu(x);
    case Activation::sigmoid:
      return simd::sigmoid(x);
    case Activation::tanh:
      return simd::tanh(x);
    case Activation::hard_sigmoid:
      return hard_sigmoid(x);
    case Activation::linear:
    case Activation::softmax:
      break;
  }
  return x;
}

void activate_values(Activation activation, const Real* x, Real* y, Index count) {
  switch (activation) {
    case Activation::relu:
      return simd::map(x, y, count, simd::relu);
    case Activation::sigmoid:
      return simd::map(x, y, count, simd::sigmoid);
    case Activation::tanh:
      return simd::map(x, y, count, simd::tanh);
    case Activation::hard_sigmoid:
      return simd::map(x, y, count, hard_sigmoid);
    case Activation::linear:
    case Activation::softmax:
      break;
  }
  if (x != y) simd::copy(x, y, count);
}

namespace {

Vector relu_derivative(Vector y, Vector dy) {
  return select(y > Vector{}, dy, Vector{});
}
Vector sigmoid_derivative(Vector y, Vector dy) {
  return dy * y * (Real(1) - y);
}
Vector tanh_derivative(Vector y, Vector dy) {
  return dy * (Real(1) - y * y);
}
Vector hard_sigmoid_derivative(Vector y, Vector dy) {
  return select(y > Vector{}, select(y < splat(1), dy * Real(1.0 / 6), Vector{}), Vector{});
}

}  // namespace

Vector activation_derivative(Activation activation, Vector y, Vector dy) {
  switch (activation) {
    case Activation::relu:
      return relu_derivative(y, dy);
    case Activation::sigmoid:
      return sigmoid_derivative(y, dy);
    case Activation::tanh:
      return tanh_derivative(y, dy);
    case Activation::hard_sigmoid:
      return hard_sigmoid_derivative(y, dy);
    case Activation::linear:
    case Activation::softmax:
      break;
  }
  return dy;
}

void activate_rows(Activation activation, Real* const* rows, Index row_count, Index column, Index count) {
  const auto apply = [&](const auto& function) {
    for (Index i = 0; i < row_count; ++i) simd::map(rows[i] + column, rows[i] + column, count, function);
  };
  switch (activation) {
    case Activation::relu:
      return apply(simd::relu);
    case Activation::sigmoid:
      return apply(simd::sigmoid);
    case Activation::tanh:
      return apply(simd::tanh);
    case Activation::hard_sigmoid:
      return apply(hard_sigmoid);
    case Activation::linear:
    case Activation::softmax:
      break;
  }
}

void activate_values_backward(Activation activation, const Real* y, const Real* dy, Real* dx, Index count) {
  switch (activation) {
    case Activation::relu:
      return simd::map(y, dy, dx, count, relu_derivative);
    case Activation::sigmoid:
      return simd::map(y, dy, dx, count, sigmoid_derivative);
    case Activation::tanh:
      return simd::map(y, dy, dx, count, tanh_derivative);
    case Activation::hard_sigmoid:
      return simd::map(y, dy, dx, count, hard_sigmoid_derivative);
    case Activation::linear:
    case Activation::softmax:
      break;
  }
  if (dx != dy) simd::copy(dy, dx, count);
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
  if (activation == Activation::softmax) {
    return for_pieces(parallel, rows, rows_per_piece(n), [&](Index first, Index count) {
      for (Index row = first; row < first + count; ++row) softmax_row(x + row * n, y + row * n, n);
    });
  }
  for_pieces(parallel, rows * n, kPieceValues,
             [&](Index first, Index count) { activate_values(activation, x + first, y + first, count); });
}

void activate_backward(Parallel& parallel, Activation activation, const Real* y, const Real* dy, Real* dx,
                       Index rows, Index n) {
  if (activation == Activation::softmax) {
    return for_pieces(parallel, rows, rows_per_piece(n), [&](Index first, Index count) {
      for (Index i = first * n; i < (first + count) * n; i += n)
        softmax_row_backward(y + i, dy + i, dx + i, n);
    });
  }
  for_pieces(parallel, rows * n, kPieceValues, [&](Index first, Index count) {
    activate_values_backward(activation, y + first, dy + first, dx + first, count);
  });
}

void add_bias(Parallel& parallel, Real* y, Index rows, Index n, const Real* bias, Activation activation) {
  for_pieces(parallel, rows, rows_per_piece(n),
             [&](Index first, Index count) { finish_rows(y + first * n, count, n, n, bias, activation); });
}

}  // namespace lapis::cpu
