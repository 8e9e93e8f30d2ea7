#pragma once

#include "lapis/ops/backend.h"
#include "lapis/ops/parallel.h"
#include "lapis/ops/vector.h"

/// Internal to ops: matrix products on the CPU, and the blocked core that convolution shares. Contracts:
/// backend.h.
namespace lapis::cpu {

void gemm(Parallel& parallel, const Gemm& gemm);
void sum_rows(Parallel& parallel, const Real* dy, Index rows, Index n, Real* bias_gradient);

/// A product whose operands are fetched block by block, so that neither needs to exist in memory: convolution
/// fetches patches of its image. Every element of C is summed in the same order whatever the number of
/// threads.
struct PackedGemm {
  Index m = 0, n = 0, k = 0;
  Index k_first = 0;  // A and B are fetched from here on, [k_first, k_first + k)

  /// Writes the block [first, first + count) x [k_first, k_first + k_count) of A (first: a row) or B (first:
  /// a column).
  using Pack = void (*)(const void* context, Index first, Index count, Index k_first, Index k_count,
                        Real* to);

  /// A, element (i, p) of the block, at to[i * kRowStride + p], or, with `a_by_column`, at to[p *
  /// kColumnStride + i]: whichever is contiguous in the source.
  Pack pack_a = nullptr;
  const void* a = nullptr;
  bool a_by_column = false;

  /// B, element (p, j) of the block, in panels of kPanel columns: to[(j / kPanel * k_count + p) * kPanel + j
  /// % kPanel], zeros up to the end of the last panel. `pack_panels` does it for matrices.
  Pack pack_b = nullptr;
  const void* b = nullptr;

  Real* c = nullptr;  // [m, n], rows `ldc` apart
  Index ldc = 0;
  bool accumulate = false;
  const Real* bias = nullptr;  // [n]
  Activation activation = Activation::linear;
};

/// Tile of C that the inner kernel keeps in registers, in rows and vectors: chosen so that the tile, a row of
/// B and one value of A fit the registers (32, 16 and 15 of them) and additions to different elements hide
/// their latency.
#if defined(__AVX512F__)
inline constexpr Index kTileRows = 8;
#elif defined(__AVX__)
inline constexpr Index kTileRows = 6;
#else
inline constexpr Index kTileRows = 4;
#endif
inline constexpr Index kPanel = 2 * simd::kLanes;

/// Blocks: together they fit a level 2 cache and the stack (about 200 kB).
inline constexpr Index kBlockBytes = 1024;
inline constexpr Index kBlockK = kBlockBytes / static_cast<Index>(sizeof(Real));
inline constexpr Index kBlockRows = 64 / kTileRows * kTileRows;
inline constexpr Index kBlockColumns = 128;
// Padded, so that neighbouring rows fall into different cache sets.
inline constexpr Index kRowStride = kBlockK + 16;
inline constexpr Index kColumnStride = kBlockRows + 8;

void packed_gemm(Parallel& parallel, const PackedGemm& product);

/// The same as one piece of a parallel loop.
void packed_gemm_piece(const PackedGemm& product);

/// Panels of B from a stored matrix: rows p of `count` columns, `stride` apart, or, with `transposed`,
/// `count` rows of `k_count` values. Row p goes to row `to_row` + p of panels that are `panel_rows` high.
void pack_panels(const Real* from, Index stride, bool transposed, Index count, Index k_count, Index to_row,
                 Index panel_rows, Real* to);

}  // namespace lapis::cpu
