#include <cmath>

#include "cuda_backend.h"
#include "launch.h"

namespace lapis::cuda {

namespace {

/// One channel of one output pixel's window: which taps lie on real pixels, and where.
struct Taps {
  Window2D window;
  Index row, column;  // of tap (0, 0); negative in the padding
  Index image;        // index of the image's first value, channel added

  LAPIS_DEVICE Taps(const Window2D& shape, Index batch, Index out_y, Index out_x, Index channel)
      : window(shape),
        row(out_y * shape.stride_y - shape.pad_top),
        column(out_x * shape.stride_x - shape.pad_left),
        image(batch * shape.height * shape.width * shape.channels + channel) {}

  LAPIS_DEVICE bool inside(Index tap) const {
    const Index y = row + tap / window.kernel_width * window.dilation_y;
    const Index x = column + tap % window.kernel_width * window.dilation_x;
    return y >= 0 && y < window.height && x >= 0 && x < window.width;
  }
  LAPIS_DEVICE Index at(Index tap) const {
    const Index y = row + tap / window.kernel_width * window.dilation_y;
    const Index x = column + tap % window.kernel_width * window.dilation_x;
    return image + (y * window.width + x) * window.channels;
  }
  LAPIS_DEVICE Index count() const { return window.kernel_height * window.kernel_width; }
  LAPIS_DEVICE Index inside_count() const {
    Index number = 0;
    for (Index tap = 0; tap < count(); ++tap) number += inside(tap) ? 1 : 0;
    return number;
  }
  /// The first largest; -1 where no value is above -infinity.
  LAPIS_DEVICE Index largest(const Real* x) const {
    Index best = -1;
    for (Index tap = 0; tap < count(); ++tap)
      if (inside(tap) && x[at(tap)] > (best < 0 ? -INFINITY : x[at(best)])) best = tap;
    return best;
  }
};

}  // namespace

void CudaBackend::pool2d(const Pool2D& pool, const Real* x, Real* y) {
  const Window2D window = pool.window;
  const bool average = pool.pooling == Pooling::average;
  const Index count = window.batch * window.out_height * window.out_width * window.channels;
  for_each(*device_, count, [=] LAPIS_KERNEL(Index i) {
    const Index pixel = i / window.channels;
    const Taps taps(window, pixel / (window.out_height * window.out_width),
                    pixel / window.out_width % window.out_height, pixel % window.out_width,
                    i % window.channels);
    Real sum = 0;
    Real best = -INFINITY;
    for (Index tap = 0; tap < taps.count(); ++tap) {
      if (!taps.inside(tap)) continue;
      const Real value = x[taps.at(tap)];
      sum += value;
      if (value > best || value != value) best = value;  // once NaN, always NaN
    }
    y[i] = average ? sum / static_cast<Real>(taps.inside_count()) : best;
  });
}

/// Each pixel of x collects from the windows that it lies in, in their order: no two threads add to one
/// value.
void CudaBackend::pool2d_backward(const Pool2D& pool, const Real* x, const Real* dy, Real* dx) {
  const Window2D window = pool.window;
  const bool average = pool.pooling == Pooling::average;
  const Index count = window.batch * window.height * window.width * window.channels;
  for_each(*device_, count, [=] LAPIS_KERNEL(Index i) {
    const Index channel = i % window.channels;
    const Index pixel = i / window.channels;
    const Index row = pixel / window.width % window.height;
    const Index column = pixel % window.width;
    const Index image = pixel / (window.width * window.height);
    // Outputs whose windows can reach this pixel.
    const Index reach_y = (window.kernel_height - 1) * window.dilation_y;
    const Index reach_x = (window.kernel_width - 1) * window.dilation_x;
    const Index lowest_y = row + window.pad_top - reach_y;
    const Index lowest_x = column + window.pad_left - reach_x;
    const Index first_y = lowest_y > 0 ? (lowest_y + window.stride_y - 1) / window.stride_y : 0;
    const Index first_x = lowest_x > 0 ? (lowest_x + window.stride_x - 1) / window.stride_x : 0;
    Real sum = 0;
    for (Index oy = first_y; oy < window.out_height && oy * window.stride_y <= row + window.pad_top; ++oy) {
      const Index down = row + window.pad_top - oy * window.stride_y;
      if (down % window.dilation_y != 0) continue;
      for (Index ox = first_x; ox < window.out_width && ox * window.stride_x <= column + window.pad_left;
           ++ox) {
        const Index across = column + window.pad_left - ox * window.stride_x;
        if (across % window.dilation_x != 0) continue;
        const Taps taps(window, image, oy, ox, channel);
        const Real gradient =
            dy[((image * window.out_height + oy) * window.out_width + ox) * window.channels + channel];
        if (average) {
          sum += gradient / static_cast<Real>(taps.inside_count());
          continue;
        }
        const Index tap = down / window.dilation_y * window.kernel_width + across / window.dilation_x;
        const Index best = taps.largest(x);
        Index first_inside = 0;  // takes the gradient where nothing is larger than -infinity, as on the CPU
        while (best < 0 && !taps.inside(first_inside)) ++first_inside;
        if (tap == (best < 0 ? first_inside : best)) sum += gradient;
      }
    }
    dx[i] = sum;
  });
}

}  // namespace lapis::cuda
