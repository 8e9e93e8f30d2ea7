#include "lapis/ops/loss.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "lapis/ops/pieces.h"
#include "lapis/ops/vector.h"

namespace lapis::cpu {

void softmax_cross_entropy(Parallel& parallel, const Real* y, const Real* labels, Mask mask, Index rows,
                           Index n, Real* loss, Real* dlogits) {
  Index counted = 0;
  double sum = 0;
  for (Index row = 0; row < rows; ++row) {
    if (mask != nullptr && mask[row] == 0) continue;
    ++counted;
    // A probability that underflowed to 0 counts as the smallest normal number: large, but finite.
    const Real probability =
        std::max(y[row * n + static_cast<Index>(labels[row])], std::numeric_limits<Real>::min());
    sum -= std::log(static_cast<double>(probability));
  }
  *loss = counted > 0 ? static_cast<Real>(sum / static_cast<double>(counted)) : Real(0);
  if (dlogits == nullptr) return;
  const Real share = counted > 0 ? Real(1) / static_cast<Real>(counted) : Real(0);
  for_pieces(parallel, rows, rows_per_piece(n), [&](Index first, Index count) {
    for (Index row = first; row < first + count; ++row) {
      Real* gradient = dlogits + row * n;
      if (mask != nullptr && mask[row] == 0) {
        simd::fill_zero(gradient, n);
        continue;
      }
      const auto label = static_cast<Index>(labels[row]);
      const Real at_label = (y[row * n + label] - Real(1)) * share;
      simd::map(y + row * n, gradient, n, [&](simd::Vector p) { return p * share; });
      gradient[label] = at_label;
    }
  });
}

}  // namespace lapis::cpu
