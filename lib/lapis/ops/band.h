#pragma once

#include "lapis/ops/backend.h"
#include "lapis/ops/tile.h"

/// Internal to ops: images with their padding, so that every window of a convolution lies inside, and the
/// same distances lead to its taps wherever it stands.
namespace lapis::cpu {

/// A convolution's windows over a source, which is x in forward and dy in backward-data.
struct Windows {
  Index height = 0, width = 0, channels = 0;  // an image of the source
  /// Pixel p of the source stands at p * stretch, zeros between: the way back through a stride.
  Index stretch_y = 1, stretch_x = 1;
  Index out_height = 0, out_width = 0;
  Index taps_y = 1, taps_x = 1;
  Index stride_y = 1, stride_x = 1;
  Index dilation_y = 1, dilation_x = 1;
  Index pad_top = 0, pad_left = 0;

  /// The windows of forward, over x.
  static Windows over_x(const Window2D& window);
  /// The windows over dy [out_height, out_width, filters] that make dx; the kernel's taps come in reverse.
  static Windows over_dy(const Conv2DOp& op);

  Index padded_width() const { return (out_width - 1) * stride_x + (taps_x - 1) * dilation_x + 1; }
  /// Padded rows that `rows` rows of the output need.
  Index padded_rows(Index rows) const { return (rows - 1) * stride_y + (taps_y - 1) * dilation_y + 1; }
  /// Every window lies in the source: it can be read where it is.
  bool fit_the_source() const;
  /// Reals of the band for `rows` rows of the output: 0 where the source itself serves.
  Index band_size(Index rows) const;
};

/// Rows of the padded source for some rows of the output.
struct Band {
  const Real* values = nullptr;  // where the first window of the first of these rows begins
  Index row_step = 0;            // from one padded row to the next

  /// Where the values of a window lie, from its first one on.
  Runs runs(const Windows& windows) const;
};

/// The band for rows [first, last) of the output of the image at `source`: a copy in `memory`, or, with
/// nullptr, the source itself, where the windows fit.
Band make_band(const Windows& windows, const Real* source, Index first, Index last, Real* memory);

}  // namespace lapis::cpu
