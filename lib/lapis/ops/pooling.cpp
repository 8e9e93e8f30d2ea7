#include "lapis/ops/pooling.h"

#include <algorithm>

#include "lapis/ops/vector.h"

namespace lapis::cpu {

namespace {

using simd::kLanes;
using simd::select;
using simd::splat;
using simd::Vector;

struct Range {
  Index first = 0;
  Index last = 0;  // not included
};

/// The taps of a window that fall on real pixels.
Range taps_inside(Index output, Index stride, Index pad, Index dilation, Index taps, Index size) {
  const Index start = output * stride - pad;
  Range range{0, taps};
  if (start < 0) range.first = std::min(taps, (dilation - 1 - start) / dilation);
  if (start + (taps - 1) * dilation >= size)
    range.last = std::max(range.first, (size - 1 - start) / dilation + 1);
  return range;
}

/// One output pixel's window in an image.
struct Taps {
  Range y;
  Range x;
  Index origin = 0;  // index of tap (0, 0)'s first channel in the image; negative in the padding
  Index step_y = 0;  // from one tap to the next
  Index step_x = 0;

  Index count() const { return (y.last - y.first) * (x.last - x.first); }
  /// Calls function(index of the tap's first channel) in row-major order.
  template <class Function>
  void for_each(const Function& function) const {
    for (Index ky = y.first; ky < y.last; ++ky) {
      for (Index kx = x.first; kx < x.last; ++kx) function(origin + ky * step_y + kx * step_x);
    }
  }
};

Taps taps_of(const Window2D& window, Index oy, Index ox) {
  Taps taps;
  taps.y = taps_inside(oy, window.stride_y, window.pad_top, window.dilation_y, window.kernel_height,
                       window.height);
  taps.x =
      taps_inside(ox, window.stride_x, window.pad_left, window.dilation_x, window.kernel_width, window.width);
  const Index row = oy * window.stride_y - window.pad_top;
  const Index column = ox * window.stride_x - window.pad_left;
  taps.origin = (row * window.width + column) * window.channels;
  taps.step_y = window.dilation_y * window.width * window.channels;
  taps.step_x = window.dilation_x * window.channels;
  return taps;
}

Vector load_some(const Real* from, Index count) {
  return count == kLanes ? simd::load(from) : simd::load_part(from, count);
}

void store_some(Real* to, Vector value, Index count) {
  if (count == kLanes) {
    simd::store(to, value);
  } else {
    simd::store_part(to, value, count);
  }
}

/// Up to kLanes channels of one output pixel; x and y point at the first of them in the image and the pixel.
void pool_pixel(Pooling pooling, const Taps& taps, const Real* x, Real* y, Index count) {
  if (pooling == Pooling::average) {
    Vector sum = {};
    taps.for_each([&](Index at) { sum += load_some(x + at, count); });
    store_some(y, sum / static_cast<Real>(taps.count()), count);
    return;
  }
  Vector best = splat(-std::numeric_limits<Real>::infinity());
  taps.for_each([&](Index at) {
    const Vector value = load_some(x + at, count);
    best = select((value > best) | (value != value), value, best);  // once NaN, always NaN
  });
  store_some(y, best, count);
}

void pool_pixel_backward(Pooling pooling, const Taps& taps, const Real* x, const Real* dy, Real* dx,
                         Index count) {
  const Vector gradient = load_some(dy, count);
  if (pooling == Pooling::average) {
    const Vector share = gradient / static_cast<Real>(taps.count());
    taps.for_each([&](Index at) { store_some(dx + at, load_some(dx + at, count) + share, count); });
    return;
  }
  // The number of the first largest tap, lane by lane; then its gradient goes to that tap.
  Vector best = splat(-std::numeric_limits<Real>::infinity());
  Vector chosen = {};
  Real number = 0;
  taps.for_each([&](Index at) {
    const Vector value = load_some(x + at, count);
    const simd::BitVector better = value > best;
    best = select(better, value, best);
    chosen = select(better, splat(number), chosen);
    number += 1;
  });
  number = 0;
  taps.for_each([&](Index at) {
    const Vector share = select(chosen == splat(number), gradient, Vector{});
    store_some(dx + at, load_some(dx + at, count) + share, count);
    number += 1;
  });
}

}  // namespace

namespace {

/// `count` pixels with windows of 2 x 2, `step` values apart, all inside the image: what nearly every network
/// has.
void pool_2x2(Pooling pooling, const Real* x, Index row_step, Index step, Index channels, Index count,
              Real* y) {
  const auto reduce = [&](const auto& function) {
    for (Index pixel = 0; pixel < count; ++pixel, x += step, y += channels) {
      for (Index c = 0; c < channels; c += kLanes) {
        const Real* const at = x + c;
        simd::store(y + c, function(simd::load(at), simd::load(at + channels), simd::load(at + row_step),
                                    simd::load(at + row_step + channels)));
      }
    }
  };
  if (pooling == Pooling::average)
    return reduce([](Vector a, Vector b, Vector c, Vector d) { return (a + b + c + d) / Real(4); });
  // NaN is larger than anything, and stays.
  const auto larger = [](Vector best, Vector value) {
    return select((value > best) | (value != value), value, best);
  };
  reduce([&](Vector a, Vector b, Vector c, Vector d) { return larger(larger(larger(a, b), c), d); });
}

}  // namespace

void pool_rows(const Pool2D& pool, Index first, Index last, const Real* x, Real* y) {
  const Window2D& window = pool.window;
  const Index row_step = window.width * window.channels;
  const bool plain = window.kernel_height == 2 && window.kernel_width == 2 && window.dilation_y == 1 &&
                     window.dilation_x == 1 && window.pad_left == 0 && window.channels % kLanes == 0 &&
                     (window.out_width - 1) * window.stride_x + 2 <= window.width;
  for (Index oy = first; oy < last; ++oy) {
    const Index row = oy * window.stride_y - window.pad_top;
    if (plain && row >= 0 && row + 2 <= window.height) {
      pool_2x2(pool.pooling, x + row * row_step, row_step, window.stride_x * window.channels, window.channels,
               window.out_width, y);
      y += window.out_width * window.channels;
      continue;
    }
    for (Index ox = 0; ox < window.out_width; ++ox, y += window.channels) {
      const Taps taps = taps_of(window, oy, ox);
      for (Index c = 0; c < window.channels; c += kLanes)
        pool_pixel(pool.pooling, taps, x + c, y + c, std::min(kLanes, window.channels - c));
    }
  }
}

void pool2d(Parallel& parallel, const Pool2D& pool, const Real* x, Real* y) {
  const Window2D& window = pool.window;
  const Index image = window.height * window.width * window.channels;
  parallel.for_each(window.batch * window.out_height, [&](Index number) {
    const Index row = number % window.out_height;
    pool_rows(pool, row, row + 1, x + number / window.out_height * image,
              y + number * window.out_width * window.channels);
  });
}

void pool2d_backward(Parallel& parallel, const Pool2D& pool, const Real* x, const Real* dy, Real* dx) {
  // Windows may overlap: one image is one piece.
  const Window2D& window = pool.window;
  const Index image = window.height * window.width * window.channels;
  parallel.for_each(window.batch, [&](Index batch) {
    const Real* const x_image = x + batch * image;
    Real* const dx_image = dx + batch * image;
    const Real* from = dy + batch * window.out_height * window.out_width * window.channels;
    simd::fill_zero(dx_image, image);
    for (Index oy = 0; oy < window.out_height; ++oy) {
      for (Index ox = 0; ox < window.out_width; ++ox, from += window.channels) {
        const Taps taps = taps_of(window, oy, ox);
        for (Index c = 0; c < window.channels; c += kLanes) {
          pool_pixel_backward(pool.pooling, taps, x_image + c, from + c, dx_image + c,
                              std::min(kLanes, window.channels - c));
        }
      }
    }
  });
}

}  // namespace lapis::cpu
