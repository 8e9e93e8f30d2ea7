#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "lapis/ops/backend.h"
#include "ops/bits.h"
#include "support/close.h"
#include "support/random_values.h"

namespace {

using lapis::Conv2DOp;
using lapis::Index;
using lapis::Real;
using lapis::Window2D;
using lapis_test::max_relative_diff;
using lapis_test::random_values;

Index kernel_size(const Conv2DOp& op) {
  return op.window.kernel_height * op.window.kernel_width * op.window.channels * op.filters;
}
Index input_size(const Window2D& w) {
  return w.batch * w.height * w.width * w.channels;
}
Index output_size(const Conv2DOp& op) {
  return op.window.batch * op.window.out_height * op.window.out_width * op.filters;
}

/// visit(index in x, index in y, index in the kernel) for every product of the convolution.
template <class Visit>
void for_every_product(const Conv2DOp& op, const Visit& visit) {
  const Window2D& w = op.window;
  for (Index b = 0; b < w.batch; ++b)
    for (Index oy = 0; oy < w.out_height; ++oy)
      for (Index ox = 0; ox < w.out_width; ++ox)
        for (Index ky = 0; ky < w.kernel_height; ++ky)
          for (Index kx = 0; kx < w.kernel_width; ++kx) {
            const Index y = oy * w.stride_y + ky * w.dilation_y - w.pad_top;
            const Index x = ox * w.stride_x + kx * w.dilation_x - w.pad_left;
            if (y < 0 || y >= w.height || x < 0 || x >= w.width) continue;
            for (Index c = 0; c < w.channels; ++c)
              for (Index f = 0; f < op.filters; ++f)
                visit(
                    static_cast<std::size_t>(((b * w.height + y) * w.width + x) * w.channels + c),
                    static_cast<std::size_t>(((b * w.out_height + oy) * w.out_width + ox) * op.filters + f),
                    static_cast<std::size_t>(((ky * w.kernel_width + kx) * w.channels + c) * op.filters + f));
          }
}

/// Keras's output size and padding.
void set_padding(bool same, Index size, Index taps, Index stride, Index dilation, Index& out, Index& pad) {
  const Index reach = (taps - 1) * dilation + 1;
  pad = 0;
  if (same) {
    out = (size + stride - 1) / stride;
    pad = std::max(Index{0}, (out - 1) * stride + reach - size) / 2;
  } else {
    out = size < reach ? 0 : (size - reach) / stride + 1;
  }
}

struct Results {
  std::vector<Real> y, dx, dkernel;
};

Results run(lapis::Backend& backend, const Conv2DOp& op, const std::vector<Real>& x,
            const std::vector<Real>& kernel, const std::vector<Real>& bias, const std::vector<Real>& dy) {
  std::vector<Real> scratch(static_cast<std::size_t>(backend.conv2d_scratch(op, true)), Real(7));
  Results results;
  results.y.assign(static_cast<std::size_t>(output_size(op)), Real(9));
  results.dx.assign(x.size(), Real(9));      // overwritten
  results.dkernel.assign(kernel.size(), 2);  // added to
  backend.conv2d(op, x.data(), {.kernel = kernel.data(), .bias = bias.data()}, results.y.data(),
                 scratch.data());
  backend.conv2d_backward_data(op, dy.data(), kernel.data(), results.dx.data(), scratch.data());
  backend.conv2d_backward_kernel(op, x.data(), dy.data(), results.dkernel.data(), scratch.data());
  return results;
}

/// /// The same, to rounding, from a prepared kernel; and, with pooling fused, the bits of pooling
/// afterwards. Scratch that no one cleaned does no harm.
void check_prepared(const Conv2DOp& op, lapis::Backend& backend, const std::vector<Real>& x,
                    const std::vector<Real>& kernel, const std::vector<Real>& bias,
                    const std::vector<double>& y) {
  std::vector<Real> prepared(static_cast<std::size_t>(backend.conv2d_prepared(op)), Real(NAN));
  backend.prepare_conv2d(op, kernel.data(), prepared.data());
  const lapis::Conv2DParameters parameters = {.bias = bias.data(), .prepared = prepared.data()};
  const auto forward = [&](const Conv2DOp& forward_op, Index size) {
    std::vector<Real> scratch(static_cast<std::size_t>(backend.conv2d_scratch(forward_op, false)), Real(NAN));
    std::vector<Real> result(static_cast<std::size_t>(size), Real(9));
    backend.conv2d(forward_op, x.data(), parameters, result.data(), scratch.data());
    return result;
  };
  const std::vector<Real> plain = forward(op, output_size(op));
  REQUIRE(max_relative_diff(plain, y) <= 2e-6);
  for (const lapis::Pooling pooling : {lapis::Pooling::max, lapis::Pooling::average}) {
    for (const Index stride : {1, 2, 3}) {
      for (const bool same : {false, true}) {
        Window2D w = {.batch = op.window.batch,
                      .height = op.window.out_height,
                      .width = op.window.out_width,
                      .channels = op.filters,
                      .kernel_height = 2,
                      .kernel_width = 3,
                      .stride_y = stride,
                      .stride_x = stride};
        set_padding(same, w.height, 2, stride, 1, w.out_height, w.pad_top);
        set_padding(same, w.width, 3, stride, 1, w.out_width, w.pad_left);
        if (w.out_height == 0 || w.out_width == 0) continue;
        Conv2DOp pooled = op;
        pooled.pool = lapis::Pool2D{pooling, w};
        const Index size = w.batch * w.out_height * w.out_width * w.channels;
        std::vector<Real> expected(static_cast<std::size_t>(size));
        backend.pool2d(*pooled.pool, plain.data(), expected.data());
        INFO("pool stride " << stride << " same " << same);
        REQUIRE(forward(pooled, size) == expected);
      }
    }
  }
}

/// Forward and both gradients against the definition, in double.
void check(const Conv2DOp& op, lapis::Backend& backend) {
  const std::vector<Real> x = random_values(input_size(op.window), 1);
  const std::vector<Real> kernel = random_values(kernel_size(op), 2);
  const std::vector<Real> bias = random_values(op.filters, 3);
  const std::vector<Real> dy = random_values(output_size(op), 4);
  std::vector<double> y(dy.size());
  std::vector<double> dx(x.size());
  std::vector<double> dkernel(kernel.size(), 2.0);
  for (std::size_t i = 0; i < y.size(); ++i) y[i] = static_cast<double>(bias[i % bias.size()]);
  for_every_product(op, [&](std::size_t in, std::size_t out, std::size_t weight) {
    y[out] += static_cast<double>(x[in]) * static_cast<double>(kernel[weight]);
    dx[in] += static_cast<double>(dy[out]) * static_cast<double>(kernel[weight]);
    dkernel[weight] += static_cast<double>(dy[out]) * static_cast<double>(x[in]);
  });
  for (double& value : y) value = std::max(value, 0.0);
  const Results results = run(backend, op, x, kernel, bias, dy);
  const Window2D& w = op.window;
  INFO("kernel " << w.kernel_height << "x" << w.kernel_width << " stride " << w.stride_y << "," << w.stride_x
                 << " dilation " << w.dilation_y << "," << w.dilation_x << " pad " << w.pad_top << ","
                 << w.pad_left << " image " << w.height << "x" << w.width << "x" << w.channels << " filters "
                 << op.filters);
  REQUIRE(max_relative_diff(results.y, y) <= 2e-6);
  check_prepared(op, backend, x, kernel, bias, y);
  REQUIRE(max_relative_diff(results.dx, dx) <= 2e-6);
  REQUIRE(max_relative_diff(results.dkernel, dkernel) <= 2e-6);
}

Conv2DOp make_op(Index batch, Index height, Index width, Index channels, Index filters, Index taps_y,
                 Index taps_x, Index stride_y, Index stride_x, Index dilation_y, Index dilation_x,
                 bool same) {
  Conv2DOp op;
  op.window = {batch,  height,   width,    channels,   0,          0, taps_y,
               taps_x, stride_y, stride_x, dilation_y, dilation_x, 0, 0};
  op.filters = filters;
  op.activation = lapis::Activation::relu;
  set_padding(same, height, taps_y, stride_y, dilation_y, op.window.out_height, op.window.pad_top);
  set_padding(same, width, taps_x, stride_x, dilation_x, op.window.out_width, op.window.pad_left);
  return op;
}

}  // namespace

