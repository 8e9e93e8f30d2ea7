#include "cuda_backend.h"
#include "functions.h"
#include "rows.h"

namespace lapis::cuda {

namespace {

struct Softmax {
  static constexpr int kPasses = 2;
  static constexpr int kLargest = 0;

  const Real* x;
  Real* y;
  Index n;
  bool logarithm;

  LAPIS_KERNEL Real collect(const RowShare& share, int pass, const Real* results) const {
    const Real* const from = x + share.row * n;
    Real* const to = y + share.row * n;
    if (pass == kLargest) {
      Real largest = from[share.lane < n ? share.lane : 0];
      for (Index i = share.lane + share.lanes; i < n; i += share.lanes)
        largest = from[i] > largest ? from[i] : largest;
      return largest;
    }
    Real sum = 0;
    for (Index i = share.lane; i < n; i += share.lanes) {
      const Real value = std::exp(from[i] - results[kLargest]);
      sum += value;
      if (!logarithm) to[i] = value;
    }
    return sum;
  }

  LAPIS_KERNEL void write(const RowShare& share, const Real* results) const {
    const Real* const from = x + share.row * n;
    Real* const to = y + share.row * n;
    const Real shift = logarithm ? results[kLargest] + std::log(results[1]) : Real(0);
    for (Index i = share.lane; i < n; i += share.lanes)
      to[i] = logarithm ? from[i] - shift : to[i] / results[1];
  }
};

struct SoftmaxBackward {
  static constexpr int kPasses = 1;
  static constexpr int kLargest = -1;

  const Real* y;
  const Real* dy;
  Real* dx;
  Index n;
  bool logarithm;

  LAPIS_KERNEL Real collect(const RowShare& share, int, const Real*) const {
    Real sum = 0;
    for (Index i = share.row * n + share.lane; i < (share.row + 1) * n; i += share.lanes)
      sum += logarithm ? dy[i] : y[i] * dy[i];
    return sum;
  }

  LAPIS_KERNEL void write(const RowShare& share, const Real* results) const {
    const Real sum = results[0];
    for (Index i = share.row * n + share.lane; i < (share.row + 1) * n; i += share.lanes)
      dx[i] = logarithm ? dy[i] - std::exp(y[i]) * sum : y[i] * (dy[i] - sum);
  }
};

}  // namespace

void CudaBackend::activate(Activation activation, const Real* x, Real* y, Index rows, Index n) {
  if (is_elementwise(activation)) {
    return for_each(*device_, rows * n, [=] LAPIS_KERNEL(Index i) { y[i] = activated(activation, x[i]); });
  }
  for_each_row(*device_, rows, n, Softmax{x, y, n, activation == Activation::log_softmax});
}

void CudaBackend::activate_backward(Activation activation, const Real* y_or_x, const Real* dy, Real* dx,
                                    Index rows, Index n) {
  if (is_elementwise(activation)) {
    return for_each(*device_, rows * n,
                    [=] LAPIS_KERNEL(Index i) { dx[i] = dy[i] * slope(activation, y_or_x[i]); });
  }
  for_each_row(*device_, rows, n, SoftmaxBackward{y_or_x, dy, dx, n, activation == Activation::log_softmax});
}

}  // namespace lapis::cuda
