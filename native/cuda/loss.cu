#include <cfloat>

#include "cuda_backend.h"
#include "functions.h"
#include "sums.h"

namespace lapis::cuda {

namespace {

LAPIS_DEVICE inline bool counts(Mask mask, Index row) {
  return mask == nullptr || mask[row] != 0;
}

/// A probability that underflowed to 0 counts as the smallest normal number: large, but finite.
LAPIS_DEVICE inline double surprise(Real probability) {
  return -std::log(static_cast<double>(probability > FLT_MIN ? probability : FLT_MIN));
}

/// One element's loss and the gradient of it.
struct Term {
  double loss;
  Real gradient;
};

LAPIS_DEVICE inline Term term(DenseLoss kind, Real y, Real target) {
  const auto wide_y = static_cast<double>(y);
  const auto wide_target = static_cast<double>(target);
  switch (kind) {
    case DenseLoss::softmax_cross_entropy:
      return {target == 0 ? 0 : wide_target * surprise(y), y - target};
    case DenseLoss::sigmoid_cross_entropy: {
      const double tail = std::exp(-std::abs(wide_y));
      const double sigmoid = (wide_y < 0 ? tail : 1) / (1 + tail);
      return {(wide_y > 0 ? wide_y : 0.0) - wide_y * wide_target + std::log1p(tail),
              static_cast<Real>(sigmoid - wide_target)};
    }
    case DenseLoss::binary_cross_entropy: {
      constexpr double kEpsilon = 1e-7;
      const double p = wide_y < kEpsilon ? kEpsilon : wide_y > 1 - kEpsilon ? 1 - kEpsilon : wide_y;
      const double slope = p == wide_y ? (p - wide_target) / (p * (1 - p)) : 0;
      return {-wide_target * std::log(p) - (1 - wide_target) * std::log1p(-p), static_cast<Real>(slope)};
    }
    case DenseLoss::mean_squared_error:
      break;
  }
  return {(wide_y - wide_target) * (wide_y - wide_target), 2 * (y - target)};
}

/// Where the share of one counted value stands between the two kernels of a loss: behind the workspace.
double* share_of(const Device& device) {
  return device.workspace<double>() + Device::workspace_count<double>() + 1;
}

LAPIS_DEVICE inline void finish_loss(const Sums& sums, Real* loss, double* share) {
  *loss = sums.second > 0 ? static_cast<Real>(sums.first / sums.second) : Real(0);
  *share = sums.second > 0 ? 1 / sums.second : 0;
}

}  // namespace

void CudaBackend::softmax_cross_entropy(const Real* y, const Real* labels, Mask mask, Index rows, Index n,
                                        Real* loss, Real* dlogits) {
  double* const share = share_of(*device_);
  sum_then_each(
      *device_, rows,
      [=] LAPIS_KERNEL(Index row) {
        if (!counts(mask, row)) return Sums{};
        return Sums{surprise(y[row * n + static_cast<Index>(labels[row])]), 1};
      },
      [=] LAPIS_KERNEL(const Sums& sums) { finish_loss(sums, loss, share); },
      dlogits != nullptr ? rows * n : 0,
      [=] LAPIS_KERNEL(Index i) {
        const Index row = i / n;
        const bool is_label = i % n == static_cast<Index>(labels[row]);
        const Real gradient = (y[i] - (is_label ? Real(1) : Real(0))) * static_cast<Real>(*share);
        dlogits[i] = counts(mask, row) ? gradient : Real(0);
      });
}

void CudaBackend::dense_loss(DenseLoss kind, const Real* y, const Real* targets, Mask mask, Index rows,
                             Index n, Real* loss, Real* dy) {
  double* const share = share_of(*device_);
  const bool of_rows = kind == DenseLoss::softmax_cross_entropy;  // a row counts once, else each value
  sum_then_each(
      *device_, rows * n,
      [=] LAPIS_KERNEL(Index i) {
        if (!counts(mask, i / n)) return Sums{};
        return Sums{term(kind, y[i], targets[i]).loss, of_rows && i % n != 0 ? 0.0 : 1.0};
      },
      [=] LAPIS_KERNEL(const Sums& sums) { finish_loss(sums, loss, share); }, dy != nullptr ? rows * n : 0,
      [=] LAPIS_KERNEL(Index i) {
        dy[i] =
            counts(mask, i / n) ? term(kind, y[i], targets[i]).gradient * static_cast<Real>(*share) : Real(0);
      });
}

}  // namespace lapis::cuda
