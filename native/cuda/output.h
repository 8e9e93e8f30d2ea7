#pragma once

#include "functions.h"
#include "sides.h"

namespace lapis::cuda {

/// Where a product's sums go: c = activation(sums (+ c) (+ bias)).
struct Output {
  Real* c = nullptr;
  Index ldc = 0;
  Index part = 0;  // distance of the parts of a sum that is cut
  bool accumulate = false;
  const Real* bias = nullptr;
  Activation activation = Activation::linear;
  bool vector = false;
  /// Not 0: row (image, y, x), numbered by `rows`, is row image * image + y * down + x * across of c.
  Index image = 0;
  Index down = 0, across = 0;
  Radix rows;

  Output(Real* to, Index stride) : c(to), ldc(stride), vector(is_aligned(to) && stride % 4 == 0) {}

  LAPIS_DEVICE Real* row(int number) const {
    if (image == 0) return c + number * ldc;
    const Digits at = rows.split(number);
    return c + (at.high * image + at.middle * down + at.low * across) * ldc;
  }

  /// The first `left` of four sums, for columns from `column` on, a multiple of 4. All but the activations
  /// that activate() is for.
  LAPIS_DEVICE void store(Real* row, int column, int left, const Quad& sums) const {
    Real* const to = row + column;
    const bool whole = vector && left >= 4;
    Quad values = sums;
    if (accumulate) {
      if (whole) {
        const Quad before = load_quad(to);
        LAPIS_UNROLL for (int i = 0; i < 4; ++i) values.at[i] += before.at[i];
      } else {
        LAPIS_UNROLL for (int i = 0; i < 4; ++i) values.at[i] += i < left ? to[i] : Real(0);
      }
    }
    if (bias != nullptr) {
      LAPIS_UNROLL for (int i = 0; i < 4; ++i) values.at[i] += i < left ? bias[column + i] : Real(0);
    }
    if (activation == Activation::relu) {
      LAPIS_UNROLL for (int i = 0; i < 4; ++i) values.at[i] =
          values.at[i] > 0 || values.at[i] != values.at[i] ? values.at[i] : Real(0);
    }
    if (whole) return store_quad(values, to);
    LAPIS_UNROLL for (int i = 0; i < 4; ++i) if (i < left) to[i] = values.at[i];
  }

  /// Most activations are large functions: they run over what store() wrote, in a loop of their own.
  LAPIS_DEVICE bool has_activation_left() const {
    return activation != Activation::linear && activation != Activation::relu;
  }
  LAPIS_DEVICE void activate(Real* row, int column, int left) const {
    LAPIS_NO_UNROLL for (int i = 0; i < 4; ++i) if (i < left) row[column + i] =
        activated(activation, row[column + i]);
  }
};

}  // namespace lapis::cuda
