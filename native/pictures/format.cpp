#include "pictures/format.h"

#include <algorithm>
#include <limits>

#include "lapis/core/error.h"
#include "lapis/input/image.h"

namespace lapis::native {
namespace {

/// `shift_of(i)`: where byte i belongs.
template <class ShiftOf>
std::uint32_t number(Octets bytes, std::size_t at, std::size_t size, ShiftOf shift_of) {
  if (at > bytes.size() || bytes.size() - at < size) fail_truncated();
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value |= std::uint32_t{bytes[at + i]} << shift_of(i);
  return value;
}

}  // namespace

void check_size(std::int64_t width, std::int64_t height) {
  constexpr std::int64_t kMost = std::numeric_limits<Index>::max();
  if (width <= 0 || height <= 0) fail("the picture has no pixels");
  check_image_size(static_cast<Index>(std::min(width, kMost)), static_cast<Index>(std::min(height, kMost)));
}

Picture make_picture(std::int64_t width, std::int64_t height, int channels, std::uint8_t fill) {
  check_size(width, height);
  Picture picture;
  picture.width = static_cast<int>(width);
  picture.height = static_cast<int>(height);
  picture.channels = channels;
  picture.pixels.assign(static_cast<std::size_t>(width * height * channels), fill);
  return picture;
}

void fail_truncated() {
  fail("the picture is truncated");
}

void fail_damaged(std::string_view why) {
  fail("the picture is damaged (", why, ")");
}

std::uint32_t little_endian(Octets bytes, std::size_t at, std::size_t size) {
  return number(bytes, at, size, [](std::size_t i) { return 8 * i; });
}

std::uint32_t big_endian(Octets bytes, std::size_t at, std::size_t size) {
  return number(bytes, at, size, [size](std::size_t i) { return 8 * (size - 1 - i); });
}

}  // namespace lapis::native