TEST_CASE("conv2d and its gradients equal their definition for every window") {
  const auto backend = lapis::make_cpu_backend();
  const std::vector<Index> channels = {1, 3, 4, 17};
  std::size_t number = 0;
  for (Index taps = 1; taps <= 5; ++taps) {
    for (Index stride = 1; stride <= 3; ++stride) {
      for (Index dilation = 1; dilation <= 2; ++dilation) {
        for (const bool same : {true, false}) {
          for (Index variant = 0; variant < 4; ++variant, ++number) {
            // Rows and columns differ, so that none can stand for the other.
            const Index taps_x = (taps + variant) % 5 + 1;
            const Conv2DOp op =
                make_op(1 + variant % 2, 11, 13, channels[number % 4], channels[(number / 4 + 1) % 4], taps,
                        taps_x, stride, (stride + variant) % 3 + 1, dilation,
                        variant % 2 == 0 ? dilation : 3 - dilation, same);
            check(op, *backend);
          }
        }
      }
    }
  }
  CHECK(number == 240);
}

TEST_CASE("conv2d: windows larger than the image, and one pixel") {
  const auto backend = lapis::make_cpu_backend();
  check(make_op(2, 2, 3, 4, 5, 5, 5, 1, 1, 1, 1, true), *backend);
  check(make_op(2, 2, 3, 4, 5, 3, 3, 2, 2, 2, 2, true), *backend);
  check(make_op(1, 1, 1, 3, 2, 1, 1, 1, 1, 1, 1, false), *backend);
}

