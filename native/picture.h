#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Pictures from files: the only door to the decoders, one a format, in `pictures/`.
///
/// The pixels are those that browsers show with colour management off, and Pillow: turned upright by EXIF, 16
/// bits to 8, the first frame or page. Colour profiles and gamma are ignored, for networks are trained on the
/// stored bytes.
namespace lapis::native {

/// 8-bit pixels, row by row from the top left: [height, width, channels].
struct Picture {
  std::vector<std::uint8_t> pixels;
  int width = 0;
  int height = 0;
  int channels = 3;  // 1: grey, 3: RGB, 4: RGBA (colours not multiplied by alpha)
};

/// Decodes a picture of any format that was built in; what it is called does not count. Throws Error,
/// beginning with `name`, where the bytes are empty, no picture, truncated or damaged, the format was left
/// out of this build, or the picture has no pixels or too many. No byte of the result is made up.
Picture decode_picture(const std::string& name, std::span<const std::uint8_t> bytes);

/// The bytes begin as a picture, also of a format that was left out of this build.
bool is_picture(std::span<const std::uint8_t> bytes);

/// Endings of names that such files have: ".png", ".jpg", ..., in lower case.
std::span<const std::string_view> picture_endings();

/// `decode_picture` of a file.
Picture read_picture(const std::string& path);

}  // namespace lapis::native
