#pragma once

#include <algorithm>
#include <cmath>

#include "lapis/ops/backend.h"

namespace lapis_test {

/// An element-wise activation as it is defined, in double.
inline double activated(lapis::Activation activation, double x) {
  switch (activation) {
    case lapis::Activation::relu:
      return std::max(x, 0.0);
    case lapis::Activation::sigmoid:
      return 1 / (1 + std::exp(-x));
    case lapis::Activation::tanh:
      return std::tanh(x);
    case lapis::Activation::hard_sigmoid:
      return std::min(1.0, std::max(0.0, x / 6 + 0.5));
    case lapis::Activation::hard_sigmoid_keras2:
      return std::min(1.0, std::max(0.0, 0.2 * x + 0.5));
    default:
      return x;
  }
}

}  // namespace lapis_test
