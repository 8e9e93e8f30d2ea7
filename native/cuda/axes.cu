#include "cuda_backend.h"
#include "rows.h"

namespace lapis::cuda {

namespace {

LAPIS_DEVICE inline bool counts(Mask mask, Index row) {
  return mask == nullptr || mask[row] != 0;
}

/// 1 / (steps that count in this sample); 0 where none does.
LAPIS_DEVICE inline Real share_of(Mask mask, Index sample, Index steps) {
  Index counted = 0;
  for (Index step = 0; step < steps; ++step) counted += counts(mask, sample * steps + step) ? 1 : 0;
  return counted > 0 ? Real(1) / static_cast<Real>(counted) : Real(0);
}

struct KeepRows {
  static constexpr int kPasses = 1;
  static constexpr int kLargest = 0;

  const Real* x;
  Real value;
  const Real* from;
  Real* to;
  std::uint8_t* mask;
  Index n;

  LAPIS_KERNEL Real collect(const RowShare& share, int, const Real*) const {
    bool kept = false;
    for (Index i = share.row * n + share.lane; i < (share.row + 1) * n; i += share.lanes)
      kept = kept || x[i] != value;
    return kept ? Real(1) : Real(0);
  }

  LAPIS_KERNEL void write(const RowShare& share, const Real* results) const {
    const bool kept = results[0] != 0;
    if (mask != nullptr && share.lane == 0) mask[share.row] = kept ? 1 : 0;
    for (Index i = share.row * n + share.lane; i < (share.row + 1) * n; i += share.lanes)
      to[i] = kept ? from[i] : Real(0);
  }
};

}  // namespace

void CudaBackend::mean_steps(const Real* x, Mask mask, Index batch, Index steps, Index n, Real* y) {
  for_each(*device_, batch * n, [=] LAPIS_KERNEL(Index i) {
    const Index sample = i / n;
    Real sum = 0;
    for (Index row = sample * steps; row < (sample + 1) * steps; ++row)
      if (counts(mask, row)) sum += x[row * n + i % n];
    y[i] = sum * share_of(mask, sample, steps);
  });
}

void CudaBackend::mean_steps_backward(const Real* dy, Mask mask, Index batch, Index steps, Index n,
                                      Real* dx) {
  for_each(*device_, batch * n, [=] LAPIS_KERNEL(Index i) {
    const Index sample = i / n;
    const Real gradient = dy[i] * share_of(mask, sample, steps);
    for (Index row = sample * steps; row < (sample + 1) * steps; ++row)
      dx[row * n + i % n] = counts(mask, row) ? gradient : Real(0);
  });
}

void CudaBackend::pad2d(const Window2D& window, const Real* x, Real* y) {
  const Index n = window.channels;
  const Index count = window.batch * window.out_height * window.out_width * n;
  for_each(*device_, count, [=] LAPIS_KERNEL(Index i) {
    const Index pixel = i / n;
    const Index row = pixel / window.out_width % window.out_height - window.pad_top;
    const Index column = pixel % window.out_width - window.pad_left;
    const Index image = pixel / (window.out_width * window.out_height);
    const bool inside = row >= 0 && row < window.height && column >= 0 && column < window.width;
    y[i] = inside ? x[((image * window.height + row) * window.width + column) * n + i % n] : Real(0);
  });
}

void CudaBackend::keep_rows(const Real* x, Real value, const Real* from, Real* to, std::uint8_t* mask,
                            Index rows, Index n) {
  for_each_row(*device_, rows, n, KeepRows{x, value, from, to, mask, n});
}

}  // namespace lapis::cuda
