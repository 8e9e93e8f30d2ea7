#include "cuda_backend.h"
#include "functions.h"
#include "sums.h"

namespace lapis::cuda {

namespace {

LAPIS_DEVICE inline bool counts(Mask mask, Index row) {
  return mask == nullptr || mask[row] != 0;
}

/// 1 / sqrt(variance + epsilon) of a column.
LAPIS_DEVICE inline Real inverse_of(const ColumnNorm& op, Index column) {
  return Real(1) / std::sqrt(op.variance[column] + op.epsilon);
}

/// *count = the rows that the mask counts; without a mask nothing is done.
void count_rows(Device& device, Mask mask, Index rows, double* count) {
  if (mask == nullptr) return;
  sum_all(
      device, rows,
      [=] LAPIS_KERNEL(Index row) {
        return Sums{counts(mask, row) ? 1.0 : 0.0, 0};
      },
      [=] LAPIS_KERNEL(const Sums& sums) { *count = sums.first; });
}

/// What count_rows counted, at least 1.
LAPIS_DEVICE inline double counted_rows(Mask mask, Index rows, const double* count) {
  const double counted = mask != nullptr ? *count : static_cast<double>(rows);
  return counted > 1 ? counted : 1;
}

/// Where count_rows' result stands: behind all that other sums use of the workspace.
double* row_count(const Device& device) {
  return device.workspace<double>() + Device::workspace_count<double>();
}

}  // namespace

void CudaBackend::column_moments(const Real* x, Mask mask, Index rows, Index n, Real* mean, Real* variance) {
  double* const count = row_count(*device_);
  count_rows(*device_, mask, rows, count);
  sum_columns(
      *device_, rows, n,
      [=] LAPIS_KERNEL(Index row, Index column) { return counts(mask, row) ? x[row * n + column] : Real(0); },
      [=] LAPIS_KERNEL(Index column, double sum) {
        mean[column] = static_cast<Real>(sum / counted_rows(mask, rows, count));
      });
  // About the mean: the difference of two large sums would lose most of its digits.
  sum_columns(
      *device_, rows, n,
      [=] LAPIS_KERNEL(Index row, Index column) {
        const Real distance = counts(mask, row) ? x[row * n + column] - mean[column] : Real(0);
        return distance * distance;
      },
      [=] LAPIS_KERNEL(Index column, double sum) {
        variance[column] = static_cast<Real>(sum / counted_rows(mask, rows, count));
      });
}

void CudaBackend::column_norm(const ColumnNorm& op, const Real* x, Real* y) {
  for_each(*device_, op.rows * op.n, [=] LAPIS_KERNEL(Index i) {
    const Index column = i % op.n;
    const Real inverse = inverse_of(op, column);
    const Real scaled = op.scale != nullptr ? inverse * op.scale[column] : inverse;
    y[i] = (x[i] - op.mean[column]) * scaled + (op.offset != nullptr ? op.offset[column] : Real(0));
  });
}

void CudaBackend::column_norm_backward(const ColumnNorm& op, const Real* x, Mask mask, bool own_moments,
                                       const Real* dy, Real* dx, Real* dscale, Real* doffset, Real* sums) {
  const Index n = op.n;
  const Index rows = op.rows;
  Real* const sum_of_dy = sums;
  Real* const products = sums + n;  // of dy * normalised x
  sum_columns<Sums>(
      *device_, op.rows, n,
      [=] LAPIS_KERNEL(Index row, Index column) {
        const Real gradient = dy[row * n + column];
        return Sums{static_cast<double>(gradient),
                    static_cast<double>(gradient * (x[row * n + column] - op.mean[column]))};
      },
      [=] LAPIS_KERNEL(Index column, const Sums& both) {
        const double spread = std::sqrt(static_cast<double>(op.variance[column] + op.epsilon));
        sum_of_dy[column] = static_cast<Real>(both.first);
        products[column] = static_cast<Real>(both.second / spread);
        if (doffset != nullptr) doffset[column] += sum_of_dy[column];
        if (dscale != nullptr) dscale[column] += products[column];
      });
  if (dx == nullptr) return;
  double* const count = row_count(*device_);
  count_rows(*device_, mask, rows, count);
  for_each(*device_, op.rows * n, [=] LAPIS_KERNEL(Index i) {
    const Index column = i % n;
    const Real share = Real(1) / static_cast<Real>(counted_rows(mask, rows, count));
    const Real inverse = inverse_of(op, column);
    Real gradient = dy[i];
    if (own_moments && counts(mask, i / n)) {
      gradient = gradient - sum_of_dy[column] * share -
                 (x[i] - op.mean[column]) * (products[column] * share * inverse);
    }
    dx[i] = gradient * (op.scale != nullptr ? inverse * op.scale[column] : inverse);
  });
}

}  // namespace lapis::cuda
