#pragma once

#include <span>

#include "lapis/core/parameters.h"
#include "lapis/core/random.h"

namespace lapis {

/// Fills `values` (as many as `shape` has) with the start values that `initializer` describes. A pure
/// function of its arguments: the same on every machine and thread count. `initializer.seed`, where set,
/// takes the place of `random`'s.
void initialize(const Initializer& initializer, const Shape& shape, RandomStream random,
                std::span<Real> values);

}  // namespace lapis
