#include "picture.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <string_view>

#include "exif.h"
#include "file.h"
#include "jpeg_check.h"
#include "lapis/core/error.h"
#include "lapis/input/image.h"
#include "stb.h"

namespace lapis::native {
namespace {

constexpr std::size_t kMaxPictureBytes = std::size_t{256} << 20;

/// Feeds bytes to stb_image and notes whether it asked for more than there are: stb reads zeros past the end
/// and returns half a picture for some truncated files.
struct Source {
  std::span<const std::uint8_t> bytes;
  std::size_t position = 0;
  bool past_end = false;

  static int read(void* user, char* data, int size) {
    auto& source = *static_cast<Source*>(user);
    const std::size_t left = source.bytes.size() - source.position;
    if (left == 0) source.past_end = true;
    const std::size_t count = std::min(left, static_cast<std::size_t>(size));
    std::memcpy(data, source.bytes.data() + source.position, count);
    source.position += count;
    return static_cast<int>(count);
  }

  static void skip(void* user, int count) {
    auto& source = *static_cast<Source*>(user);
    const auto position = static_cast<std::ptrdiff_t>(source.position) + count;
    const auto end = static_cast<std::ptrdiff_t>(source.bytes.size());
    if (position > end) source.past_end = true;
    source.position = static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(position, 0, end));
  }

  static int eof(void* user) {
    const auto& source = *static_cast<const Source*>(user);
    return source.position >= source.bytes.size() ? 1 : 0;
  }
};

constexpr stbi_io_callbacks kCallbacks = {Source::read, Source::skip, Source::eof};

[[noreturn]] void refuse(const std::string& name, const Source& source, std::string_view why) {
  if (why.find("0-pixel") != std::string_view::npos || why.find("0 width") != std::string_view::npos ||
      why.find("0 height") != std::string_view::npos) {
    fail(name, ": the picture has no pixels");
  }
  if (source.past_end) fail(name, ": the picture is truncated");
  fail(name, ": the picture is damaged (", why, ")");
}

std::string failure() {
  const char* why = stbi_failure_reason();
  return why == nullptr ? "unknown reason" : why;
}

/// Size and channels from the header, checked before anything is allocated for the pixels.
void read_header(const std::string& name, std::span<const std::uint8_t> bytes, Picture& picture) {
  Source source{bytes};
  int channels = 0;
  if (stbi_info_from_callbacks(&kCallbacks, &source, &picture.width, &picture.height, &channels) == 0) {
    // stbi_info gives no reason; decoding stops at the same place of the header and does.
    Source again{bytes};
    stbi_image_free(
        stbi_load_from_callbacks(&kCallbacks, &again, &picture.width, &picture.height, &channels, 3));
    refuse(name, again, failure());
  }
  if (picture.width <= 0 || picture.height <= 0) fail(name, ": the picture has no pixels");
  try {
    check_image_size(picture.width, picture.height);
  } catch (const Error& error) {
    throw error.inside(name);
  }
  picture.channels = channels == 2 || channels == 4 ? 4 : 3;
}

}  // namespace

bool is_picture(std::span<const std::uint8_t> bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return text.starts_with("\x89PNG") || text.starts_with("\xFF\xD8") || text.starts_with("GIF8") ||
         text.starts_with("BM") || text.starts_with("P5") || text.starts_with("P6");
}

std::span<const std::string_view> picture_endings() {
  static constexpr std::string_view kEndings[] = {".png", ".jpg", ".jpeg", ".jpe", ".jfif",
                                                  ".bmp", ".gif", ".ppm",  ".pgm", ".pnm"};
  return kEndings;
}

Picture decode_picture(const std::string& name, std::span<const std::uint8_t> bytes) {
  if (bytes.empty()) fail(name, ": the file is empty, expected a picture");
  if (!is_picture(bytes)) {
    fail(name, ": not a picture that can be read here (PNG, JPEG, BMP, GIF or PNM)");
  }
  if (bytes[0] == 0xFF && !has_sound_huffman_tables(bytes)) {
    fail(name, ": the picture is damaged or truncated (bad Huffman table)");
  }
  Picture picture;
  read_header(name, bytes, picture);

  Source source{bytes};
  int channels = 0;
  const std::unique_ptr<stbi_uc, void (*)(void*)> pixels(
      stbi_load_from_callbacks(&kCallbacks, &source, &picture.width, &picture.height, &channels,
                               picture.channels),
      stbi_image_free);
  if (!pixels) refuse(name, source, failure());
  if (source.past_end) fail(name, ": the picture is truncated");

  const std::size_t size = static_cast<std::size_t>(picture.width) *
                           static_cast<std::size_t>(picture.height) *
                           static_cast<std::size_t>(picture.channels);
  picture.pixels.assign(pixels.get(), pixels.get() + size);
  turn_upright(exif_orientation(bytes), picture);
  return picture;
}

Picture read_picture(const std::string& path) {
  return decode_picture(path, as_octets(read_file(path, kMaxPictureBytes)));
}

}  // namespace lapis::native
