#pragma once

#include <array>

#include "lapis/layers/config.h"

/// Sliding windows as Keras defines them (keras/src/ops/operation_utils.py), shared by convolution and
/// pooling.
namespace lapis {

/// Number of windows along an axis of `size`; 0 or less where not one fits, kUnknown where size is.
Index window_count(Index size, Index kernel, Index stride, Index dilation, Padding padding);

/// Padding before the first element. `same` puts the odd one out at the end (bottom and right).
Index window_padding(Index size, Index kernel, Index stride, Index dilation, Padding padding);

/// All of it for x [batch, height, width, channels].
Window2D make_window(const Shape& x, const std::array<Index, 2>& kernel, const std::array<Index, 2>& strides,
                     const std::array<Index, 2>& dilation, Padding padding);

}  // namespace lapis
