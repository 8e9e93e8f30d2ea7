#include "cuda_backend.h"
#include "functions.h"
#include "rows.h"
#include "sums.h"

namespace lapis::cuda {

namespace {

/// Mean and 1 / sqrt(variance + epsilon) of one row; rms_norm's mean is 0.
struct RowMoments {
  Real mean = 0, inverse = 0;
};

/// The sum of value(i) over this thread's elements of a row.
template <class Value>
LAPIS_KERNEL Real sum_of(const RowShare& share, Index n, const Value& value) {
  Real sum = 0;
  for (Index i = share.lane; i < n; i += share.lanes) sum += value(i);
  return sum;
}

/// The rows of x and their moments: of rms_norm in one pass, of layer_norm in two.
template <bool kCentred>
struct Moments {
  static constexpr int kMomentPasses = kCentred ? 2 : 1;

  const Real* x;
  Real epsilon;
  Index n;

  LAPIS_KERNEL Real collect(const RowShare& share, int pass, const Real* results) const {
    const Real* const values = x + share.row * n;
    if (kCentred && pass == 0) return sum_of(share, n, [=](Index i) { return values[i]; });
    const Real mean = kCentred ? results[0] / static_cast<Real>(n) : Real(0);
    return sum_of(share, n, [=](Index i) { return (values[i] - mean) * (values[i] - mean); });
  }

  LAPIS_KERNEL RowMoments moments(const Real* results) const {
    const auto count = static_cast<Real>(n);
    return {kCentred ? results[0] / count : Real(0),
            Real(1) / std::sqrt(results[kMomentPasses - 1] / count + epsilon)};
  }
};

template <bool kCentred>
struct Forward : Moments<kCentred> {
  static constexpr int kPasses = Moments<kCentred>::kMomentPasses;
  static constexpr int kLargest = -1;

  const Real* scale;
  const Real* offset;
  Real* y;

  LAPIS_KERNEL void write(const RowShare& share, const Real* results) const {
    const RowMoments at = this->moments(results);
    for (Index i = share.lane; i < this->n; i += share.lanes) {
      const Real value = (this->x[share.row * this->n + i] - at.mean) * at.inverse;
      y[share.row * this->n + i] =
          value * (scale != nullptr ? scale[i] : Real(1)) + (offset != nullptr ? offset[i] : Real(0));
    }
  }
};

/// The moments alone, of rows from `first` on.
template <bool kCentred>
struct MomentsOnly : Moments<kCentred> {
  static constexpr int kPasses = Moments<kCentred>::kMomentPasses;
  static constexpr int kLargest = -1;

  RowMoments* to;

  LAPIS_KERNEL void write(const RowShare& share, const Real* results) const {
    if (share.lane == 0) to[share.row] = this->moments(results);
  }
};

/// dx: two more passes, the sums of g = dy * scale and of g * (x - mean).
template <bool kCentred>
struct Backward : Moments<kCentred> {
  static constexpr int kFirst = Moments<kCentred>::kMomentPasses;
  static constexpr int kPasses = kFirst + 2;
  static constexpr int kLargest = -1;

  const Real* scale;
  const Real* dy;
  Real* dx;

  LAPIS_KERNEL Real gradient(Index row, Index i) const {
    const Real own = dy[row * this->n + i];
    return scale != nullptr ? own * scale[i] : own;
  }

  LAPIS_KERNEL Real collect(const RowShare& share, int pass, const Real* results) const {
    if (pass < kFirst) return Moments<kCentred>::collect(share, pass, results);
    if (pass == kFirst && !kCentred) return 0;
    if (pass == kFirst) return sum_of(share, this->n, [&](Index i) { return gradient(share.row, i); });
    const Real mean = this->moments(results).mean;
    const Real* const values = this->x + share.row * this->n;
    return sum_of(share, this->n, [&](Index i) { return gradient(share.row, i) * (values[i] - mean); });
  }

  LAPIS_KERNEL void write(const RowShare& share, const Real* results) const {
    const RowMoments at = this->moments(results);
    const auto count = static_cast<Real>(this->n);
    const Real shift = results[kFirst] / count;
    const Real pull = results[kFirst + 1] * at.inverse * at.inverse / count;
    const Real* const values = this->x + share.row * this->n;
    for (Index i = share.lane; i < this->n; i += share.lanes) {
      const Real g = gradient(share.row, i);
      dx[share.row * this->n + i] = at.inverse * (g - shift - (values[i] - at.mean) * pull);
    }
  }
};

/// dscale += the sums of dy * normalised x, with the rows' moments in the half of the workspace that sums
/// leave alone.
template <bool kCentred>
void add_scale_gradient(Device& device, const Real* x, Real epsilon, const Real* dy, Real* dscale, Index rows,
                        Index n) {
  constexpr auto kOffset = static_cast<Index>(kSumsWorkspace / sizeof(RowMoments));
  constexpr Index kMostRows = Device::workspace_count<RowMoments>() - kOffset;
  RowMoments* const moments = device.workspace<RowMoments>() + kOffset;
  for (Index first = 0; first < rows; first += kMostRows) {
    const Index count = std::min(kMostRows, rows - first);
    const Real* const own_x = x + first * n;
    const Real* const own_dy = dy + first * n;
    for_each_row(device, count, n, MomentsOnly<kCentred>{{own_x, epsilon, n}, moments});
    sum_columns(
        device, count, n,
        [=] LAPIS_KERNEL(Index row, Index column) {
          const Index i = row * n + column;
          return static_cast<double>(own_dy[i] * (own_x[i] - moments[row].mean) * moments[row].inverse);
        },
        [=] LAPIS_KERNEL(Index column, double sum) { dscale[column] += static_cast<Real>(sum); });
  }
}

}  // namespace

void CudaBackend::rms_norm(const Real* x, const Real* scale, Real epsilon, Real* y, Index rows, Index n) {
  for_each_row(*device_, rows, n, Forward<false>{{x, epsilon, n}, scale, nullptr, y});
}

void CudaBackend::rms_norm_backward(const Real* x, const Real* scale, Real epsilon, const Real* dy, Real* dx,
                                    Real* dscale, Index rows, Index n) {
  // First what reads dy: dx may take its place.
  add_scale_gradient<false>(*device_, x, epsilon, dy, dscale, rows, n);
  for_each_row(*device_, rows, n, Backward<false>{{x, epsilon, n}, scale, dy, dx});
}

void CudaBackend::layer_norm(const Real* x, const Real* scale, const Real* offset, Real epsilon, Real* y,
                             Index rows, Index n) {
  for_each_row(*device_, rows, n, Forward<true>{{x, epsilon, n}, scale, offset, y});
}

void CudaBackend::layer_norm_backward(const Real* x, const Real* scale, Real epsilon, const Real* dy,
                                      Real* dx, Real* dscale, Real* doffset, Index rows, Index n) {
  // First what reads dy: dx may take its place.
  if (dscale != nullptr) add_scale_gradient<true>(*device_, x, epsilon, dy, dscale, rows, n);
  if (doffset != nullptr) sum_rows(dy, rows, n, doffset);
  if (dx != nullptr) for_each_row(*device_, rows, n, Backward<true>{{x, epsilon, n}, scale, dy, dx});
}

}  // namespace lapis::cuda
