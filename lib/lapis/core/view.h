#pragma once

#include <cstdint>

#include "lapis/core/shape.h"

namespace lapis {

/// Memory that somebody else owns, with its shape: row-major, no gaps. On the CPU or on a device.
struct View {
  Real* data = nullptr;
  Shape shape;
};

/// The same, read only.
struct ConstView {
  const Real* data = nullptr;
  Shape shape;

  ConstView() = default;
  ConstView(const Real* values, const Shape& sizes) : data(values), shape(sizes) {}
  ConstView(const View& view) : data(view.data), shape(view.shape) {}
};

/// One byte a time step, row-major [batch, time]; 0 means "this step is padding". nullptr: no mask, all steps
/// count.
using Mask = const std::uint8_t*;

}  // namespace lapis
