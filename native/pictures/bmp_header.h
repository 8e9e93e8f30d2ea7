#pragma once

#include <array>

#include "pictures/format.h"

namespace lapis::native {

/// How a BMP's pixels are stored; the numbers are the file's own.
enum class BmpCompression : std::uint32_t {
  none = 0,
  rle8 = 1,
  rle4 = 2,
  bit_fields = 3,
  rle24 = 4,
  alpha_bit_fields = 6
};

/// What stands before the pixels.
struct BmpHeader {
  std::int64_t width = 0, height = 0;  // pixels, checked
  bool is_top_down = false;            // else the lowest row comes first
  std::uint32_t bits = 0;              // of a pixel: 1, 2, 4, 8, 16, 24, 32
  BmpCompression compression = BmpCompression::none;
  std::array<std::uint32_t, 4> masks{};  // red, green, blue, alpha in pixels of 16 or 32 bits; 0: none
  std::vector<std::array<std::uint8_t, 3>> colours;  // RGB, of pixels of up to 8 bits: one for each number
  std::size_t pixels_at = 0;                         // in the file

  bool is_run_length() const {
    return compression == BmpCompression::rle8 || compression == BmpCompression::rle4 ||
           compression == BmpCompression::rle24;
  }
};

/// Every header there is: OS/2 (1 and 2) and Windows (3, 4, 5). Throws Error.
BmpHeader read_bmp_header(Octets bytes);

}  // namespace lapis::native
