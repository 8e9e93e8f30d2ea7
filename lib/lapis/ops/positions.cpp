#include "lapis/ops/positions.h"

namespace lapis::cpu {

using simd::kLanes;
using simd::Vector;

void multiply_positions(const Positions& positions, const Real* a, const Real* b, Index first, Index last,
                        Index columns, bool accumulate, Real* c, Index ldc) {
  Vector sums[kTileRows][2];
#pragma GCC unroll 16
  for (int i = 0; i < kTileRows; ++i) sums[i][0] = sums[i][1] = Vector{};
  for (Index row = 0; row < positions.rows; ++row) {
    const Real* at = a + row * positions.row_step;
#pragma GCC unroll 1
    for (Index column = 0; column < positions.columns; ++column) {
      Vector b0 = simd::load(b);
      Vector b1 = simd::load(b + kLanes);
      simd::hold(b0);
      simd::hold(b1);
#pragma GCC unroll 16
      for (int i = 0; i < kTileRows; ++i) {
        const Real value = at[i];
        sums[i][0] += value * b0;
        sums[i][1] += value * b1;
      }
      at += positions.column_step;
      b += positions.b_step;
    }
  }
  alignas(64) Real tile[kTileRows * kPanel];
#pragma GCC unroll 16
  for (int i = 0; i < kTileRows; ++i) {
    simd::store(tile + i * kPanel, sums[i][0]);
    simd::store(tile + i * kPanel + kLanes, sums[i][1]);
  }
  for (Index i = first; i < last; ++i) {
    Real* const to = c + i * ldc;
    if (accumulate)
      simd::map(to, tile + i * kPanel, to, columns, [](Vector sum, Vector own) { return sum + own; });
    else
      simd::copy(tile + i * kPanel, to, columns);
  }
}

}  // namespace lapis::cpu