TEST_CASE("conv2d: many channels and pixels make several blocks in every direction") {
  const auto backend = lapis::make_cpu_backend();
  check(make_op(3, 16, 15, 40, 70, 3, 3, 1, 1, 1, 1, true), *backend);
  check(make_op(2, 16, 15, 40, 70, 3, 3, 2, 2, 1, 1, true), *backend);
  // Enough positions for the kernel's gradient to be summed in parts.
  check(make_op(5, 29, 31, 3, 8, 3, 3, 1, 1, 1, 1, true), *backend);
}

TEST_CASE("conv2d: prepared 3 x 3 kernels over images of every small size") {
  const auto backend = lapis::make_cpu_backend();
  // From 16 channels and filters on, on every machine's vectors, kernels are transformed.
  for (Index height = 1; height <= 6; ++height)
    for (Index width = 1; width <= 6; ++width)
      for (const bool same : {true, false})
        if (same || (height >= 3 && width >= 3))
          check(make_op(2, height, width, 16, height % 2 == 0 ? 16 : 21, 3, 3, 1, 1, 1, 1, same), *backend);
  check(make_op(1, 19, 23, 48, 70, 3, 3, 1, 1, 1, 1, true), *backend);
  check(make_op(9, 5, 4, 32, 33, 3, 3, 1, 1, 1, 1, true), *backend);
}

TEST_CASE("conv2d gives the same bits on 1, 2 and 3 threads", "[threads]") {
  const bool many_positions = GENERATE(false, true);
  const Conv2DOp op = many_positions ? make_op(5, 29, 31, 3, 8, 3, 3, 1, 1, 1, 1, true)
                                     : make_op(4, 16, 15, 24, 40, 3, 3, 1, 1, 1, 1, true);
  const std::vector<Real> x = random_values(input_size(op.window), 1);
  const std::vector<Real> kernel = random_values(kernel_size(op), 2);
  const std::vector<Real> bias = random_values(op.filters, 3);
  const std::vector<Real> dy = random_values(output_size(op), 4);
  REQUIRE(lapis_test::same_on_all_threads([&](lapis::Backend& backend) {
    Results results = run(backend, op, x, kernel, bias, dy);
    results.y.insert(results.y.end(), results.dx.begin(), results.dx.end());
    results.y.insert(results.y.end(), results.dkernel.begin(), results.dkernel.end());
    return results.y;
  }));
}

TEST_CASE("conv2d from a prepared kernel, pooled, gives the same bits on 1, 2 and 3 threads", "[threads]") {
  Conv2DOp op = make_op(2, 21, 18, 48, 40, 3, 3, 1, 1, 1, 1, true);
  Window2D pool = {
      .batch = 2, .height = 21, .width = 18, .channels = 40, .kernel_height = 2, .kernel_width = 2};
  set_padding(false, 21, 2, 1, 1, pool.out_height, pool.pad_top);
  set_padding(false, 18, 2, 1, 1, pool.out_width, pool.pad_left);
  op.pool = lapis::Pool2D{lapis::Pooling::max, pool};
  const std::vector<Real> x = random_values(input_size(op.window), 1);
  const std::vector<Real> kernel = random_values(kernel_size(op), 2);
  REQUIRE(lapis_test::same_on_all_threads([&](lapis::Backend& backend) {
    std::vector<Real> prepared(static_cast<std::size_t>(backend.conv2d_prepared(op)));
    std::vector<Real> scratch(static_cast<std::size_t>(backend.conv2d_scratch(op, false)));
    std::vector<Real> y(static_cast<std::size_t>(2 * pool.out_height * pool.out_width * 40));
    backend.prepare_conv2d(op, kernel.data(), prepared.data());
    backend.conv2d(op, x.data(), {.prepared = prepared.data()}, y.data(), scratch.data());
    return y;
  }));
}

TEST_CASE("conv2d: scratch for a batch serves every smaller one", "[threads]") {
  for (const int threads : {1, 2, 3, 5}) {
    const auto backend = lapis::make_cpu_backend(threads);
    for (const Index height : {7, 20, 33, 64, 100}) {
      for (const Index channels : {3, 48, 200}) {
        const auto scratch = [&](Index batch, bool training) {
          return backend->conv2d_scratch(make_op(batch, height, 64, channels, 32, 3, 3, 1, 1, 1, 1, true),
                                         training);
        };
        for (Index batch = 1; batch < 24; ++batch) {
          INFO(threads << " threads, height " << height << ", channels " << channels << ", batch " << batch);
          REQUIRE(scratch(batch, false) <= scratch(batch + 1, false));
          REQUIRE(scratch(batch, true) <= scratch(batch + 1, true));
        }
      }
    }
  }
}
