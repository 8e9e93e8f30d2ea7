#pragma once

#include "lapis/core/size.h"

namespace lapis {

/// Reals to a cache line (of floats): tensors that share a block of memory start on multiples of it.
inline constexpr Index kAlignment = 16;

constexpr Index round_up(Index value, Index unit = kAlignment) {
  return (value + unit - 1) / unit * unit;
}

}  // namespace lapis
