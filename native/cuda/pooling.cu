#include <cmath>
#include <cstdint>

#include "cuda_backend.h"
#include "launch.h"

namespace lapis::cuda {

namespace {

/// Window2D in 32 bits where the sizes allow: a GPU divides these several times faster.
template <class Number>
struct Window {
  Number height, width, channels, out_height, out_width, kernel_height, kernel_width, stride_y, stride_x,
      dilation_y, dilation_x, pad_top, pad_left;

  explicit Window(const Window2D& from)
      : height(static_cast<Number>(from.height)),
        width(static_cast<Number>(from.width)),
        channels(static_cast<Number>(from.channels)),
        out_height(static_cast<Number>(from.out_height)),
        out_width(static_cast<Number>(from.out_width)),
        kernel_height(static_cast<Number>(from.kernel_height)),
        kernel_width(static_cast<Number>(from.kernel_width)),
        stride_y(static_cast<Number>(from.stride_y)),
        stride_x(static_cast<Number>(from.stride_x)),
        dilation_y(static_cast<Number>(from.dilation_y)),
        dilation_x(static_cast<Number>(from.dilation_x)),
        pad_top(static_cast<Number>(from.pad_top)),
        pad_left(static_cast<Number>(from.pad_left)) {}
};

/// One channel of one output pixel's window: which taps lie on real pixels, and where.
template <class Number>
struct Taps {
  const Window<Number>& window;
  Number row, column;  // of tap (0, 0); negative in the padding
  Number image;        // index of the image's first value, channel added

  LAPIS_DEVICE Taps(const Window<Number>& shape, Number batch, Number out_y, Number out_x, Number channel)
      : window(shape),
        row(out_y * shape.stride_y - shape.pad_top),
        column(out_x * shape.stride_x - shape.pad_left),
        image(batch * shape.height * shape.width * shape.channels + channel) {}

  /// visit(tap, index in x) for every tap that lies on a real pixel, in order.
  template <class Visit>
  LAPIS_DEVICE void each(const Visit& visit) const {
    for (Number down = 0; down < window.kernel_height; ++down) {
      const Number y = row + down * window.dilation_y;
      if (y < 0 || y >= window.height) continue;
      for (Number across = 0; across < window.kernel_width; ++across) {
        const Number x = column + across * window.dilation_x;
        if (x < 0 || x >= window.width) continue;
        visit(down * window.kernel_width + across, image + (y * window.width + x) * window.channels);
      }
    }
  }
  LAPIS_DEVICE int inside_count() const {
    int number = 0;
    each([&](Number, Number) { ++number; });
    return number;
  }
  /// The first largest; the first inside where no value is above -infinity, as on the CPU.
  LAPIS_DEVICE Number largest(const Real* x) const {
    Number best = -1;
    Number first_inside = -1;
    Real value = -INFINITY;
    each([&](Number tap, Number at) {
      if (first_inside < 0) first_inside = tap;
      if (x[at] > value) {
        value = x[at];
        best = tap;
      }
    });
    return best < 0 ? first_inside : best;
  }
};

template <class Number>
void pool(Device& device, const Pool2D& pool, const Real* x, Real* y) {
  const Window<Number> window(pool.window);
  const bool average = pool.pooling == Pooling::average;
  const Index count =
      pool.window.batch * pool.window.out_height * pool.window.out_width * pool.window.channels;
  for_each(device, count, [=] LAPIS_KERNEL(Index index) {
    const auto i = static_cast<Number>(index);
    const Number pixel = i / window.channels;
    const Number line = pixel / window.out_width;
    const Taps<Number> taps(window, line / window.out_height, line % window.out_height,
                            pixel % window.out_width, i % window.channels);
    int inside = 0;
    Real sum = 0;
    Real best = -INFINITY;
    taps.each([&](Number, Number at) {
      const Real value = x[at];
      ++inside;
      sum += value;
      if (value > best || value != value) best = value;  // once NaN, always NaN
    });
    y[i] = average ? sum / static_cast<Real>(inside) : best;
  });
}

/// Each pixel of x collects from the windows that it lies in, in their order: no two threads add to one
/// value.
template <class Number>
void pool_backward(Device& device, const Pool2D& pool, const Real* x, const Real* dy, Real* dx) {
  const Window<Number> window(pool.window);
  const bool average = pool.pooling == Pooling::average;
  const Index count = pool.window.batch * pool.window.height * pool.window.width * pool.window.channels;
  for_each(device, count, [=] LAPIS_KERNEL(Index index) {
    const auto i = static_cast<Number>(index);
    const Number channel = i % window.channels;
    const Number pixel = i / window.channels;
    const Number line = pixel / window.width;
    const Number row = line % window.height;
    const Number column = pixel % window.width;
    const Number image = line / window.height;
    // Outputs whose windows can reach this pixel.
    const Number lowest_y = row + window.pad_top - (window.kernel_height - 1) * window.dilation_y;
    const Number lowest_x = column + window.pad_left - (window.kernel_width - 1) * window.dilation_x;
    const Number first_y = lowest_y > 0 ? (lowest_y + window.stride_y - 1) / window.stride_y : 0;
    const Number first_x = lowest_x > 0 ? (lowest_x + window.stride_x - 1) / window.stride_x : 0;
    Real sum = 0;
    for (Number oy = first_y; oy < window.out_height && oy * window.stride_y <= row + window.pad_top; ++oy) {
      const Number down = row + window.pad_top - oy * window.stride_y;
      if (window.dilation_y > 1 && down % window.dilation_y != 0) continue;
      for (Number ox = first_x; ox < window.out_width && ox * window.stride_x <= column + window.pad_left;
           ++ox) {
        const Number across = column + window.pad_left - ox * window.stride_x;
        if (window.dilation_x > 1 && across % window.dilation_x != 0) continue;
        const Taps<Number> taps(window, image, oy, ox, channel);
        const Real gradient =
            dy[((image * window.out_height + oy) * window.out_width + ox) * window.channels + channel];
        if (average) {
          sum += gradient / static_cast<Real>(taps.inside_count());
        } else {
          const Number tap = down / window.dilation_y * window.kernel_width + across / window.dilation_x;
          if (tap == taps.largest(x)) sum += gradient;
        }
      }
    }
    dx[i] = sum;
  });
}

/// All indices into x and y, and those in the padding beside them.
bool fits_in_32_bits(const Window2D& window) {
  const Index reach_y = (window.kernel_height - 1) * window.dilation_y + window.pad_top;
  const Index reach_x = (window.kernel_width - 1) * window.dilation_x + window.pad_left;
  const Index inputs = window.batch * (window.height + reach_y) * (window.width + reach_x) * window.channels;
  const Index outputs = window.batch * window.out_height * window.out_width * window.channels;
  return std::max(inputs, outputs) < Index{1} << 30;
}

}  // namespace

void CudaBackend::pool2d(const Pool2D& op, const Real* x, Real* y) {
  if (fits_in_32_bits(op.window)) return pool<std::int32_t>(*device_, op, x, y);
  pool<Index>(*device_, op, x, y);
}

void CudaBackend::pool2d_backward(const Pool2D& op, const Real* x, const Real* dy, Real* dx) {
  if (fits_in_32_bits(op.window)) return pool_backward<std::int32_t>(*device_, op, x, dy, dx);
  pool_backward<Index>(*device_, op, x, dy, dx);
}

}  // namespace lapis::cuda
