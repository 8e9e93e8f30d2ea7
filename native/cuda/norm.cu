#include "cuda_backend.h"
#include "functions.h"
#include "launch.h"

namespace lapis::cuda {

namespace {

LAPIS_DEVICE inline Real inverse_rms(const Real* x, Real epsilon, Index n) {
  Real sum = 0;
  for (Index i = 0; i < n; ++i) sum += x[i] * x[i];
  return Real(1) / std::sqrt(sum / static_cast<Real>(n) + epsilon);
}

/// Mean and 1 / sqrt(variance + epsilon) of one row.
struct RowMoments {
  Real mean = 0, inverse = 0;
};

LAPIS_DEVICE inline RowMoments row_moments(const Real* x, Real epsilon, Index n) {
  const auto count = static_cast<Real>(n);
  Real sum = 0;
  for (Index i = 0; i < n; ++i) sum += x[i];
  const Real mean = sum / count;
  Real squares = 0;
  for (Index i = 0; i < n; ++i) squares += (x[i] - mean) * (x[i] - mean);
  return {mean, Real(1) / std::sqrt(squares / count + epsilon)};
}

}  // namespace

void CudaBackend::rms_norm(const Real* x, const Real* scale, Real epsilon, Real* y, Index rows, Index n) {
  for_each(*device_, rows, [=] LAPIS_KERNEL(Index row) {
    const Real r = inverse_rms(x + row * n, epsilon, n);
    for (Index i = 0; i < n; ++i) y[row * n + i] = x[row * n + i] * r * scale[i];
  });
}

void CudaBackend::rms_norm_backward(const Real* x, const Real* scale, Real epsilon, const Real* dy, Real* dx,
                                    Real* dscale, Index rows, Index n) {
  // First what reads dy: dx may take its place.
  sum_columns(
      *device_, rows, n,
      [=] LAPIS_KERNEL(Index row, Index column) {
        const Index at = row * n + column;
        return dy[at] * x[at] * inverse_rms(x + row * n, epsilon, n);
      },
      [=] LAPIS_KERNEL(Index column, double sum) { dscale[column] += static_cast<Real>(sum); });
  for_each(*device_, rows, [=] LAPIS_KERNEL(Index row) {
    const Real* const values = x + row * n;
    const Real* const from = dy + row * n;
    const Real r = inverse_rms(values, epsilon, n);
    Real sum = 0;
    for (Index i = 0; i < n; ++i) sum += from[i] * scale[i] * values[i];
    const Real pull = r * r * r * sum / static_cast<Real>(n);
    for (Index i = 0; i < n; ++i) dx[row * n + i] = r * from[i] * scale[i] - values[i] * pull;
  });
}

void CudaBackend::layer_norm(const Real* x, const Real* scale, const Real* offset, Real epsilon, Real* y,
                             Index rows, Index n) {
  for_each(*device_, rows, [=] LAPIS_KERNEL(Index row) {
    const RowMoments moments = row_moments(x + row * n, epsilon, n);
    for (Index i = 0; i < n; ++i) {
      const Real value = (x[row * n + i] - moments.mean) * moments.inverse;
      y[row * n + i] =
          value * (scale != nullptr ? scale[i] : Real(1)) + (offset != nullptr ? offset[i] : Real(0));
    }
  });
}

void CudaBackend::layer_norm_backward(const Real* x, const Real* scale, Real epsilon, const Real* dy,
                                      Real* dx, Real* dscale, Real* doffset, Index rows, Index n) {
  // First what reads dy: dx may take its place.
  if (dscale != nullptr) {
    sum_columns(
        *device_, rows, n,
        [=] LAPIS_KERNEL(Index row, Index column) {
          const RowMoments moments = row_moments(x + row * n, epsilon, n);
          return dy[row * n + column] * (x[row * n + column] - moments.mean) * moments.inverse;
        },
        [=] LAPIS_KERNEL(Index column, double sum) { dscale[column] += static_cast<Real>(sum); });
  }
  if (doffset != nullptr) sum_rows(dy, rows, n, doffset);
  if (dx == nullptr) return;
  for_each(*device_, rows, [=] LAPIS_KERNEL(Index row) {
    const Real* const values = x + row * n;
    const Real* const from = dy + row * n;
    const RowMoments moments = row_moments(values, epsilon, n);
    Real sum = 0;
    Real product = 0;
    for (Index i = 0; i < n; ++i) {
      const Real g = scale != nullptr ? from[i] * scale[i] : from[i];
      sum += g;
      product += g * (values[i] - moments.mean);
    }
    const Real shift = sum / static_cast<Real>(n);
    const Real pull = product * moments.inverse * moments.inverse / static_cast<Real>(n);
    for (Index i = 0; i < n; ++i) {
      const Real g = scale != nullptr ? from[i] * scale[i] : from[i];
      dx[row * n + i] = moments.inverse * (g - shift - (values[i] - moments.mean) * pull);
    }
  });
}

}  // namespace lapis::cuda
