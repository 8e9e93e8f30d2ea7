#pragma once

#include <algorithm>

#include "lapis/ops/backend.h"

/// What layers count their work with (Layer::work). The unit is a multiply-accumulate of a large product,
/// some 0.05 ns on one core; the numbers are rounded up from what was measured for the least favourable
/// sizes, so that 1e10 are about a second or less.
namespace lapis::work {

/// A value that comes from memory or goes there.
inline constexpr double kMoved = 10;
/// A value that a simple function is applied to, which takes a few multiplications.
inline constexpr double kSimple = 10;
/// A value of e^x, tanh and the like.
inline constexpr double kFunction = 150;
/// A row of a recurrent layer that goes one step on, whatever its units.
inline constexpr double kStep = 2000;
/// Products and windows work on so many columns or channels at once, also where there are fewer.
inline constexpr double kColumns = 16;

/// rows x [k] times [k, n].
inline double of_product(double rows, double k, double n) {
  return rows * k * std::max(n, kColumns);
}

inline double of_activation(Activation activation, double values) {
  switch (activation) {
    case Activation::linear:
      return 0;
    case Activation::relu:
    case Activation::relu6:
    case Activation::leaky_relu:
    case Activation::hard_sigmoid:
    case Activation::hard_tanh:
    case Activation::hard_silu:
    case Activation::softsign:
      return kSimple * values;
    default:
      return kFunction * values;
  }
}

}  // namespace lapis::work
