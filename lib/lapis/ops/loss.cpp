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

namespace {

/// One element's loss and the gradient of it.
struct Term {
  double loss;
  Real gradient;
};

Term term(DenseLoss kind, Real y, Real target) {
  const auto wide_y = static_cast<double>(y);
  const auto wide_target = static_cast<double>(target);
  switch (kind) {
    case DenseLoss::softmax_cross_entropy: {
      // As softmax_cross_entropy: large, but finite. What no target asks for is not looked at.
      const Real probability = std::max(y, std::numeric_limits<Real>::min());
      return {target == 0 ? 0 : -wide_target * std::log(static_cast<double>(probability)), y - target};
    }
    case DenseLoss::sigmoid_cross_entropy: {
      const double tail = std::exp(-std::abs(wide_y));
      const double sigmoid = (wide_y < 0 ? tail : 1) / (1 + tail);
      return {std::max(wide_y, 0.0) - wide_y * wide_target + std::log1p(tail),
              static_cast<Real>(sigmoid - wide_target)};
    }
    case DenseLoss::binary_cross_entropy: {
      constexpr double kEpsilon = 1e-7;
      const double p = std::clamp(wide_y, kEpsilon, 1 - kEpsilon);
      const double slope = p == wide_y ? (p - wide_target) / (p * (1 - p)) : 0;
      return {-wide_target * std::log(p) - (1 - wide_target) * std::log1p(-p), static_cast<Real>(slope)};
    }
    case DenseLoss::mean_squared_error:
      break;
  }
  return {(wide_y - wide_target) * (wide_y - wide_target), 2 * (y - target)};
}

}  // namespace

void dense_loss(Parallel& parallel, DenseLoss kind, const Real* y, const Real* targets, Mask mask, Index rows,
                Index n, Real* loss, Real* dy) {
  const auto counts = [mask](Index row) { return mask == nullptr || mask[row] != 0; };
  Index counted = 0;
  double sum = 0;
  for (Index row = 0; row < rows; ++row) {
    if (!counts(row)) continue;
    ++counted;
    for (Index i = row * n; i < (row + 1) * n; ++i) sum += term(kind, y[i], targets[i]).loss;
  }
  const auto values = static_cast<double>(counted * (kind == DenseLoss::softmax_cross_entropy ? 1 : n));
  *loss = counted > 0 ? static_cast<Real>(sum / values) : Real(0);
  if (dy == nullptr) return;
  const Real share = counted > 0 ? static_cast<Real>(1 / values) : Real(0);
  for_pieces(parallel, rows, rows_per_piece(n), [&](Index first, Index count) {
    for (Index row = first; row < first + count; ++row)
      for (Index i = row * n; i < (row + 1) * n; ++i)
        dy[i] = counts(row) ? term(kind, y[i], targets[i]).gradient * share : Real(0);
  });
}

}  // namespace lapis::cpu
