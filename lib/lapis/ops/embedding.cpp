#include "lapis/ops/embedding.h"

#include "lapis/ops/pieces.h"
#include "lapis/ops/vector.h"

namespace lapis::cpu {

void embedding(Parallel& parallel, const Real* ids, const Real* table, Real* y, Index count, Index n) {
  for_pieces(parallel, count, rows_per_piece(n), [&](Index first, Index rows) {
    for (Index i = first; i < first + rows; ++i)
      simd::copy(table + static_cast<Index>(ids[i]) * n, y + i * n, n);
  });
}

void embedding_backward(Parallel& parallel, const Real* ids, const Real* dy, Real* dtable, Index count,
                        Index n) {
  // Pieces of columns: two rows may have the same id, two columns never meet.
  for_pieces(parallel, n, count * n < kPieceValues ? n : 32, [&](Index first, Index columns) {
    for (Index i = 0; i < count; ++i) {
      Real* row = dtable + static_cast<Index>(ids[i]) * n + first;
      simd::map(row, dy + i * n + first, row, columns,
                [](simd::Vector sum, simd::Vector d) { return sum + d; });
    }
  });
}

void mask_nonzero(const Real* ids, std::uint8_t* mask, Index count) {
  for (Index i = 0; i < count; ++i) mask[i] = ids[i] != 0 ? 1 : 0;
}

}  // namespace lapis::cpu
