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

}  // namespace lapis::cpu
