#pragma once

#include "lapis/ops/vector.h"

/// Internal to ops: the innermost loops, which all matrix products share (gemm, convolution, recurrent
/// steps).
///
/// A product C = A B is made tile by tile. The tile's sums stay in registers while the kernel walks along k:
/// it loads a row of B's panel (a few vectors, side by side) and multiplies it by one value from each row of
/// A, read where it lies.
namespace lapis::cpu {

/// Rows of a tile that is one panel wide: chosen so that sums, a row of the panel and one value of A fit the
/// registers (32, 16 and 15 of them), and that additions to different sums hide their latency.
#if defined(__AVX512F__)
inline constexpr Index kTileRows = 12;
#elif defined(__AVX__)
inline constexpr Index kTileRows = 6;
#else
inline constexpr Index kTileRows = simd::kHasVectors ? 4 : 2;  // without vectors, what is small
#endif

/// Panels that meet a row which is alone: as many as leave registers for the rows of B (V8 loads them all
/// before it multiplies).
#if defined(__AVX__)
inline constexpr int kAlonePanels = 4;
#else
inline constexpr int kAlonePanels = 3;
#endif

/// Columns of a panel: B [k, n] is stored as panels [n / kPanel, k, kPanel], see panels.h.
inline constexpr Index kPanel = 2 * simd::kLanes;

/// The values of A that make up one row of the product: `rows` x `columns` runs of `length` neighbouring
/// values. A matrix has one run to a row; a patch of an image has one for each row of the convolution's
/// kernel.
struct Runs {
  Index rows = 1, columns = 1;
  Index length = 0;
  Index row_step = 0, column_step = 0;  // from one run to the next

  Index k() const { return rows * columns * length; }
};

/// sums[i][2 * q + v] = sum over p of a[i][p] * vector v of row p of panel q. `panel_step`: from one panel to
/// the next.
template <int kRows, int kPanels>
[[gnu::always_inline]] inline void multiply_tile(const Real* const* a, const Runs& runs, const Real* panels,
                                                 Index panel_step, simd::Vector (&sums)[kRows][2 * kPanels]) {
  constexpr int kVectors = 2 * kPanels;
#pragma GCC unroll 16
  for (int i = 0; i < kRows; ++i) {
#pragma GCC unroll 16
    for (int v = 0; v < kVectors; ++v) sums[i][v] = simd::Vector{};
  }
  for (Index row = 0; row < runs.rows; ++row) {
    for (Index column = 0; column < runs.columns; ++column) {
      const Index first = row * runs.row_step + column * runs.column_step;
      const Real* values[kRows];
#pragma GCC unroll 16
      for (int i = 0; i < kRows; ++i) values[i] = a[i] + first;
        // No unrolling over k: V8 loads everything of a loop's body first and would run out of registers.
#pragma GCC unroll 1
      for (Index p = 0; p < runs.length; ++p) {
        simd::Vector b[kVectors];
#pragma GCC unroll 16
        for (int v = 0; v < kVectors; ++v) {
          b[v] = simd::load(panels + v / 2 * panel_step + v % 2 * simd::kLanes);
          simd::hold(b[v]);
        }
#pragma GCC unroll 16
        for (int i = 0; i < kRows; ++i) {
          const Real value = *values[i]++;
#pragma GCC unroll 16
          for (int v = 0; v < kVectors; ++v) sums[i][v] += value * b[v];
        }
        panels += kPanel;
      }
    }
  }
}

}  // namespace lapis::cpu
