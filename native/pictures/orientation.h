#pragma once

#include "pictures/format.h"

namespace lapis::native {

/// The orientation (1 to 8) that a block of EXIF says, the TIFF block without "Exif\0\0" before it; 1
/// (upright) where it says none that counts. Phones store every photo lying and note here how to turn it.
/// Read as browsers read it: one number of 16 bits.
int exif_orientation(Octets tiff);

/// Turns and mirrors `picture` as `orientation` asks.
void turn_upright(int orientation, Picture& picture);

}  // namespace lapis::native
