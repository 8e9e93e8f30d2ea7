#include "lapis/layers/window.h"

#include <algorithm>

namespace lapis {

Index window_count(Index size, Index kernel, Index stride, Index dilation, Padding padding) {
  if (size == kUnknown) return kUnknown;
  if (padding == Padding::same) return (size + stride - 1) / stride;
  const Index reach = (kernel - 1) * dilation + 1;
  return size < reach ? 0 : (size - reach) / stride + 1;
}

Index window_padding(Index size, Index kernel, Index stride, Index dilation, Padding padding) {
  if (padding == Padding::valid || size == kUnknown) return 0;
  const Index count = window_count(size, kernel, stride, dilation, padding);
  const Index reach = (kernel - 1) * dilation + 1;
  return std::max<Index>(0, (count - 1) * stride + reach - size) / 2;
}

Window2D make_window(const Shape& x, const std::array<Index, 2>& kernel, const std::array<Index, 2>& strides,
                     const std::array<Index, 2>& dilation, Padding padding) {
  Window2D window;
  window.batch = x[0];
  window.height = x[1];
  window.width = x[2];
  window.channels = x[3];
  window.kernel_height = kernel[0];
  window.kernel_width = kernel[1];
  window.stride_y = strides[0];
  window.stride_x = strides[1];
  window.dilation_y = dilation[0];
  window.dilation_x = dilation[1];
  window.out_height = window_count(x[1], kernel[0], strides[0], dilation[0], padding);
  window.out_width = window_count(x[2], kernel[1], strides[1], dilation[1], padding);
  window.pad_top = window_padding(x[1], kernel[0], strides[0], dilation[0], padding);
  window.pad_left = window_padding(x[2], kernel[1], strides[1], dilation[1], padding);
  return window;
}

}  // namespace lapis
