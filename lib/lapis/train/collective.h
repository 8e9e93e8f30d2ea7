#pragma once

#include <span>

#include "lapis/core/real.h"

namespace lapis {

/// Devices that train one model together.
class Collective {
 public:
  virtual ~Collective() = default;

  /// values[r], `count` Reals in the memory of backend r, all become their sum. It is queued behind what each
  /// backend was asked to do so far, and always added in the same order.
  virtual void sum(std::span<Real* const> values, Index count) = 0;
};

}  // namespace lapis
