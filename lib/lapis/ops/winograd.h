#pragma once

#include "lapis/ops/band.h"

/// Internal to ops: Winograd's F(2x2, 3x3) for convolutions with a kernel of 3 x 3 and stride 1 (Lavin and
/// Gray, "Fast Algorithms for Convolutional Neural Networks", 2015). Four neighbouring outputs take 16
/// multiplications instead of 36: a patch of 4 x 4 and the kernel are both transformed to 16 numbers (by
/// additions and halving only), multiplied one by one and summed over channels, and the 16 sums transformed
/// to the 2 x 2 outputs. Over many patches the multiplication is 16 matrix products [patches, channels] x
/// [channels, filters].
///
/// The results differ from the plain sum's in the last bits (about twice its rounding error), so only
/// prepared kernels are used this way, for predicting; training sums plainly.
namespace lapis::cpu {

struct Winograd {
  Windows windows;
  Index filters = 0;

  /// Whether this way can be gone, and is shorter.
  static bool pays(const Windows& windows, Index filters);

  Index prepared_size() const;
  void prepare(const Real* kernel, Real* prepared) const;
  /// Memory for `rows` rows of the output: what every number of rows takes, and a band of the source.
  Index memory(Index rows) const;
  Index working_memory() const;
  /// Rows [first, last) of the output of the image at `source`, to `y`; bias may be nullptr, activation is an
  /// element-wise one.
  void convolve(const Real* source, Index first, Index last, const Real* prepared, const Real* bias,
                Activation activation, Real* memory, Real* y) const;
};

}  // namespace lapis::cpu
