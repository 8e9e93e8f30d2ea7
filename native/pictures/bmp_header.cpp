#include "pictures/bmp_header.h"

#include <algorithm>

#include "lapis/core/error.h"

namespace lapis::native {
namespace {

constexpr std::size_t kHeaderAt = 14;  // behind "BM", the file's size, and where the pixels are
constexpr std::size_t kMasksAt = kHeaderAt + 40, kAlphaMaskAt = kMasksAt + 12;
constexpr std::size_t kOs2Header = 12, kWindowsHeader = 40;
constexpr std::uint32_t kJpegInside = 4, kPngInside = 5;

void read_size(Octets bytes, std::size_t header_size, BmpHeader& header) {
  if (header_size == kOs2Header) {
    header.width = little_endian(bytes, kHeaderAt + 4, 2);
    header.height = little_endian(bytes, kHeaderAt + 6, 2);
    header.bits = little_endian(bytes, kHeaderAt + 10, 2);
  } else {
    header.width = static_cast<std::int32_t>(little_endian(bytes, kHeaderAt + 4, 4));
    header.height = static_cast<std::int32_t>(little_endian(bytes, kHeaderAt + 8, 4));
    header.bits = little_endian(bytes, kHeaderAt + 14, 2);
  }
  header.is_top_down = header.height < 0;
  if (header.is_top_down) header.height = -header.height;
  check_size(header.width, header.height);
}

void check_combination(const BmpHeader& header) {
  const std::uint32_t bits = header.bits;
  bool fits = false;
  switch (header.compression) {
    case BmpCompression::none:
      fits = bits == 1 || bits == 2 || bits == 4 || bits == 8 || bits == 16 || bits == 24 || bits == 32;
      break;
    case BmpCompression::rle8:
      fits = bits == 8;
      break;
    case BmpCompression::rle4:
      fits = bits == 4;
      break;
    case BmpCompression::rle24:
      fits = bits == 24;
      break;
    case BmpCompression::bit_fields:
    case BmpCompression::alpha_bit_fields:
      fits = bits == 16 || bits == 32;
      break;
  }
  if (!fits) {
    fail("a BMP of a kind that is not read (compression ", static_cast<std::uint32_t>(header.compression),
         ", ", bits, " bits): save it as PNG");
  }
  if (header.is_run_length() && header.is_top_down) fail_damaged("compressed and from the top down");
}

void check_mask(std::uint32_t mask) {
  const std::uint32_t lowest = mask & (0 - mask);
  if ((mask & (mask + lowest)) != 0) fail_damaged("a colour's bits are not in one row");
}

/// `after` is moved behind masks that follow the header; newer headers hold them.
void read_masks(Octets bytes, std::size_t header_size, BmpHeader& header, std::size_t& after) {
  if (header.compression == BmpCompression::none) {
    if (header.bits == 16) header.masks = {0x7C00, 0x03E0, 0x001F, 0};
    if (header.bits == 32) {
      const bool says_alpha = header_size >= 108;  // and browsers believe it
      header.masks = {0xFF0000, 0x00FF00, 0x0000FF, says_alpha ? little_endian(bytes, kAlphaMaskAt, 4) : 0};
      check_mask(header.masks[3]);
    }
    return;
  }
  if (header.is_run_length()) return;
  const bool inside = header_size > kWindowsHeader;
  const bool has_alpha = inside ? header_size >= 56 : header.compression == BmpCompression::alpha_bit_fields;
  const std::size_t count = has_alpha ? 4 : 3;
  for (std::size_t i = 0; i < count; ++i) {
    header.masks[i] = little_endian(bytes, kMasksAt + 4 * i, 4);
    // A pixel of 16 bits has no others.
    if (header.bits == 16) header.masks[i] &= 0xFFFF;
    const std::uint32_t lowest = header.masks[i] & (0 - header.masks[i]);
    if ((header.masks[i] & (header.masks[i] + lowest)) != 0)
      fail_damaged("a colour's bits are not in one row");
  }
  if (!inside) after += 4 * count;
}

/// Numbers that the file has no colour for are black, as in browsers.
void read_colours(Octets bytes, std::size_t header_size, std::size_t at, BmpHeader& header) {
  const std::size_t most = std::size_t{1} << header.bits;
  const std::size_t entry = header_size == kOs2Header ? 3 : 4;
  std::size_t count = most;
  if (header_size >= 36) {
    const std::size_t used = little_endian(bytes, kHeaderAt + 32, 4);
    if (used != 0 && used < most) count = used;
  }
  if (header.pixels_at > at) count = std::min(count, (header.pixels_at - at) / entry);
  header.colours.assign(most, {0, 0, 0});
  for (std::size_t i = 0; i < count; ++i, at += entry) {
    for (std::size_t c = 0; c < 3; ++c) {
      header.colours[i][2 - c] = static_cast<std::uint8_t>(little_endian(bytes, at + c, 1));
    }
  }
}

}  // namespace

BmpHeader read_bmp_header(Octets bytes) {
  BmpHeader header;
  header.pixels_at = little_endian(bytes, 10, 4);
  const std::size_t header_size = little_endian(bytes, kHeaderAt, 4);
  const bool is_os2 = header_size >= 16 && header_size <= 64 && header_size != kWindowsHeader;
  if (header_size != kOs2Header && header_size != kWindowsHeader && !is_os2 && header_size != 108 &&
      header_size != 124) {
    fail("a BMP of a kind that is not read (a header of ", header_size, " bytes): save it as PNG");
  }
  read_size(bytes, header_size, header);
  const std::uint32_t compression = header_size >= 20 ? little_endian(bytes, kHeaderAt + 16, 4) : 0;
  const bool is_windows =
      header_size == kWindowsHeader || header_size == 52 || header_size == 56 || header_size > 64;
  if ((compression == kJpegInside && (is_windows || header.bits != 24)) || compression == kPngInside) {
    fail("a BMP that holds a ", compression == kPngInside ? "PNG" : "JPEG", ": save it as PNG");
  }
  header.compression = static_cast<BmpCompression>(compression);
  if (compression > 6) fail_damaged("unknown compression");
  check_combination(header);
  std::size_t after = kHeaderAt + header_size;
  read_masks(bytes, header_size, header, after);
  if (header.bits <= 8) read_colours(bytes, header_size, after, header);
  if (header.pixels_at < after) fail_damaged("its pixels begin inside its header");
  return header;
}

}  // namespace lapis::native
