#include "cuda_backend.h"
#include "functions.h"
#include "product.h"

/// Convolutions as products whose left side is gathered from the picture (implicit im2col): any padding,
/// stride and dilation, no copy.
namespace lapis::cuda {

namespace {

Index taps_of(const Window2D& window) {
  return window.kernel_height * window.kernel_width;
}

Index positions_of(const Window2D& window) {
  return window.batch * window.out_height * window.out_width;
}

/// x under the tap and channel `p` of the window at output position `row`; 0 in the padding.
struct Gather {
  Window2D window;
  const Real* x;

  LAPIS_DEVICE Real operator()(Index row, Index p) const {
    const Index tap = p / window.channels;
    const Index pixel = row % (window.out_height * window.out_width);
    const Index y = pixel / window.out_width * window.stride_y - window.pad_top +
                    tap / window.kernel_width * window.dilation_y;
    const Index at = pixel % window.out_width * window.stride_x - window.pad_left +
                     tap % window.kernel_width * window.dilation_x;
    if (y < 0 || y >= window.height || at < 0 || at >= window.width) return 0;
    const Index image = row / (window.out_height * window.out_width);
    return x[((image * window.height + y) * window.width + at) * window.channels + p % window.channels];
  }
};

/// dy of the output that pixel `row` of x reached through tap and filter `p`; 0 where there is none.
struct Scattered {
  Window2D window;
  Index filters;
  const Real* dy;

  LAPIS_DEVICE Real operator()(Index row, Index p) const {
    const Index tap = p / filters;
    const Index pixel = row % (window.height * window.width);
    const Index y = pixel / window.width + window.pad_top - tap / window.kernel_width * window.dilation_y;
    const Index x = pixel % window.width + window.pad_left - tap % window.kernel_width * window.dilation_x;
    if (y < 0 || x < 0 || y % window.stride_y != 0 || x % window.stride_x != 0) return 0;
    const Index out_y = y / window.stride_y;
    const Index out_x = x / window.stride_x;
    if (out_y >= window.out_height || out_x >= window.out_width) return 0;
    const Index image = row / (window.height * window.width);
    return dy[((image * window.out_height + out_y) * window.out_width + out_x) * filters + p % filters];
  }
};

}  // namespace

Index CudaBackend::conv2d_prepared(const Conv2DOp& /*op*/) const {
  return 0;
}

void CudaBackend::prepare_conv2d(const Conv2DOp& /*op*/, const Real* /*kernel*/, Real* /*prepared*/) {}

/// What is to be pooled.
Index CudaBackend::conv2d_scratch(const Conv2DOp& op, bool /*training*/) const {
  return op.pool ? positions_of(op.window) * op.filters : 0;
}

void CudaBackend::conv2d(const Conv2DOp& op, const Real* x, const Conv2DParameters& parameters, Real* y,
                         Real* scratch) {
  const Index filters = op.filters;
  const Real* const kernel = parameters.kernel;
  const Real* const bias = parameters.bias;
  const Activation activation = op.activation;
  Real* const to = op.pool ? scratch : y;
  multiply(
      *device_, positions_of(op.window), filters, taps_of(op.window) * op.window.channels,
      Gather{op.window, x}, [=] LAPIS_KERNEL(Index p, Index filter) { return kernel[p * filters + filter]; },
      [=] LAPIS_KERNEL(Index row, Index filter, Real sum) {
        to[row * filters + filter] = activated(activation, bias != nullptr ? sum + bias[filter] : sum);
      });
  if (op.pool) pool2d(*op.pool, scratch, y);
}

void CudaBackend::conv2d_backward_data(const Conv2DOp& op, const Real* dy, const Real* kernel, Real* dx,
                                       Real* /*scratch*/) {
  const Index filters = op.filters;
  const Index channels = op.window.channels;
  multiply(
      *device_, op.window.batch * op.window.height * op.window.width, channels, taps_of(op.window) * filters,
      Scattered{op.window, filters, dy},
      [=] LAPIS_KERNEL(Index p, Index channel) {
        return kernel[(p / filters * channels + channel) * filters + p % filters];
      },
      [=] LAPIS_KERNEL(Index row, Index channel, Real sum) { dx[row * channels + channel] = sum; });
}

void CudaBackend::conv2d_backward_kernel(const Conv2DOp& op, const Real* x, const Real* dy, Real* dkernel,
                                         Real* /*scratch*/) {
  const Index filters = op.filters;
  const Gather gather = {op.window, x};
  multiply(
      *device_, taps_of(op.window) * op.window.channels, filters, positions_of(op.window),
      [=] LAPIS_KERNEL(Index row, Index position) { return gather(position, row); },
      [=] LAPIS_KERNEL(Index position, Index filter) { return dy[position * filters + filter]; },
      [=] LAPIS_KERNEL(Index row, Index filter, Real sum) { dkernel[row * filters + filter] += sum; });
}

}  // namespace lapis::cuda
