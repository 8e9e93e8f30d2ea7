#pragma once

#include <cstdint>
#include <span>

#include "picture.h"

namespace lapis::native {

/// The EXIF orientation (1 to 8) of a JPEG; 1 (upright) where there is none or it cannot be read. Phones
/// store every photo lying and note here how to turn it; browsers obey, so the command line does too.
int exif_orientation(std::span<const std::uint8_t> jpeg);

/// Turns and mirrors `picture` as `orientation` asks.
void turn_upright(int orientation, Picture& picture);

}  // namespace lapis::native
