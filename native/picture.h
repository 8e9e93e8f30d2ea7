#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lapis::native {

/// 8-bit pixels, row by row from the top left: [height, width, channels].
struct Picture {
  std::vector<std::uint8_t> pixels;
  int width = 0;
  int height = 0;
  int channels = 3;  // 3: RGB, 4: RGBA
};

/// Decodes a PNG, JPEG, BMP, GIF (first frame) or PNM, turned upright as its EXIF orientation says (as
/// browsers do). Throws Error, beginning with `name`, where the bytes are empty, no picture, truncated or
/// damaged, or the picture has no pixels or too many.
Picture decode_picture(const std::string& name, std::span<const std::uint8_t> bytes);

/// The bytes begin as a picture in a format that `decode_picture` reads, whatever the file is called.
bool is_picture(std::span<const std::uint8_t> bytes);

/// Endings of names that such files have: ".png", ".jpg", ..., in lower case.
std::span<const std::string_view> picture_endings();

/// `decode_picture` of a file.
Picture read_picture(const std::string& path);

}  // namespace lapis::native
