#include <algorithm>

#include "backend/op_case_list.h"

using namespace lapis;

namespace lapis_test {

namespace {

/// Keras's `same` (the extra row at the bottom and right) or `valid`.
Window2D window_of(Index batch, Index height, Index width, Index channels, Index kernel, Index stride,
                   Index dilation, bool same) {
  Window2D w = {.batch = batch, .height = height, .width = width, .channels = channels};
  w.kernel_height = kernel;
  w.kernel_width = kernel > 1 ? kernel - 1 : 1;  // not square
  w.stride_y = stride;
  w.stride_x = stride > 1 ? stride - 1 : 1;
  w.dilation_y = w.dilation_x = dilation;
  const auto side = [&](Index size, Index taps, Index step, Index& out, Index& pad) {
    const Index reach = (taps - 1) * dilation + 1;
    out = same ? (size + step - 1) / step : (size - reach) / step + 1;
    pad = same ? std::max(Index{0}, ((out - 1) * step + reach - size) / 2) : 0;
  };
  side(height, w.kernel_height, w.stride_y, w.out_height, w.pad_top);
  side(width, w.kernel_width, w.stride_x, w.out_width, w.pad_left);
  return w;
}

}  // namespace

void add_windows(Cases& cases) {
  struct Size {
    Index batch, height, width, channels, filters, kernel, stride, dilation;
  };
  for (const Size s :
       {Size{1, 5, 4, 1, 1, 3, 1, 1}, Size{2, 7, 9, 3, 5, 3, 1, 1}, Size{3, 8, 8, 4, 6, 2, 2, 1},
        Size{2, 11, 10, 2, 3, 4, 3, 1}, Size{1, 12, 13, 3, 4, 3, 1, 2}, Size{2, 6, 6, 17, 66, 1, 1, 1},
        Size{4, 16, 16, 3, 8, 5, 2, 1}, Size{2, 9, 8, 20, 36, 3, 1, 1}, Size{3, 9, 7, 8, 4, 4, 2, 3},
        Size{2, 17, 13, 4, 4, 5, 4, 2}}) {
    for (const bool same : {false, true}) {
      const Window2D w =
          window_of(s.batch, s.height, s.width, s.channels, s.kernel, s.stride, s.dilation, same);
      const std::string name = text(
          {s.batch, s.height, s.width, s.channels, s.filters, s.kernel, s.stride, s.dilation, same ? 1 : 0});
      const Index x_size = w.batch * w.height * w.width * w.channels;
      const Index positions = w.batch * w.out_height * w.out_width;
      const Index kernel_size = w.kernel_height * w.kernel_width * w.channels * s.filters;
      const Index filters = s.filters;
      add_case(cases, "conv2d" + name, [=](OpRun& run) {
        Conv2DOp op = {.window = w, .filters = filters, .activation = Activation::relu};
        Real* const scratch = run.scratch(run.backend.conv2d_scratch(op, true));
        const Real* const x = run.random(x_size);
        const Real* const kernel = run.random(kernel_size);
        const Real* const dy = run.random(positions * filters);
        run.backend.conv2d(op, x, {.kernel = kernel, .bias = run.random(filters)},
                           run.out("y", positions * filters), scratch);
        run.backend.conv2d_backward_data(op, dy, kernel, run.out("dx", x_size, true), scratch);
        run.backend.conv2d_backward_kernel(op, x, dy, run.added("dkernel", kernel_size), scratch);
      });
      if (w.out_height > 2 && w.out_width > 2) {
        add_case(cases, "conv2d pooled" + name, [=](OpRun& run) {
          Pool2D pool;
          pool.window = window_of(w.batch, w.out_height, w.out_width, filters, 2, 2, 1, false);
          const Index pooled = w.batch * pool.window.out_height * pool.window.out_width * filters;
          Conv2DOp op = {.window = w, .filters = filters, .activation = Activation::relu, .pool = pool};
          Real* const scratch = run.scratch(run.backend.conv2d_scratch(op, false));
          const Real* const x = run.random(x_size);
          run.backend.conv2d(op, x, {.kernel = run.random(kernel_size)}, run.out("y", pooled), scratch);
        });
      }
      for (const Pooling pooling : {Pooling::max, Pooling::average}) {
        add_case(cases, (pooling == Pooling::max ? "pool2d max" : "pool2d average") + name, [=](OpRun& run) {
          // Whole numbers: many values of a window are equal, and the first is to get the gradient.
          const Real* const x = run.in(random_ids(x_size, 4, 9));
          run.backend.pool2d({pooling, w}, x, run.out("y", positions * w.channels));
          run.backend.pool2d_backward({pooling, w}, x, run.random(positions * w.channels),
                                      run.out("dx", x_size, true));
        });
      }
    }
  }
}

}  // namespace lapis_test
