#pragma once

#include <algorithm>

#include "lapis/ops/parallel.h"
#include "lapis/ops/vector.h"

/// Internal to ops: how loops over rows and values are cut into pieces, by their size only.
namespace lapis::cpu {

inline constexpr Index kPieceValues = 1 << 14;

/// function(first, count) for pieces of [0, count).
template <class Function>
void for_pieces(Parallel& parallel, Index count, Index piece, const Function& function) {
  parallel.for_each((count + piece - 1) / piece,
                    [&](Index i) { function(i * piece, std::min(piece, count - i * piece)); });
}

/// Rows of n values that make a piece.
inline Index rows_per_piece(Index n) {
  return std::max(Index{1}, kPieceValues / std::max(Index{1}, n));
}

/// sums[n] += the sum over rows, in an order that the sizes alone decide. add_row(row, first, count, partial)
/// adds columns [first, first + count) of one row to partial[count].
template <class AddRow>
void reduce_rows(Parallel& parallel, Index rows, Index n, Real* sums, const AddRow& add_row) {
  constexpr Index kChunks = 16;
  constexpr Index kColumns = 256;
  const Index chunk = std::max(Index{64}, (rows + kChunks - 1) / kChunks);
  for (Index first = 0; first < n; first += kColumns) {
    const Index columns = std::min(kColumns, n - first);
    alignas(64) Real partial[kChunks * kColumns];
    for_pieces(parallel, rows, chunk, [&](Index row, Index count) {
      Real* own = partial + row / chunk * kColumns;
      simd::fill_zero(own, columns);
      for (Index i = row; i < row + count; ++i) add_row(i, first, columns, own);
    });
    for (Index i = 0; i < (rows + chunk - 1) / chunk; ++i) {
      simd::map(sums + first, partial + i * kColumns, sums + first, columns,
                [](simd::Vector a, simd::Vector b) { return a + b; });
    }
  }
}

}  // namespace lapis::cpu
