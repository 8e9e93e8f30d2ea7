#include "lapis/ops/gemm.h"

#include <algorithm>

#include "lapis/ops/activation.h"
#include "lapis/ops/pieces.h"
#include "lapis/ops/small_gemm.h"

namespace lapis::cpu {

namespace {

using simd::kLanes;
using simd::Vector;

constexpr Index round_up(Index value, Index unit) {
  return (value + unit - 1) / unit * unit;
}

/// tile[kTileRows, kPanel] = A B over k. A's element (i, p) is at a[i * kRowStep + p * kStep]: constants, so
/// that every address is one register and an offset. V8 wants no unrolling over k: it would spill registers.
template <Index kRowStep, Index kStep>
void multiply_tile(Index k, const Real* a, const Real* b, Real* tile) {
  Vector sums[kTileRows][2] = {};
#pragma GCC unroll 1
  for (Index p = 0; p < k; ++p) {
    const Vector b0 = simd::load(b);
    const Vector b1 = simd::load(b + kLanes);
#pragma GCC unroll 16
    for (Index i = 0; i < kTileRows; ++i) {
      sums[i][0] += a[i * kRowStep] * b0;
      sums[i][1] += a[i * kRowStep] * b1;
    }
    a += kStep;
    b += kPanel;
  }
#pragma GCC unroll 16
  for (Index i = 0; i < kTileRows; ++i) {
    simd::store(tile + i * kPanel, sums[i][0]);
    simd::store(tile + i * kPanel + kLanes, sums[i][1]);
  }
}

void write_tile(const Real* tile, Index rows, Index columns, bool accumulate, Real* c, Index ldc) {
  for (Index i = 0; i < rows; ++i, tile += kPanel, c += ldc) {
    if (columns == kPanel) {
      Vector first = simd::load(tile);
      Vector second = simd::load(tile + kLanes);
      if (accumulate) {
        first += simd::load(c);
        second += simd::load(c + kLanes);
      }
      simd::store(c, first);
      simd::store(c + kLanes, second);
    } else {
      for (Index j = 0; j < columns; ++j) c[j] = accumulate ? c[j] + tile[j] : tile[j];
    }
  }
}

/// The block of C at `c` from packed blocks of A and B.
void multiply_block(const PackedGemm& product, const Real* a, const Real* b, Index rows, Index columns,
                    Index k, bool accumulate, Real* c) {
  alignas(64) Real tile[kTileRows * kPanel];
  for (Index j = 0; j < columns; j += kPanel) {
    const Real* panel = b + j * k;
    for (Index i = 0; i < rows; i += kTileRows) {
      if (product.a_by_column) {
        multiply_tile<1, kColumnStride>(k, a + i, panel, tile);
      } else {
        multiply_tile<kRowStride, 1>(k, a + i * kRowStride, panel, tile);
      }
      write_tile(tile, std::min(kTileRows, rows - i), std::min(kPanel, columns - j), accumulate,
                 c + i * product.ldc + j, product.ldc);
    }
  }
}

/// A block is rounded up to whole tiles: the kernel multiplies those rows too, so they must hold numbers. To
/// be called before packing, which overwrites what it has.
void zero_last_tile(bool by_column, Index rows, Index k, Real* a) {
  const Index last = rows / kTileRows * kTileRows;
  if (last == rows) return;
  if (by_column) {
    for (Index p = 0; p < k; ++p) {
      for (Index i = 0; i < kTileRows; i += kLanes) simd::store(a + p * kColumnStride + last + i, Vector{});
    }
  } else {
    for (Index i = rows; i < last + kTileRows; ++i) simd::fill_zero(a + i * kRowStride, k);
  }
}

/// Rows [row, row + rows) and columns [column, column + columns) of C, columns <= kBlockColumns.
void multiply_piece(const PackedGemm& product, Index row, Index rows, Index column, Index columns) {
  constexpr Index kBlockA = std::max(kBlockRows * kRowStride, kBlockK * kColumnStride + kLanes);
  alignas(64) Real a[kBlockA];
  alignas(64) Real b[kBlockColumns * kBlockK];
  // Blocks of k of equal size: a short last one would cost as much in overhead as a long one.
  const Index blocks = std::max(Index{1}, (product.k + kBlockK - 1) / kBlockK);
  const Index k_block = (product.k + blocks - 1) / blocks;
  for (Index block = 0; block < blocks; ++block) {
    const Index k_first = std::min(block * k_block, product.k);
    const Index k_count = std::min(k_block, product.k - k_first);
    product.pack_b(product.b, column, columns, product.k_first + k_first, k_count, b);
    for (Index i = row; i < row + rows; i += kBlockRows) {
      const Index block_rows = std::min(kBlockRows, row + rows - i);
      zero_last_tile(product.a_by_column, block_rows, k_count, a);
      product.pack_a(product.a, i, block_rows, product.k_first + k_first, k_count, a);
      Real* c = product.c + i * product.ldc + column;
      multiply_block(product, a, b, block_rows, columns, k_count, product.accumulate || block > 0, c);
      if (block == blocks - 1) {
        finish_rows(c, block_rows, columns, product.ldc,
                    product.bias == nullptr ? nullptr : product.bias + column, product.activation);
      }
    }
  }
}

/// How C is cut into pieces: as large as caches like, but enough of them for several threads where the work
/// is worth it. Depends on the shape only.
struct Cut {
  Index rows = 8 * kBlockRows;
  Index columns = kBlockColumns;
};

Cut choose_cut(Index m, Index n, Index k) {
  constexpr double kWorthAPiece = 1 << 19;  // multiplications: about 10 microseconds
  constexpr double kEnoughPieces = 8;
  constexpr double kFewPieces = 4;
  const double wanted = std::min(
      static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k) / kWorthAPiece, kEnoughPieces);
  const auto pieces = [&](const Cut& cut) {
    return static_cast<double>(((m + cut.rows - 1) / cut.rows) * ((n + cut.columns - 1) / cut.columns));
  };
  Cut cut;
  while (pieces(cut) < wanted && cut.rows > kBlockRows) cut.rows /= 2;
  while (pieces(cut) < wanted && cut.columns > 2 * kPanel) cut.columns /= 2;
  // B is packed anew for each piece: few rows make that dear.
  while (pieces(cut) < std::min(wanted, kFewPieces) && cut.rows > 2 * kTileRows)
    cut.rows = round_up(cut.rows / 2, kTileRows);
  return cut;
}

void pack_rows(const void* context, Index first, Index count, Index k_first, Index k_count, Real* to) {
  const auto& gemm = *static_cast<const Gemm*>(context);
  for (Index i = 0; i < count; ++i) {
    simd::copy(gemm.a + (first + i) * gemm.lda + k_first, to + i * kRowStride, k_count);
  }
}

void pack_columns(const void* context, Index first, Index count, Index k_first, Index k_count, Real* to) {
  const auto& gemm = *static_cast<const Gemm*>(context);
  for (Index p = 0; p < k_count; ++p) {
    simd::copy(gemm.a + (k_first + p) * gemm.lda + first, to + p * kColumnStride, count);
  }
}

void pack_matrix(const void* context, Index first, Index count, Index k_first, Index k_count, Real* to) {
  const auto& gemm = *static_cast<const Gemm*>(context);
  const Real* from =
      gemm.transpose_b ? gemm.b + first * gemm.ldb + k_first : gemm.b + k_first * gemm.ldb + first;
  pack_panels(from, gemm.ldb, gemm.transpose_b, count, k_count, 0, k_count, to);
}

/// to[p * kPanel + j] = from[j * stride + p], 4 x 4 at a time in registers.
void transpose_panel(const Real* from, Index stride, Index columns, Index k, Real* to) {
  constexpr int kFour = 4 * sizeof(Real);
  using Four = Real __attribute__((vector_size(kFour)));
  typedef Real UnalignedFour __attribute__((vector_size(kFour), aligned(sizeof(Real)), may_alias));
  Index j = 0;
  for (; j + 4 <= columns; j += 4) {
    const Real* row = from + j * stride;
    Index p = 0;
    for (; p + 4 <= k; p += 4) {
      Four r[4];
      for (int i = 0; i < 4; ++i) r[i] = *reinterpret_cast<const UnalignedFour*>(row + i * stride + p);
      const Four low01 = __builtin_shufflevector(r[0], r[1], 0, 4, 1, 5);
      const Four low23 = __builtin_shufflevector(r[2], r[3], 0, 4, 1, 5);
      const Four high01 = __builtin_shufflevector(r[0], r[1], 2, 6, 3, 7);
      const Four high23 = __builtin_shufflevector(r[2], r[3], 2, 6, 3, 7);
      const Four column[4] = {__builtin_shufflevector(low01, low23, 0, 1, 4, 5),
                              __builtin_shufflevector(low01, low23, 2, 3, 6, 7),
                              __builtin_shufflevector(high01, high23, 0, 1, 4, 5),
                              __builtin_shufflevector(high01, high23, 2, 3, 6, 7)};
      for (int i = 0; i < 4; ++i) *reinterpret_cast<UnalignedFour*>(to + (p + i) * kPanel + j) = column[i];
    }
    for (; p < k; ++p) {
      for (Index i = 0; i < 4; ++i) to[p * kPanel + j + i] = row[i * stride + p];
    }
  }
  for (; j < columns; ++j) {
    for (Index p = 0; p < k; ++p) to[p * kPanel + j] = from[j * stride + p];
  }
}

}  // namespace

