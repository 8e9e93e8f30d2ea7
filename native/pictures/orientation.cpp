#include "pictures/orientation.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace lapis::native {
namespace {

/// Whole numbers of a TIFF block, in its byte order; 0 past the end.
struct Tiff {
  Octets bytes;
  bool little = false;

  std::uint32_t number(std::size_t at, std::size_t size) const {
    if (at > bytes.size() || bytes.size() - at < size) return 0;
    return little ? little_endian(bytes, at, size) : big_endian(bytes, at, size);
  }
};

}  // namespace

int exif_orientation(Octets block) {
  constexpr std::uint32_t kOrientation = 0x0112, kShort = 3;
  const std::string_view text = as_text(block);
  const bool little = text.starts_with("II");
  if (!little && !text.starts_with("MM")) return 1;
  const Tiff tiff{block, little};
  const std::size_t directory = tiff.number(4, 4);
  const std::size_t entries = tiff.number(directory, 2);
  for (std::size_t i = 0; i < entries; ++i) {
    const std::size_t entry = directory + 2 + 12 * i;
    if (tiff.number(entry, 2) != kOrientation) continue;
    if (tiff.number(entry + 2, 2) != kShort || tiff.number(entry + 4, 4) != 1) return 1;
    const std::uint32_t orientation = tiff.number(entry + 8, 2);
    return orientation >= 1 && orientation <= 8 ? static_cast<int>(orientation) : 1;
  }
  return 1;
}

void turn_upright(int orientation, Picture& picture) {
  if (orientation <= 1 || orientation > 8) return;
  const bool transposed = orientation >= 5;  // the stored rows are the upright columns
  const bool mirror_x = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const bool mirror_y = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  const int width = transposed ? picture.height : picture.width;
  const int height = transposed ? picture.width : picture.height;
  std::vector<std::uint8_t> turned(picture.pixels.size());
  const auto channels = static_cast<std::size_t>(picture.channels);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      int from_x = transposed ? y : x;
      int from_y = transposed ? x : y;
      if (mirror_x) from_x = picture.width - 1 - from_x;
      if (mirror_y) from_y = picture.height - 1 - from_y;
      const auto from = static_cast<std::size_t>(from_y) * static_cast<std::size_t>(picture.width) +
                        static_cast<std::size_t>(from_x);
      const auto to =
          static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x);
      std::copy_n(picture.pixels.begin() + static_cast<std::ptrdiff_t>(from * channels), channels,
                  turned.begin() + static_cast<std::ptrdiff_t>(to * channels));
    }
  }
  picture.pixels = std::move(turned);
  picture.width = width;
  picture.height = height;
}

}  // namespace lapis::native
