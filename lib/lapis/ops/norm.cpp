#include "lapis/ops/norm.h"

#include <cmath>

#include "lapis/ops/pieces.h"
#include "lapis/ops/vector.h"

namespace lapis::cpu {

namespace {

using simd::Vector;

Real inverse_rms(const Real* x, Real epsilon, Index n) {
  return Real(1) / std::sqrt(simd::dot(x, x, n) / static_cast<Real>(n) + epsilon);
}

/// With r = 1 / sqrt(mean(x^2) + epsilon) and g = dy * scale: dx = r g - x r^3 mean(g x).
void row_backward(const Real* x, const Real* scale, Real r, const Real* dy, Real* dx, Index n) {
  Vector sums = {};
  Index i = 0;
  for (; i + simd::kLanes <= n; i += simd::kLanes) {
    sums += simd::load(dy + i) * simd::load(scale + i) * simd::load(x + i);
  }
  if (i < n)
    sums +=
        simd::load_part(dy + i, n - i) * simd::load_part(scale + i, n - i) * simd::load_part(x + i, n - i);
  const Real pull = r * r * r * simd::sum(sums) / static_cast<Real>(n);
  for (i = 0; i < n; ++i) dx[i] = r * dy[i] * scale[i] - x[i] * pull;
}

/// Mean and 1 / sqrt(variance + epsilon) of one row.
struct RowMoments {
  Real mean;
  Real inverse;
};

RowMoments row_moments(const Real* x, Real epsilon, Index n) {
  const auto count = static_cast<Real>(n);
  Real sum = 0;
  for (Index i = 0; i < n; ++i) sum += x[i];
  const Real mean = sum / count;
  Real squares = 0;
  for (Index i = 0; i < n; ++i) squares += (x[i] - mean) * (x[i] - mean);
  return {mean, Real(1) / std::sqrt(squares / count + epsilon)};
}

/// With g = dy * scale and m = (x - mean) * inverse: dx = inverse (g - mean(g) - m mean(g m)).
void layer_norm_row_backward(const Real* x, const Real* scale, const RowMoments& moments, const Real* dy,
                             Real* dx, Index n) {
  Real sum = 0;
  Real product = 0;
  for (Index i = 0; i < n; ++i) {
    const Real g = scale != nullptr ? dy[i] * scale[i] : dy[i];
    sum += g;
    product += g * (x[i] - moments.mean);
  }
  const Real shift = sum / static_cast<Real>(n);
  const Real pull = product * moments.inverse * moments.inverse / static_cast<Real>(n);
  for (Index i = 0; i < n; ++i) {
    const Real g = scale != nullptr ? dy[i] * scale[i] : dy[i];
    dx[i] = moments.inverse * (g - shift - (x[i] - moments.mean) * pull);
  }
}

}  // namespace

void rms_norm(Parallel& parallel, const Real* x, const Real* scale, Real epsilon, Real* y, Index rows,
              Index n) {
  for_pieces(parallel, rows, rows_per_piece(n), [&](Index first, Index count) {
    for (Index i = first * n; i < (first + count) * n; i += n) {
      const Real r = inverse_rms(x + i, epsilon, n);
      simd::map(x + i, scale, y + i, n, [&](Vector value, Vector factor) { return value * r * factor; });
    }
  });
}

void rms_norm_backward(Parallel& parallel, const Real* x, const Real* scale, Real epsilon, const Real* dy,
                       Real* dx, Real* dscale, Index rows, Index n) {
  // First what reads dy: dx may take its place.
  reduce_rows(parallel, rows, n, dscale, [&](Index row, Index first, Index count, Real* partial) {
    const Real r = inverse_rms(x + row * n, epsilon, n);
    const Real* x_row = x + row * n + first;
    const Real* dy_row = dy + row * n + first;
    for (Index i = 0; i < count; ++i) partial[i] += dy_row[i] * x_row[i] * r;
  });
  for_pieces(parallel, rows, rows_per_piece(n), [&](Index first, Index count) {
    for (Index i = first * n; i < (first + count) * n; i += n) {
      row_backward(x + i, scale, inverse_rms(x + i, epsilon, n), dy + i, dx + i, n);
    }
  });
}

void layer_norm(Parallel& parallel, const Real* x, const Real* scale, const Real* offset, Real epsilon,
                Real* y, Index rows, Index n) {
  for_pieces(parallel, rows, rows_per_piece(n), [&](Index first, Index count) {
    for (Index at = first * n; at < (first + count) * n; at += n) {
      const RowMoments moments = row_moments(x + at, epsilon, n);
      for (Index i = 0; i < n; ++i) {
        const Real value = (x[at + i] - moments.mean) * moments.inverse;
        y[at + i] =
            value * (scale != nullptr ? scale[i] : Real(1)) + (offset != nullptr ? offset[i] : Real(0));
      }
    }
  });
}

void layer_norm_backward(Parallel& parallel, const Real* x, const Real* scale, Real epsilon, const Real* dy,
                         Real* dx, Real* dscale, Real* doffset, Index rows, Index n) {
  // First what reads dy: dx may take its place.
  if (dscale != nullptr) {
    reduce_rows(parallel, rows, n, dscale, [&](Index row, Index first, Index count, Real* partial) {
      const RowMoments moments = row_moments(x + row * n, epsilon, n);
      const Real* x_row = x + row * n + first;
      const Real* dy_row = dy + row * n + first;
      for (Index i = 0; i < count; ++i) partial[i] += dy_row[i] * (x_row[i] - moments.mean) * moments.inverse;
    });
  }
  if (doffset != nullptr) {
    reduce_rows(parallel, rows, n, doffset, [&](Index row, Index first, Index count, Real* partial) {
      const Real* dy_row = dy + row * n + first;
      for (Index i = 0; i < count; ++i) partial[i] += dy_row[i];
    });
  }
  if (dx == nullptr) return;
  for_pieces(parallel, rows, rows_per_piece(n), [&](Index first, Index count) {
    for (Index at = first * n; at < (first + count) * n; at += n)
      layer_norm_row_backward(x + at, scale, row_moments(x + at, epsilon, n), dy + at, dx + at, n);
  });
}

}  // namespace lapis::cpu
