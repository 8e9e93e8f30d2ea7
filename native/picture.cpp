#include "picture.h"

#include <algorithm>
#include <initializer_list>

#include "file.h"
#include "lapis/core/error.h"
#include "pictures/format.h"

namespace lapis::native {
namespace {

constexpr std::size_t kMaxPictureBytes = std::size_t{256} << 20;

/// A format of pictures and how its files begin.
struct Format {
  const char* name;
  bool (*begins)(std::string_view file);
  Picture (*decode)(Octets bytes);  // null: left out of this build
};

/// The boxes of AVIF and HEIC begin with the names of all that may read them: 4 bytes each.
bool has_brand(std::string_view file, std::initializer_list<std::string_view> wanted) {
  if (file.size() < 16 || file.substr(4, 4) != "ftyp") return false;
  const std::size_t end = std::min<std::size_t>(
      big_endian({reinterpret_cast<const std::uint8_t*>(file.data()), 4}, 0, 4), file.size());
  for (std::size_t at = 8; at + 4 <= end; at += 4) {
    if (std::find(wanted.begin(), wanted.end(), file.substr(at, 4)) != wanted.end()) return true;
  }
  return false;
}

#ifdef LAPIS_HAS_AVIF
constexpr auto kAvif = decode_avif;
#else
constexpr Picture (*kAvif)(Octets) = nullptr;
#endif
#ifdef LAPIS_HAS_GIF
constexpr auto kGif = decode_gif;
#else
constexpr Picture (*kGif)(Octets) = nullptr;
#endif
#ifdef LAPIS_HAS_TIFF
constexpr auto kTiff = decode_tiff;
#else
constexpr Picture (*kTiff)(Octets) = nullptr;
#endif
#ifdef LAPIS_HAS_WEBP
constexpr auto kWebp = decode_webp;
#else
constexpr Picture (*kWebp)(Octets) = nullptr;
#endif

using namespace std::string_view_literals;

constexpr Format kFormats[] = {
    {"PNG", [](std::string_view file) { return file.starts_with("\x89PNG"); }, decode_png},
    {"JPEG", [](std::string_view file) { return file.starts_with("\xFF\xD8"); }, decode_jpeg},
    {"WebP",
     [](std::string_view file) {
       return file.starts_with("RIFF") && file.size() >= 12 && file.substr(8, 4) == "WEBP";
     },
     kWebp},
    {"AVIF",
     [](std::string_view file) {
       return has_brand(file, {"avif", "avis"});
     },
     kAvif},
    {"GIF", [](std::string_view file) { return file.starts_with("GIF8"); }, kGif},
    {"BMP", [](std::string_view file) { return file.starts_with("BM"); }, decode_bmp},
    {"TIFF",
     [](std::string_view file) {
       return file.starts_with("II*\0"sv) || file.starts_with("MM\0*"sv) || file.starts_with("II+\0"sv) ||
              file.starts_with("MM\0+"sv);
     },
     kTiff},
    {"PNM",
     [](std::string_view file) {
       constexpr std::string_view kBehind = " \t\r\n\v\f#";
       return file.size() > 2 && file[0] == 'P' && file[1] >= '1' && file[1] <= '6' &&
              kBehind.find(file[2]) != kBehind.npos;
     },
     decode_pnm},
};

/// What people take for a picture and is none of these.
constexpr Format kOthers[] = {
    {"HEIC",
     [](std::string_view file) {
       return has_brand(file, {"heic", "heix", "heim", "heis", "hevc", "mif1", "msf1"});
     },
     nullptr},
    {"JPEG XL",
     [](std::string_view file) {
       return file.starts_with("\xFF\x0A") || file.starts_with("\0\0\0\x0CJXL "sv);
     },
     nullptr},
    {"JPEG 2000",
     [](std::string_view file) {
       return file.starts_with("\0\0\0\x0CjP  "sv) || file.starts_with("\xFF\x4F\xFF\x51");
     },
     nullptr},
    {"an icon (.ico)", [](std::string_view file) { return file.starts_with("\0\0\1\0"sv); }, nullptr},
    {"Photoshop's", [](std::string_view file) { return file.starts_with("8BPS"); }, nullptr},
    {"PDF", [](std::string_view file) { return file.starts_with("%PDF"); }, nullptr},
    {"SVG", [](std::string_view file) { return file.substr(0, 1024).find("<svg") != file.npos; }, nullptr},
};

const Format* find_format(std::span<const Format> formats, Octets bytes) {
  const auto found = std::find_if(formats.begin(), formats.end(),
                                  [&](const Format& format) { return format.begins(as_text(bytes)); });
  return found == formats.end() ? nullptr : &*found;
}

/// "PNG, JPEG, ... or PNM": the formats of this build.
std::string formats_that_are_read() {
  std::string text;
  for (const Format& format : kFormats) {
    if (format.decode == nullptr) continue;
    if (!text.empty()) text += &format == std::end(kFormats) - 1 ? " or " : ", ";
    text += format.name;
  }
  return text;
}

Picture decode(Octets bytes) {
  if (bytes.empty()) fail("the file is empty, expected a picture");
  if (const Format* format = find_format(kFormats, bytes)) {
    if (format->decode != nullptr) return format->decode(bytes);
    fail("this lapis was built without ", format->name, ": save the picture as PNG or JPEG");
  }
  if (const Format* other = find_format(kOthers, bytes)) {
    fail(other->name, " is not read here: save the picture as PNG or JPEG");
  }
  fail("not a picture that can be read here (", formats_that_are_read(), ")");
}

}  // namespace

bool is_picture(Octets bytes) {
  return find_format(kFormats, bytes) != nullptr;
}

std::span<const std::string_view> picture_endings() {
  static constexpr std::string_view kEndings[] = {".png",  ".apng", ".jpg", ".jpeg", ".jpe", ".jfif",
                                                  ".webp", ".avif", ".gif", ".bmp",  ".dib", ".tif",
                                                  ".tiff", ".pnm",  ".pbm", ".pgm",  ".ppm"};
  return kEndings;
}

Picture decode_picture(const std::string& name, Octets bytes) {
  try {
    return decode(bytes);
  } catch (const Error& error) {
    throw error.inside(name);
  }
}

Picture read_picture(const std::string& path) {
  return decode_picture(path, as_octets(read_file(path, kMaxPictureBytes)));
}

}  // namespace lapis::native
