#include "lapis/model/open_sizes.h"

namespace lapis {

namespace {

bool is_accepted(const Model& model, Shape x) {
  try {
    for (int i = 0; i < model.layer_count(); ++i) {
      x = model.layer(i).output_shape(x);
      x.size();
    }
    return true;
  } catch (const Error&) {
    return false;
  }
}

/// The smallest size from `least` on that `accepts`; 0: there is none. What a Reshape accepts are multiples,
/// so the first sizes are tried one by one; from there on a window or a padding decides, and all that are
/// larger than an accepted size are.
template <class Accepts>
Index smallest(Index least, const Accepts& accepts) {
  constexpr Index kOneByOne = 64;
  constexpr Index kMost = 1 << 15;
  Index refused = least;
  for (; refused < least + kOneByOne; ++refused)
    if (accepts(refused)) return refused;
  Index accepted = 2 * --refused;
  while (!accepts(accepted)) {
    refused = accepted;
    accepted *= 2;
    if (accepted > kMost) return 0;
  }
  while (accepted - refused > 1) {
    const Index middle = (accepted + refused) / 2;
    (accepts(middle) ? accepted : refused) = middle;
  }
  return accepted;
}

}  // namespace

std::optional<Shape> with_smallest_sizes(const Model& model, const Shape& x, Index least) {
  Shape found = x;
  if (found[0] == kUnknown) found.set(0, 1);
  if (found.is_known()) return found;
  const auto with = [&](Index size) {
    Shape shape = found;
    for (int axis = 1; axis < shape.rank(); ++axis)
      if (x[axis] == kUnknown) shape.set(axis, size);
    return shape;
  };
  const Index size = smallest(least, [&](Index each) { return is_accepted(model, with(each)); });
  if (size == 0) return std::nullopt;
  found = with(size);
  for (int axis = 1; axis < x.rank(); ++axis) {
    if (x[axis] != kUnknown) continue;
    for (Index smaller = least; smaller < size; ++smaller) {
      Shape shape = found;
      shape.set(axis, smaller);
      if (!is_accepted(model, shape)) continue;
      found = shape;
      break;
    }
  }
  return found;
}

}  // namespace lapis
