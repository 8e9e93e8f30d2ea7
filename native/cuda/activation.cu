#include "cuda_backend.h"
#include "functions.h"
#include "launch.h"

namespace lapis::cuda {

namespace {

LAPIS_DEVICE inline Real largest_of(const Real* x, Index n) {
  Real largest = x[0];
  for (Index i = 1; i < n; ++i) largest = x[i] > largest ? x[i] : largest;
  return largest;
}

LAPIS_DEVICE inline void softmax_row(const Real* x, Real* y, Index n) {
  const Real largest = largest_of(x, n);
  Real sum = 0;
  for (Index i = 0; i < n; ++i) {
    y[i] = std::exp(x[i] - largest);
    sum += y[i];
  }
  for (Index i = 0; i < n; ++i) y[i] /= sum;
}

LAPIS_DEVICE inline void log_softmax_row(const Real* x, Real* y, Index n) {
  const Real largest = largest_of(x, n);
  Real sum = 0;
  for (Index i = 0; i < n; ++i) sum += std::exp(x[i] - largest);
  const Real shift = largest + std::log(sum);
  for (Index i = 0; i < n; ++i) y[i] = x[i] - shift;
}

}  // namespace

void CudaBackend::activate(Activation activation, const Real* x, Real* y, Index rows, Index n) {
  if (is_elementwise(activation)) {
    return for_each(*device_, rows * n, [=] LAPIS_KERNEL(Index i) { y[i] = activated(activation, x[i]); });
  }
  const bool logarithm = activation == Activation::log_softmax;
  for_each(*device_, rows, [=] LAPIS_KERNEL(Index row) {
    if (logarithm)
      log_softmax_row(x + row * n, y + row * n, n);
    else
      softmax_row(x + row * n, y + row * n, n);
  });
}

void CudaBackend::activate_backward(Activation activation, const Real* y_or_x, const Real* dy, Real* dx,
                                    Index rows, Index n) {
  if (is_elementwise(activation)) {
    return for_each(*device_, rows * n,
                    [=] LAPIS_KERNEL(Index i) { dx[i] = dy[i] * slope(activation, y_or_x[i]); });
  }
  const bool logarithm = activation == Activation::log_softmax;
  for_each(*device_, rows, [=] LAPIS_KERNEL(Index row) {
    const Real* const y = y_or_x + row * n;
    const Real* const from = dy + row * n;
    Real* const to = dx + row * n;
    Real sum = 0;
    for (Index i = 0; i < n; ++i) sum += logarithm ? from[i] : y[i] * from[i];
    for (Index i = 0; i < n; ++i) to[i] = logarithm ? from[i] - std::exp(y[i]) * sum : y[i] * (from[i] - sum);
  });
}

}  // namespace lapis::cuda