void pack_panels(const Real* from, Index stride, bool transposed, Index count, Index k_count, Index to_row,
                 Index panel_rows, Real* to) {
  for (Index j = 0; j < count; j += kPanel) {
    const Index columns = std::min(kPanel, count - j);
    Real* panel = to + (j / kPanel * panel_rows + to_row) * kPanel;
    if (transposed) {
      transpose_panel(from + j * stride, stride, columns, k_count, panel);
    } else if (columns == kPanel) {
      for (Index p = 0; p < k_count; ++p) {
        simd::store(panel + p * kPanel, simd::load(from + p * stride + j));
        simd::store(panel + p * kPanel + kLanes, simd::load(from + p * stride + j + kLanes));
      }
    } else {
      for (Index p = 0; p < k_count; ++p) simd::copy(from + p * stride + j, panel + p * kPanel, columns);
    }
    if (columns < kPanel) {
      for (Index p = 0; p < k_count; ++p) simd::fill_zero(panel + p * kPanel + columns, kPanel - columns);
    }
  }
}

namespace {

void multiply_cut(const PackedGemm& product, const Cut& cut, Index piece) {
  const Index across = (product.n + cut.columns - 1) / cut.columns;
  const Index row = piece / across * cut.rows;
  const Index column = piece % across * cut.columns;
  multiply_piece(product, row, std::min(cut.rows, product.m - row), column,
                 std::min(cut.columns, product.n - column));
}

Index pieces_of(const PackedGemm& product, const Cut& cut) {
  return ((product.m + cut.rows - 1) / cut.rows) * ((product.n + cut.columns - 1) / cut.columns);
}

}  // namespace

