#include "lapis/ops/small_gemm.h"

#include <algorithm>

#include "lapis/ops/activation.h"
#include "lapis/ops/vector.h"

namespace lapis::cpu {

namespace {

using simd::kLanes;
using simd::Vector;

constexpr Index kMostRows = 4;

/// y += scalars[0] * rows[0] + ... + scalars[7] * rows[7]
void add_eight_rows(const Real* scalars, const Real* rows, Index stride, Index n, Real* y) {
  Index j = 0;
  for (; j + kLanes <= n; j += kLanes) {
    Vector sum = simd::load(y + j);
#pragma GCC unroll 8
    for (Index p = 0; p < 8; ++p) sum += scalars[p] * simd::load(rows + p * stride + j);
    simd::store(y + j, sum);
  }
  for (; j < n; ++j) {
    Real sum = y[j];
    for (Index p = 0; p < 8; ++p) sum += scalars[p] * rows[p * stride + j];
    y[j] = sum;
  }
}

/// Columns [first, first + count) of C: strips of 8 rows of B, each read once for all rows of A.
void multiply_strips(const Gemm& gemm, Index first, Index count) {
  const Index a_row = gemm.transpose_a ? 1 : gemm.lda;
  const Index a_step = gemm.transpose_a ? gemm.lda : 1;
  for (Index i = 0; i < gemm.m && !gemm.accumulate; ++i)
    simd::fill_zero(gemm.c + i * gemm.ldc + first, count);
  Index p = 0;
  for (; p + 8 <= gemm.k; p += 8) {
    for (Index i = 0; i < gemm.m; ++i) {
      Real scalars[8];
      for (Index q = 0; q < 8; ++q) scalars[q] = gemm.a[i * a_row + (p + q) * a_step];
      add_eight_rows(scalars, gemm.b + p * gemm.ldb + first, gemm.ldb, count, gemm.c + i * gemm.ldc + first);
    }
  }
  for (; p < gemm.k; ++p) {
    for (Index i = 0; i < gemm.m; ++i) {
      const Real scalar = gemm.a[i * a_row + p * a_step];
      Real* c = gemm.c + i * gemm.ldc + first;
      simd::map(c, gemm.b + p * gemm.ldb + first, c, count,
                [&](Vector sum, Vector b) { return sum + scalar * b; });
    }
  }
}

/// `kCount` dot products with the same vector.
template <int kCount>
void dot_products(const Real* a, const Real* b, Index stride, Index k, Real* results) {
  Vector sums[kCount] = {};
  Index p = 0;
  for (; p + kLanes <= k; p += kLanes) {
    const Vector x = simd::load(a + p);
    for (Index j = 0; j < kCount; ++j) sums[j] += x * simd::load(b + j * stride + p);
  }
  if (p < k) {
    const Vector x = simd::load_part(a + p, k - p);
    for (Index j = 0; j < kCount; ++j) sums[j] += x * simd::load_part(b + j * stride + p, k - p);
  }
  for (Index j = 0; j < kCount; ++j) results[j] = simd::sum(sums[j]);
}

/// Columns [first, first + count) of C where B is stored by columns: dot products.
void multiply_dots(const Gemm& gemm, Index first, Index count) {
  for (Index j = first; j < first + count; j += 4) {
    const Index columns = std::min(Index{4}, first + count - j);
    for (Index i = 0; i < gemm.m; ++i) {
      const Real* a = gemm.a + i * gemm.lda;
      const Real* b = gemm.b + j * gemm.ldb;
      Real results[4];
      if (columns == 4) {
        dot_products<4>(a, b, gemm.ldb, gemm.k, results);
      } else {
        for (Index q = 0; q < columns; ++q) dot_products<1>(a, b + q * gemm.ldb, 0, gemm.k, results + q);
      }
      Real* c = gemm.c + i * gemm.ldc + j;
      for (Index q = 0; q < columns; ++q) c[q] = gemm.accumulate ? c[q] + results[q] : results[q];
    }
  }
}

}  // namespace

bool small_gemm(Parallel& parallel, const Gemm& gemm) {
  if (gemm.m > kMostRows || (gemm.transpose_b && gemm.transpose_a)) return false;
  // A piece reads about 64 kB of B, and at least a few lines of each row.
  const Index per_piece = std::max(Index{128}, Index{1 << 14} / std::max(Index{1}, gemm.k) / 64 * 64);
  const Index pieces = (gemm.n + per_piece - 1) / per_piece;
  parallel.for_each(pieces, [&](Index piece) {
    const Index first = piece * per_piece;
    const Index count = std::min(per_piece, gemm.n - first);
    if (gemm.transpose_b) {
      multiply_dots(gemm, first, count);
    } else {
      multiply_strips(gemm, first, count);
    }
    finish_rows(gemm.c + first, gemm.m, count, gemm.ldc, gemm.bias == nullptr ? nullptr : gemm.bias + first,
                gemm.activation);
  });
  return true;
}

}  // namespace lapis::cpu
