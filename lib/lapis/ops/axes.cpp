#include "lapis/ops/axes.h"

#include <algorithm>

#include "lapis/ops/pieces.h"
#include "lapis/ops/vector.h"

namespace lapis::cpu {

namespace {

using simd::Vector;

bool counts(Mask mask, Index row) {
  return mask == nullptr || mask[row] != 0;
}

/// 1 / (steps that count in this sample); 0 where none does.
Real share_of(Mask mask, Index sample, Index steps) {
  Index counted = steps;
  if (mask != nullptr)
    counted -=
        static_cast<Index>(std::count(mask + sample * steps, mask + (sample + 1) * steps, std::uint8_t{0}));
  return counted > 0 ? Real(1) / static_cast<Real>(counted) : Real(0);
}

}  // namespace

void mean_steps(Parallel& parallel, const Real* x, Mask mask, Index batch, Index steps, Index n, Real* y) {
  parallel.for_each(batch, [&](Index sample) {
    Real* const to = y + sample * n;
    simd::fill_zero(to, n);
    for (Index row = sample * steps; row < (sample + 1) * steps; ++row) {
      if (counts(mask, row)) simd::map(x + row * n, to, to, n, [](Vector v, Vector sum) { return sum + v; });
    }
    const Real share = share_of(mask, sample, steps);
    simd::map(to, to, n, [&](Vector sum) { return sum * share; });
  });
}

void mean_steps_backward(Parallel& parallel, const Real* dy, Mask mask, Index batch, Index steps, Index n,
                         Real* dx) {
  parallel.for_each(batch, [&](Index sample) {
    const Real share = share_of(mask, sample, steps);
    for (Index row = sample * steps; row < (sample + 1) * steps; ++row) {
      if (counts(mask, row)) {
        simd::map(dy + sample * n, dx + row * n, n, [&](Vector v) { return v * share; });
      } else {
        simd::fill_zero(dx + row * n, n);
      }
    }
  });
}

void pad2d(Parallel& parallel, const Window2D& window, const Real* x, Real* y) {
  const Index n = window.channels;
  // Columns of y that come from x.
  const Index first = std::clamp(window.pad_left, Index{0}, window.out_width);
  const Index last = std::clamp(window.pad_left + window.width, first, window.out_width);
  parallel.for_each(window.batch * window.out_height, [&](Index row) {
    const Index image = row / window.out_height;
    const Index from_row = row % window.out_height - window.pad_top;
    Real* const to = y + row * window.out_width * n;
    if (from_row < 0 || from_row >= window.height || first == last)
      return simd::fill_zero(to, window.out_width * n);
    const Real* const from = x + (image * window.height + from_row) * window.width * n;
    simd::fill_zero(to, first * n);
    simd::copy(from + (first - window.pad_left) * n, to + first * n, (last - first) * n);
    simd::fill_zero(to + last * n, (window.out_width - last) * n);
  });
}

void keep_rows(Parallel& parallel, const Real* x, Real value, const Real* from, Real* to, std::uint8_t* mask,
               Index rows, Index n) {
  for_pieces(parallel, rows, rows_per_piece(n), [&](Index first, Index count) {
    for (Index row = first; row < first + count; ++row) {
      const Real* const values = x + row * n;
      const bool kept = std::any_of(values, values + n, [&](Real v) { return v != value; });
      if (mask != nullptr) mask[row] = kept ? 1 : 0;
      if (kept) {
        simd::copy(from + row * n, to + row * n, n);
      } else {
        simd::fill_zero(to + row * n, n);
      }
    }
  });
}

}  // namespace lapis::cpu