void packed_gemm(Parallel& parallel, const PackedGemm& product) {
  const Cut cut = choose_cut(product.m, product.n, product.k);
  parallel.for_each(pieces_of(product, cut), [&](Index piece) { multiply_cut(product, cut, piece); });
}

void packed_gemm_piece(const PackedGemm& product) {
  const Cut cut;
  for (Index piece = 0; piece < pieces_of(product, cut); ++piece) multiply_cut(product, cut, piece);
}

void gemm(Parallel& parallel, const Gemm& gemm) {
  if (gemm.m <= 0 || gemm.n <= 0) return;
  if (small_gemm(parallel, gemm)) return;
  PackedGemm product;
  product.m = gemm.m;
  product.n = gemm.n;
  product.k = gemm.k;
  product.pack_a = gemm.transpose_a ? pack_columns : pack_rows;
  product.a = &gemm;
  product.a_by_column = gemm.transpose_a;
  product.pack_b = pack_matrix;
  product.b = &gemm;
  product.c = gemm.c;
  product.ldc = gemm.ldc;
  product.accumulate = gemm.accumulate;
  product.bias = gemm.bias;
  product.activation = gemm.activation;
  packed_gemm(parallel, product);
}

void sum_rows(Parallel& parallel, const Real* dy, Index rows, Index n, Real* bias_gradient) {
  reduce_rows(parallel, rows, n, bias_gradient, [&](Index row, Index first, Index count, Real* partial) {
    simd::map(partial, dy + row * n + first, partial, count, [](Vector a, Vector b) { return a + b; });
  });
}

}  // namespace lapis::cpu
