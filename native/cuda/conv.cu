#include <numeric>

#include "cuda_backend.h"
#include "product.h"

/// Convolutions as products whose left side is gathered from the picture (implicit im2col): any padding,
/// stride and dilation, no copy. Batches are cut where the kernels' 32 bits would not do.
namespace lapis::cuda {

namespace {

Index taps_of(const Window2D& window) {
  return window.kernel_height * window.kernel_width;
}

Index positions_of(const Window2D& window) {
  return window.batch * window.out_height * window.out_width;
}

/// x seen through the windows of a convolution.
Picture picture_of(const Window2D& window, const Real* x) {
  Picture picture;
  picture.data = x;
  picture.height = static_cast<int>(window.height);
  picture.width = static_cast<int>(window.width);
  picture.channels = static_cast<int>(window.channels);
  picture.image = window.height * window.width * window.channels;
  picture.positions = {static_cast<int>(window.out_height), static_cast<int>(window.out_width)};
  picture.taps = {static_cast<int>(window.kernel_width), static_cast<int>(window.channels)};
  picture.first_y = -static_cast<int>(window.pad_top);
  picture.first_x = -static_cast<int>(window.pad_left);
  picture.stride_y = static_cast<int>(window.stride_y);
  picture.stride_x = static_cast<int>(window.stride_x);
  picture.step_y = static_cast<int>(window.dilation_y);
  picture.step_x = static_cast<int>(window.dilation_x);
  return picture;
}

/// One side of the pixels `phase`, `phase + stride`, ... of x, and of the taps through which outputs reach
/// them: every `step`th from `first` on. Through the tap number t of these, pixel number i reaches output
/// origin + i + t * move.
struct Phase {
  Index pixels = 0, taps = 0, first = 0, step = 1, origin = 0, move = 0;
};

Phase phase_of(Index phase, Index size, Index stride, Index dilation, Index pad, Index taps) {
  Phase made;
  made.pixels = (size - phase + stride - 1) / stride;
  made.step = stride / std::gcd(stride, dilation);
  while (made.first < taps && (phase + pad - made.first * dilation) % stride != 0) {
    if (++made.first == made.step) made.first = taps;  // no tap of one period does
  }
  if (made.first >= taps) return made;
  made.taps = (taps - made.first + made.step - 1) / made.step;
  made.origin = (phase + pad - made.first * dilation) / stride;
  made.move = -(made.step * dilation / stride);
  return made;
}

/// Calls run(first image, images) for pieces of the batch with at most kMostLines positions of `image` each.
template <class Run>
void each_piece(Index batch, Index image, const Run& run) {
  const Index most = std::max(Index{1}, kMostLines / std::max(Index{1}, image));
  for (Index first = 0; first < batch; first += most) run(first, std::min(most, batch - first));
}

void multiply_phase(Device& device, Precision precision, const Conv2DOp& op, const Phase& down,
                    const Phase& across, const Real* dy, const Real* kernel, Real* dx) {
  const Window2D& window = op.window;
  Picture picture;
  picture.data = dy;
  picture.height = static_cast<int>(window.out_height);
  picture.width = static_cast<int>(window.out_width);
  picture.channels = static_cast<int>(op.filters);
  picture.image = window.out_height * window.out_width * op.filters;
  picture.positions = {static_cast<int>(down.pixels), static_cast<int>(across.pixels)};
  picture.taps = {static_cast<int>(std::max(Index{1}, across.taps)), static_cast<int>(op.filters)};
  picture.first_y = static_cast<int>(down.origin);
  picture.first_x = static_cast<int>(across.origin);
  picture.step_y = static_cast<int>(down.move);
  picture.step_x = static_cast<int>(across.move);
  const Index tap = window.channels * op.filters;
  const TurnedKernel turned(kernel + (down.first * window.kernel_width + across.first) * tap,
                            down.step * window.kernel_width * tap, across.step * tap,
                            static_cast<int>(op.filters), picture.taps.middle);
  Output output(dx, window.channels);
  if (window.stride_y > 1 || window.stride_x > 1) {
    output.image = window.height * window.width;
    output.down = window.stride_y * window.width;
    output.across = window.stride_x;
    output.rows = picture.positions;
  }
  multiply(device, precision, window.batch * down.pixels * across.pixels, window.channels,
           down.taps * across.taps * op.filters, Windows(picture), turned, output);
}

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
  Window2D window = op.window;
  Real* const to = op.pool ? scratch : y;
  each_piece(op.window.batch, window.out_height * window.out_width, [&](Index first, Index images) {
    window.batch = images;
    Output output(to + first * window.out_height * window.out_width * op.filters, op.filters);
    output.bias = parameters.bias;
    output.activation = op.activation;
    multiply(*device_, precision_, positions_of(window), op.filters, taps_of(window) * window.channels,
             Windows(picture_of(window, x + first * window.height * window.width * window.channels)),
             Columns(parameters.kernel, op.filters), output);
  });
  if (op.pool) pool2d(*op.pool, scratch, y);
}

/// With strides, the pixels that the same taps reach are done together: nothing is multiplied by zeros.
void CudaBackend::conv2d_backward_data(const Conv2DOp& op, const Real* dy, const Real* kernel, Real* dx,
                                       Real* /*scratch*/) {
  Conv2DOp piece = op;
  Window2D& window = piece.window;
  each_piece(op.window.batch, window.height * window.width, [&](Index first, Index images) {
    window.batch = images;
    const Real* const from = dy + first * window.out_height * window.out_width * op.filters;
    Real* const to = dx + first * window.height * window.width * window.channels;
    for (Index y = 0; y < std::min(window.stride_y, window.height); ++y) {
      const Phase down = phase_of(y, window.height, window.stride_y, window.dilation_y, window.pad_top,
                                  window.kernel_height);
      for (Index x = 0; x < std::min(window.stride_x, window.width); ++x) {
        const Phase across = phase_of(x, window.width, window.stride_x, window.dilation_x, window.pad_left,
                                      window.kernel_width);
        multiply_phase(*device_, precision_, piece, down, across, from, kernel,
                       to + (y * window.width + x) * window.channels);
      }
    }
  });
}

void CudaBackend::conv2d_backward_kernel(const Conv2DOp& op, const Real* x, const Real* dy, Real* dkernel,
                                         Real* /*scratch*/) {
  Window2D window = op.window;
  each_piece(op.window.batch, window.out_height * window.out_width, [&](Index first, Index images) {
    window.batch = images;
    Output output(dkernel, op.filters);
    output.accumulate = true;
    multiply(*device_, precision_, taps_of(window) * window.channels, op.filters, positions_of(window),
             WindowsTurned(picture_of(window, x + first * window.height * window.width * window.channels)),
             Columns(dy + first * window.out_height * window.out_width * op.filters, op.filters), output);
  });
}

}  // namespace lapis::cuda
