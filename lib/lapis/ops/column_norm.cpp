#include "lapis/ops/column_norm.h"

#include <algorithm>
#include <cmath>

#include "lapis/ops/pieces.h"
#include "lapis/ops/vector.h"

namespace lapis::cpu {

namespace {

using simd::kLanes;
using simd::load_some;
using simd::store_some;
using simd::Vector;

/// finish(column, sum) with the sum over all rows of what add_row(row, first, count, run) adds to columns
/// [first, first + count) of run. Short runs in Real, their sums in double: batches have many rows. The order
/// follows from the sizes alone.
template <class AddRow, class Finish>
void sum_columns(Parallel& parallel, Index rows, Index n, const AddRow& add_row, const Finish& finish) {
  constexpr Index kChunks = 16;
  constexpr Index kColumns = 128;
  constexpr Index kRun = 32;
  const Index chunk = std::max(kRun, (rows + kChunks - 1) / kChunks);
  for (Index first = 0; first < n; first += kColumns) {
    const Index columns = std::min(kColumns, n - first);
    double partial[kChunks * kColumns];
    for_pieces(parallel, rows, chunk, [&](Index row, Index count) {
      double* const own = partial + row / chunk * kColumns;
      std::fill_n(own, columns, 0.0);
      for (Index start = row; start < row + count; start += kRun) {
        alignas(64) Real run[kColumns];
        simd::fill_zero(run, columns);
        for (Index i = start; i < std::min(start + kRun, row + count); ++i) add_row(i, first, columns, run);
        for (Index j = 0; j < columns; ++j) own[j] += static_cast<double>(run[j]);
      }
    });
    for (Index j = 0; j < columns; ++j) {
      double sum = 0;
      for (Index i = 0; i < (rows + chunk - 1) / chunk; ++i) sum += partial[i * kColumns + j];
      finish(first + j, sum);
    }
  }
}

Index counted_rows(Mask mask, Index rows) {
  return mask == nullptr ? rows : rows - static_cast<Index>(std::count(mask, mask + rows, std::uint8_t{0}));
}

/// What one vector of columns needs: 1 / sqrt(variance + epsilon), and that times scale.
struct Factors {
  Vector mean;
  Vector inverse;
  Vector scaled;
};

Factors factors_of(const ColumnNorm& op, Index column, Index count) {
  const Vector variance = load_some(op.variance + column, count) + op.epsilon;
  const Vector inverse = simd::each_lane(variance, [](Real v) { return Real(1) / std::sqrt(v); });
  return {load_some(op.mean + column, count), inverse,
          op.scale != nullptr ? inverse * load_some(op.scale + column, count) : inverse};
}

/// function(column, width) for every vector of columns, inside pieces of rows: loop(first, rows, column,
/// width).
template <class Loop>
void for_columns(Parallel& parallel, const ColumnNorm& op, const Loop& loop) {
  for_pieces(parallel, op.rows, rows_per_piece(op.n), [&](Index first, Index rows) {
    for (Index column = 0; column < op.n; column += kLanes)
      loop(first, rows, column, std::min(kLanes, op.n - column));
  });
}

}  // namespace

void column_moments(Parallel& parallel, const Real* x, Mask mask, Index rows, Index n, Real* mean,
                    Real* variance) {
  const auto count = static_cast<double>(std::max(Index{1}, counted_rows(mask, rows)));
  sum_columns(
      parallel, rows, n,
      [&](Index row, Index first, Index columns, Real* run) {
        if (mask != nullptr && mask[row] == 0) return;
        simd::map(x + row * n + first, run, run, columns, [](Vector v, Vector sum) { return sum + v; });
      },
      [&](Index column, double sum) { mean[column] = static_cast<Real>(sum / count); });
  // About the mean: the difference of two large sums would lose most of its digits.
  sum_columns(
      parallel, rows, n,
      [&](Index row, Index first, Index columns, Real* run) {
        if (mask != nullptr && mask[row] == 0) return;
        const Real* const values = x + row * n + first;
        for (Index i = 0; i < columns; ++i) {
          const Real distance = values[i] - mean[first + i];
          run[i] += distance * distance;
        }
      },
      [&](Index column, double sum) { variance[column] = static_cast<Real>(sum / count); });
}

void column_norm(Parallel& parallel, const ColumnNorm& op, const Real* x, Real* y) {
  for_columns(parallel, op, [&](Index first, Index rows, Index column, Index width) {
    const Factors factors = factors_of(op, column, width);
    const Vector offset = op.offset != nullptr ? load_some(op.offset + column, width) : Vector{};
    for (Index at = first * op.n + column; at < (first + rows) * op.n; at += op.n)
      store_some(y + at, (load_some(x + at, width) - factors.mean) * factors.scaled + offset, width);
  });
}

void column_norm_backward(Parallel& parallel, const ColumnNorm& op, const Real* x, Mask mask,
                          bool own_moments, const Real* dy, Real* dx, Real* dscale, Real* doffset,
                          Real* sums) {
  const Index n = op.n;
  Real* const sum = sums;           // of dy
  Real* const products = sums + n;  // of dy * normalised x
  sum_columns(
      parallel, op.rows, n,
      [&](Index row, Index first, Index columns, Real* run) {
        simd::map(dy + row * n + first, run, run, columns, [](Vector v, Vector total) { return total + v; });
      },
      [&](Index column, double total) { sum[column] = static_cast<Real>(total); });
  sum_columns(
      parallel, op.rows, n,
      [&](Index row, Index first, Index columns, Real* run) {
        const Index at = row * n + first;
        for (Index i = 0; i < columns; ++i) run[i] += dy[at + i] * (x[at + i] - op.mean[first + i]);
      },
      [&](Index column, double total) {
        const double spread = std::sqrt(static_cast<double>(op.variance[column] + op.epsilon));
        products[column] = static_cast<Real>(total / spread);
      });
  if (dscale != nullptr)
    for (Index i = 0; i < n; ++i) dscale[i] += products[i];
  if (doffset != nullptr)
    for (Index i = 0; i < n; ++i) doffset[i] += sum[i];
  if (dx == nullptr) return;

  const Real share = Real(1) / static_cast<Real>(std::max(Index{1}, counted_rows(mask, op.rows)));
  for_columns(parallel, op, [&](Index first, Index rows, Index column, Index width) {
    const Factors factors = factors_of(op, column, width);
    const Vector shift = load_some(sum + column, width) * share;
    const Vector pull = load_some(products + column, width) * share * factors.inverse;
    for (Index row = first; row < first + rows; ++row) {
      const Index at = row * n + column;
      Vector gradient = load_some(dy + at, width);
      if (own_moments && (mask == nullptr || mask[row] != 0))
        gradient = gradient - shift - (load_some(x + at, width) - factors.mean) * pull;
      store_some(dx + at, gradient * factors.scaled, width);
    }
  });
}

}  // namespace lapis::cpu
