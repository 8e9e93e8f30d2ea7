#pragma once

#include <cstddef>

/// The one scalar type of a build. `float` everywhere, but for the target `lapis_f64`: the same sources with
/// `double`, used only to check gradients by finite differences (good to 3e-8 in double, 2e-2 in float).
#ifndef LAPIS_REAL
#define LAPIS_REAL float
#endif

namespace lapis {

using Real = LAPIS_REAL;

/// Signed size and index. 32 bits in WebAssembly, so that loops there stay in native registers.
using Index = std::ptrdiff_t;

}  // namespace lapis
