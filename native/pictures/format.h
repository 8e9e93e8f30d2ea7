#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "picture.h"

/// What the decoders of picture formats share. Each format has a file of its own here with the same two
/// functions; `picture.cpp` alone calls them. They throw Error without the file's name.
namespace lapis::native {

using Octets = std::span<const std::uint8_t>;

/// A picture that browsers and Pillow would show, with `orientation` undone. Throws Error where the bytes are
/// truncated, damaged or of a kind that is not read, or the picture has no pixels or too many.
Picture decode_avif(Octets bytes);
Picture decode_bmp(Octets bytes);
Picture decode_gif(Octets bytes);
Picture decode_jpeg(Octets bytes);
Picture decode_png(Octets bytes);
Picture decode_pnm(Octets bytes);
Picture decode_tiff(Octets bytes);
Picture decode_webp(Octets bytes);

/// Throws Error for a size that is not read: to be asked as soon as the header is known.
void check_size(std::int64_t width, std::int64_t height);

/// Room for such a picture, every byte `fill`. Throws Error as `check_size`.
Picture make_picture(std::int64_t width, std::int64_t height, int channels, std::uint8_t fill = 0);

[[noreturn]] void fail_truncated();
/// `why`: the decoder's own words.
[[noreturn]] void fail_damaged(std::string_view why);

/// A whole number of `size` bytes (1 to 4) at `at`. Throws Error (truncated) past the end.
std::uint32_t little_endian(Octets bytes, std::size_t at, std::size_t size);
std::uint32_t big_endian(Octets bytes, std::size_t at, std::size_t size);

/// The bytes as characters.
inline std::string_view as_text(Octets bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace lapis::native
