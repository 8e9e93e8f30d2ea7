#include "lapis/ops/merge.h"

#include "lapis/ops/pieces.h"
#include "lapis/ops/vector.h"

namespace lapis::cpu {

namespace {

using Merge = Backend::Merge;
using simd::Vector;

}  // namespace

void merge(Parallel& parallel, Merge mode, const Real* a, const Real* b, Real* y, Index rows, Index n) {
  for_pieces(parallel, rows, rows_per_piece(n), [&](Index first, Index count) {
    const Index begin = first * n;
    const Index size = count * n;
    switch (mode) {
      case Merge::concat:
        for (Index row = first; row < first + count; ++row) {
          simd::copy(a + row * n, y + 2 * row * n, n);
          simd::copy(b + row * n, y + (2 * row + 1) * n, n);
        }
        break;
      case Merge::sum:
        simd::map(a + begin, b + begin, y + begin, size, [](Vector p, Vector q) { return p + q; });
        break;
      case Merge::ave:
        simd::map(a + begin, b + begin, y + begin, size,
                  [](Vector p, Vector q) { return (p + q) * Real(0.5); });
        break;
      case Merge::mul:
        simd::map(a + begin, b + begin, y + begin, size, [](Vector p, Vector q) { return p * q; });
        break;
    }
  });
}

void merge_backward(Parallel& parallel, Merge mode, const Real* a, const Real* b, const Real* dy, Real* da,
                    Real* db, Index rows, Index n) {
  for_pieces(parallel, rows, rows_per_piece(n), [&](Index first, Index count) {
    const Index begin = first * n;
    const Index size = count * n;
    switch (mode) {
      case Merge::concat:
        for (Index row = first; row < first + count; ++row) {
          simd::copy(dy + 2 * row * n, da + row * n, n);
          simd::copy(dy + (2 * row + 1) * n, db + row * n, n);
        }
        break;
      case Merge::sum:
        simd::copy(dy + begin, da + begin, size);
        simd::copy(dy + begin, db + begin, size);
        break;
      case Merge::ave:
        simd::map(dy + begin, da + begin, size, [](Vector d) { return d * Real(0.5); });
        simd::map(dy + begin, db + begin, size, [](Vector d) { return d * Real(0.5); });
        break;
      case Merge::mul:
        simd::map(dy + begin, b + begin, da + begin, size, [](Vector d, Vector q) { return d * q; });
        simd::map(dy + begin, a + begin, db + begin, size, [](Vector d, Vector p) { return d * p; });
        break;
    }
  });
}

void reverse_time(Parallel& parallel, const Real* x, Real* y, Index batch, Index time, Index n) {
  for_pieces(parallel, batch * time, rows_per_piece(n), [&](Index first, Index count) {
    for (Index row = first; row < first + count; ++row) {
      const Index sample = row / time;
      simd::copy(x + (sample * time + time - 1 - row % time) * n, y + row * n, n);
    }
  });
}

void add(Parallel& parallel, const Real* x, Real* y, Index count) {
  for_pieces(parallel, count, kPieceValues, [&](Index first, Index size) {
    simd::map(x + first, y + first, y + first, size, [](Vector p, Vector q) { return p + q; });
  });
}

void add_scaled(Parallel& parallel, Real factor, const Real* x, Real* y, Index count) {
  for_pieces(parallel, count, kPieceValues, [&](Index first, Index size) {
    simd::map(x + first, y + first, y + first, size, [&](Vector p, Vector q) { return q + factor * p; });
  });
}

void scale_steps(Parallel& parallel, const Real* x, const Real* factors, Real* y, Index batch, Index time,
                 Index n) {
  for_pieces(parallel, batch * time, rows_per_piece(n), [&](Index first, Index count) {
    for (Index row = first; row < first + count; ++row)
      simd::map(x + row * n, factors + row / time * n, y + row * n, n,
                [](Vector p, Vector q) { return p * q; });
  });
}

void choose_rows(Parallel& parallel, const RowChoice& choice) {
  for_pieces(parallel, choice.rows, rows_per_piece(choice.n), [&](Index first, Index count) {
    for (Index row = first; row < first + count; ++row) {
      const bool is_a = choice.mask == nullptr || choice.mask[row * choice.mask_stride] != 0;
      const Real* const from = is_a ? choice.a : choice.b;
      Real* const to = choice.y + row * choice.y_stride;
      if (from == nullptr)
        simd::fill_zero(to, choice.n);
      else if (from + row * (is_a ? choice.a_stride : choice.b_stride) != to)
        simd::copy(from + row * (is_a ? choice.a_stride : choice.b_stride), to, choice.n);
    }
  });
}

}  // namespace lapis::cpu
