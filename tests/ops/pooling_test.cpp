#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "lapis/ops/backend.h"
#include "ops/bits.h"
#include "support/close.h"
#include "support/random_values.h"

namespace {

using lapis::Index;
using lapis::Pooling;
using lapis::Real;
using lapis::Window2D;
using lapis_test::max_abs_diff;

struct Expected {
  std::vector<double> y, dx;
};

/// The definition, one value at a time.
Expected pool(Pooling pooling, const Window2D& w, const std::vector<Real>& x, const std::vector<Real>& dy) {
  Expected expected{std::vector<double>(dy.size()), std::vector<double>(x.size())};
  for (Index out = 0; out < static_cast<Index>(dy.size()); ++out) {
    const Index c = out % w.channels;
    const Index ox = out / w.channels % w.out_width;
    const Index oy = out / w.channels / w.out_width % w.out_height;
    const Index b = out / w.channels / w.out_width / w.out_height;
    std::vector<std::size_t> inside;
    for (Index ky = 0; ky < w.kernel_height; ++ky)
      for (Index kx = 0; kx < w.kernel_width; ++kx) {
        const Index y = oy * w.stride_y + ky * w.dilation_y - w.pad_top;
        const Index column = ox * w.stride_x + kx * w.dilation_x - w.pad_left;
        if (y < 0 || y >= w.height || column < 0 || column >= w.width) continue;
        inside.push_back(static_cast<std::size_t>(((b * w.height + y) * w.width + column) * w.channels + c));
      }
    const auto o = static_cast<std::size_t>(out);
    std::size_t first_largest = inside.front();
    for (const std::size_t i : inside) {
      expected.y[o] += static_cast<double>(x[i]) / static_cast<double>(inside.size());
      if (x[i] > x[first_largest]) first_largest = i;
    }
    if (pooling == Pooling::average) {
      for (const std::size_t i : inside)
        expected.dx[i] += static_cast<double>(dy[o]) / static_cast<double>(inside.size());
    } else {
      expected.y[o] = static_cast<double>(x[first_largest]);
      expected.dx[first_largest] += static_cast<double>(dy[o]);
    }
  }
  return expected;
}

Window2D make_window(Index batch, Index height, Index width, Index channels, Index taps, Index stride,
                     bool same) {
  Window2D w;
  w.batch = batch;
  w.height = height;
  w.width = width;
  w.channels = channels;
  w.kernel_height = taps;
  w.kernel_width = taps % 3 + 1;
  w.stride_y = stride;
  w.stride_x = stride % 2 + 1;
  const auto set = [same](Index size, Index window, Index step, Index& out, Index& pad) {
    out = same ? (size + step - 1) / step : (size - window) / step + 1;
    pad = same ? std::max(Index{0}, (out - 1) * step + window - size) / 2 : 0;
  };
  set(height, w.kernel_height, w.stride_y, w.out_height, w.pad_top);
  set(width, w.kernel_width, w.stride_x, w.out_width, w.pad_left);
  return w;
}

Index output_size(const Window2D& w) {
  return w.batch * w.out_height * w.out_width * w.channels;
}
Index input_size(const Window2D& w) {
  return w.batch * w.height * w.width * w.channels;
}

}  // namespace

TEST_CASE("pool2d and its gradient equal their definition") {
  const auto backend = lapis::make_cpu_backend();
  for (const Pooling pooling : {Pooling::max, Pooling::average}) {
    for (const Index channels : {1, 3, 4, 17, 40}) {
      for (Index taps = 1; taps <= 4; ++taps) {
        for (Index stride = 1; stride <= 3; ++stride) {
          for (const bool same : {true, false}) {
            const Window2D w = make_window(2, 7, 9, channels, taps, stride, same);
            // Few distinct values, so that windows have ties; all negative, so that a padding of zeros would
            // win.
            std::vector<Real> x = lapis_test::random_ids(input_size(w), 4, 1);
            for (Real& value : x) value -= 5;
            const std::vector<Real> dy = lapis_test::random_values(output_size(w), 2);
            const Expected expected = pool(pooling, w, x, dy);
            std::vector<Real> y(dy.size());
            std::vector<Real> dx(x.size(), Real(9));
            backend->pool2d({pooling, w}, x.data(), y.data());
            backend->pool2d_backward({pooling, w}, x.data(), dy.data(), dx.data());
            INFO("channels " << channels << " taps " << taps << " stride " << stride << " same " << same);
            REQUIRE(max_abs_diff(y, expected.y) <= 2e-6);
            REQUIRE(max_abs_diff(dx, expected.dx) <= 2e-6);
          }
        }
      }
    }
  }
}

TEST_CASE("max pooling lets a NaN through") {
  Window2D w = make_window(1, 2, 2, 1, 2, 2, false);
  w.kernel_width = 2;
  w.out_width = 1;
  for (std::size_t place = 0; place < 4; ++place) {
    std::vector<Real> x = {1, 2, 3, 4};
    x[place] = std::numeric_limits<Real>::quiet_NaN();
    Real y = 0;
    lapis::make_cpu_backend()->pool2d({Pooling::max, w}, x.data(), &y);
    REQUIRE(std::isnan(y));
  }
}

TEST_CASE("pool2d gives the same bits on 1, 2 and 3 threads", "[threads]") {
  const Window2D w = make_window(5, 12, 12, 33, 2, 1, true);
  const std::vector<Real> x = lapis_test::random_values(input_size(w), 1);
  const std::vector<Real> dy = lapis_test::random_values(output_size(w), 2);
  REQUIRE(lapis_test::same_on_all_threads([&](lapis::Backend& backend) {
    std::vector<Real> result(dy.size() + x.size());
    backend.pool2d({Pooling::average, w}, x.data(), result.data());
    backend.pool2d_backward({Pooling::max, w}, x.data(), dy.data(), result.data() + dy.size());
    return result;
  }));
}
