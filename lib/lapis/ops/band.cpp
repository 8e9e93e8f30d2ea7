#include "lapis/ops/band.h"

#include <algorithm>

#include "lapis/core/size.h"

namespace lapis::cpu {

namespace {

/// One padded row from the source's row, or from nothing.
void pad_row(const Windows& windows, const Real* row, Real* to) {
  const Index channels = windows.channels;
  const Index width = windows.padded_width();
  if (row == nullptr) return simd::fill_zero(to, width * channels);
  if (windows.stretch_x == 1) {
    const Index begin = std::clamp(windows.pad_left, Index{0}, width);
    const Index end = std::clamp(windows.width + windows.pad_left, begin, width);
    simd::fill_zero(to, begin * channels);
    simd::copy(row + (begin - windows.pad_left) * channels, to + begin * channels, (end - begin) * channels);
    simd::fill_zero(to + end * channels, (width - end) * channels);
    return;
  }
  simd::fill_zero(to, width * channels);
  for (Index pixel = 0; pixel < windows.width; ++pixel) {
    const Index at = pixel * windows.stretch_x + windows.pad_left;
    if (at >= 0 && at < width) simd::copy(row + pixel * channels, to + at * channels, channels);
  }
}

}  // namespace

Windows Windows::over_x(const Window2D& window) {
  return {.height = window.height,
          .width = window.width,
          .channels = window.channels,
          .out_height = window.out_height,
          .out_width = window.out_width,
          .taps_y = window.kernel_height,
          .taps_x = window.kernel_width,
          .stride_y = window.stride_y,
          .stride_x = window.stride_x,
          .dilation_y = window.dilation_y,
          .dilation_x = window.dilation_x,
          .pad_top = window.pad_top,
          .pad_left = window.pad_left};
}

Windows Windows::over_dy(const Conv2DOp& op) {
  // dx(p) = sum over taps t of dy((p + pad - t * dilation) / stride) K(t)^T; with the taps in reverse, the
  // window over dy runs forward.
  const Window2D& window = op.window;
  return {.height = window.out_height,
          .width = window.out_width,
          .channels = op.filters,
          .stretch_y = window.stride_y,
          .stretch_x = window.stride_x,
          .out_height = window.height,
          .out_width = window.width,
          .taps_y = window.kernel_height,
          .taps_x = window.kernel_width,
          .dilation_y = window.dilation_y,
          .dilation_x = window.dilation_x,
          .pad_top = window.dilation_y * (window.kernel_height - 1) - window.pad_top,
          .pad_left = window.dilation_x * (window.kernel_width - 1) - window.pad_left};
}

bool Windows::fit_the_source() const {
  return stretch_y == 1 && stretch_x == 1 && pad_top == 0 && pad_left == 0 && padded_width() <= width &&
         padded_rows(out_height) <= height;
}

Index Windows::band_size(Index rows) const {
  if (fit_the_source()) return 0;
  return Size(padded_rows(rows)) * padded_width() * channels;
}

Runs Band::runs(const Windows& windows) const {
  const bool joined = windows.dilation_x == 1;
  Runs runs;
  runs.rows = windows.taps_y;
  runs.row_step = windows.dilation_y * row_step;
  runs.columns = joined ? 1 : windows.taps_x;
  runs.column_step = windows.dilation_x * windows.channels;
  runs.length = joined ? windows.taps_x * windows.channels : windows.channels;
  return runs;
}

Band make_band(const Windows& windows, const Real* source, Index first, Index last, Real* memory) {
  const Index source_row = windows.width * windows.channels;
  if (memory == nullptr) return {source + first * windows.stride_y * source_row, source_row};
  const Index row_step = windows.padded_width() * windows.channels;
  const Index rows = windows.padded_rows(last - first);
  for (Index i = 0; i < rows; ++i) {
    const Index at = first * windows.stride_y + i - windows.pad_top;
    const bool inside = at >= 0 && at % windows.stretch_y == 0 && at / windows.stretch_y < windows.height;
    pad_row(windows, inside ? source + at / windows.stretch_y * source_row : nullptr, memory + i * row_step);
  }
  return {memory, row_step};
}

}  // namespace lapis::cpu
