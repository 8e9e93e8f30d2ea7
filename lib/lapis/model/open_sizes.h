#pragma once

#include <optional>

#include "lapis/model/model.h"

namespace lapis {

/// `x`, batch first, with the smallest sizes that all layers of `model` accept, from `least` on, where it
/// leaves sizes open (kUnknown, batch included: 1). For arithmetic and tests where nobody has said how large
/// the inputs will be. Nothing where no such size was found.
std::optional<Shape> with_smallest_sizes(const Model& model, const Shape& x, Index least = 1);

}  // namespace lapis
