#include "jpeg_check.h"

#include <algorithm>

namespace lapis::native {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::uint8_t kHuffmanTables = 0xC4;
constexpr std::uint8_t kEndOfImage = 0xD9;

/// A marker without a segment behind it; a stuffed or filling byte.
bool stands_alone(std::uint8_t marker) {
  return marker == 0x00 || marker == 0x01 || marker == 0xFF || (marker >= 0xD0 && marker <= 0xD8);
}

/// The tables of one segment: a byte, 16 counts, as many values as the counts add up to; then the next.
bool tables_are_sound(Bytes segment) {
  constexpr std::size_t kCounts = 16;
  constexpr std::size_t kMostCodes = 256;
  while (!segment.empty()) {
    if (segment.size() < 1 + kCounts) return false;
    std::size_t codes = 0;
    for (const std::uint8_t count : segment.subspan(1, kCounts)) codes += count;
    if (codes > kMostCodes || segment.size() < 1 + kCounts + codes) return false;
    segment = segment.subspan(1 + kCounts + codes);
  }
  return true;
}

}  // namespace

bool has_sound_huffman_tables(Bytes jpeg) {
  // Wherever the decoder may look for a marker: behind any 0xFF that is not inside another segment.
  for (std::size_t at = 0; at + 1 < jpeg.size();) {
    if (jpeg[at] != 0xFF || stands_alone(jpeg[at + 1])) {
      ++at;
      continue;
    }
    const std::uint8_t marker = jpeg[at + 1];
    if (marker == kEndOfImage) return true;
    if (at + 4 > jpeg.size()) return true;  // truncated: the decoder sees that
    const std::size_t length = static_cast<std::size_t>(jpeg[at + 2]) << 8 | jpeg[at + 3];
    if (length < 2) return false;
    const Bytes rest = jpeg.subspan(at + 4);
    if (marker == kHuffmanTables && !tables_are_sound(rest.first(std::min(length - 2, rest.size()))))
      return false;
    at += 2 + length;
  }
  return true;
}

}  // namespace lapis::native
