#include "lapis/ops/gemm.h"

#include <algorithm>

#include "lapis/ops/activation.h"
#include "lapis/ops/panels.h"
#include "lapis/ops/pieces.h"
#include "lapis/ops/positions.h"
#include "lapis/ops/product.h"
#include "lapis/ops/small_gemm.h"

namespace lapis::cpu {

namespace {

// Blocks of the operands that fit the caches next to the core, and together the stack (about 200 kB).
constexpr Index kBlockK = 1024 / static_cast<Index>(sizeof(Real));
constexpr Index kBlockColumns = 128;
constexpr Index kColumnRows = 60;  // of A stored by columns, in whole tiles
constexpr Index kColumnStride = kColumnRows + 12;
static_assert(kColumnRows % kTileRows == 0);

/// A part of C that one thread makes.
struct Piece {
  Index row = 0, rows = 0;
  Index column = 0, columns = 0;
};

/// Rows [row, row + product.rows) of the piece times a block of B from k_first on, for A stored by columns.
void multiply_stored_columns(const Gemm& gemm, const RowProduct& product, Index row, Index column,
                             Index k_first) {
  // A copy: rows that lie a power of two apart would fall into the same sets of the cache.
  alignas(64) Real block[kBlockK * kColumnStride];
  const Index k = product.runs.length;
  const Real* const a = gemm.a + k_first * gemm.lda + row;
  for (Index p = 0; p < k; ++p) simd::copy(a + p * gemm.lda, block + p * kColumnStride, product.rows);

  const Positions positions = {.columns = k, .column_step = kColumnStride, .b_step = kPanel};
  Real* const c = gemm.c + row * gemm.ldc + column;
  for (Index first = 0; first < product.n; first += kPanel) {
    for (Index i = 0; i < product.rows; i += kTileRows) {
      multiply_positions(positions, block + i, product.panels + first / kPanel * product.panel_step, 0,
                         std::min(kTileRows, product.rows - i), std::min(kPanel, product.n - first),
                         product.accumulate, c + i * gemm.ldc + first, gemm.ldc);
    }
  }
  finish_rows(c, product.rows, product.n, gemm.ldc, product.bias, product.activation);
}

/// The same for A stored by rows.
void multiply_stored_rows(const Gemm& gemm, const RowProduct& block, Index row, Index column, Index k_first) {
  RowProduct product = block;
  RowAddresses addresses;
  for (Index i = 0; i < product.rows; ++i) {
    addresses.a[i] = gemm.a + (row + i) * gemm.lda + k_first;
    addresses.c[i] = gemm.c + (row + i) * gemm.ldc + column;
  }
  product.a = addresses.a;
  product.c = addresses.c;
  multiply_rows(product);
}

void multiply_piece(const Gemm& gemm, const Piece& piece) {
  alignas(64) Real packed[kBlockColumns * kBlockK];
  const bool prepared = gemm.prepared_b != nullptr;
  // Blocks of k of equal size: a short last one would cost as much in overhead as a long one. Few rows use
  // each weight once, and fill no cache.
  const bool few_rows = prepared && piece.rows <= kTileRows && !gemm.transpose_a;
  const Index blocks = few_rows ? 1 : std::max(Index{1}, (gemm.k + kBlockK - 1) / kBlockK);
  const Index k_block = (gemm.k + blocks - 1) / blocks;
  const Index most_rows = gemm.transpose_a ? kColumnRows : kMostRows;

  RowProduct product;
  product.n = piece.columns;
  for (Index block = 0; block < blocks; ++block) {
    const Index k_first = std::min(block * k_block, gemm.k);
    product.runs.length = std::min(k_block, gemm.k - k_first);
    if (prepared) {
      product.panels = gemm.prepared_b + piece.column * gemm.k + k_first * kPanel;
      product.panel_step = gemm.k * kPanel;
    } else {
      pack_panels(Stored{gemm.b, gemm.ldb, gemm.transpose_b}.from(k_first, piece.column), product.runs.length,
                  piece.columns, packed);
      product.panels = packed;
      product.panel_step = product.runs.length * kPanel;
    }
    product.accumulate = gemm.accumulate || block > 0;
    if (block == blocks - 1) {
      product.bias = gemm.bias == nullptr ? nullptr : gemm.bias + piece.column;
      product.activation = gemm.activation;
    }
    for (Index row = 0; row < piece.rows; row += most_rows) {
      product.rows = std::min(most_rows, piece.rows - row);
      const auto multiply = gemm.transpose_a ? multiply_stored_columns : multiply_stored_rows;
      multiply(gemm, product, piece.row + row, piece.column, k_first);
    }
  }
}

/// How C is cut into pieces: as large as caches like, but enough of them for several threads where the work
/// is worth it. Depends on the shape only.
struct Cut {
  Index rows = 512;
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
  // A row alone is multiplied by four panels at once.
  const Index narrowest = std::min(kBlockColumns, (m == 1 ? 4 : 1) * kPanel);
  Cut cut;
  while (pieces(cut) < wanted && cut.rows > 64) cut.rows /= 2;
  while (pieces(cut) < wanted && cut.columns > narrowest) cut.columns /= 2;
  // Weights are packed anew for each piece: few rows make that dear.
  while (pieces(cut) < std::min(wanted, kFewPieces) && cut.rows > 2 * kTileRows)
    cut.rows = round_up(cut.rows / 2, kTileRows);
  return cut;
}

}  // namespace

void gemm(Parallel& parallel, const Gemm& gemm) {
  if (gemm.m <= 0 || gemm.n <= 0) return;
  if (gemm.prepared_b == nullptr && small_gemm(parallel, gemm)) return;
  const Cut cut = choose_cut(gemm.m, gemm.n, gemm.k);
  const Index down = (gemm.m + cut.rows - 1) / cut.rows;
  const Index across = (gemm.n + cut.columns - 1) / cut.columns;
  parallel.for_each(down * across, [&](Index number) {
    const Index row = number / across * cut.rows;
    const Index column = number % across * cut.columns;
    multiply_piece(gemm,
                   {row, std::min(cut.rows, gemm.m - row), column, std::min(cut.columns, gemm.n - column)});
  });
}

void sum_rows(Parallel& parallel, const Real* dy, Index rows, Index n, Real* bias_gradient) {
  reduce_rows(parallel, rows, n, bias_gradient, [&](Index row, Index first, Index count, Real* partial) {
    simd::map(partial, dy + row * n + first, partial, count,
              [](simd::Vector a, simd::Vector b) { return a + b; });
  });
}

}  // namespace lapis::cpu
