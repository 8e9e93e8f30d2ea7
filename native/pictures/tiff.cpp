// The first page of a TIFF, by libtiff: strips and tiles, in every compression that the library has.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>

#include <tiffio.h>

#include "lapis/core/error.h"
#include "lapis/input/image.h"
#include "pictures/format.h"
#include "pictures/orientation.h"

namespace lapis::native {
namespace {

/// The file as libtiff asks for it, and what it said.
struct Source {
  Octets bytes;
  toff_t position = 0;
  std::string message;
};

Source& source_of(thandle_t handle) {
  return *static_cast<Source*>(handle);
}

tmsize_t read(thandle_t handle, void* data, tmsize_t size) {
  Source& source = source_of(handle);
  const toff_t left = source.bytes.size() - std::min<toff_t>(source.position, source.bytes.size());
  const auto count = static_cast<std::size_t>(std::min<toff_t>(left, static_cast<toff_t>(size)));
  std::memcpy(data, source.bytes.data() + (source.bytes.size() - left), count);
  source.position += count;
  return static_cast<tmsize_t>(count);
}

tmsize_t refuse_to_write(thandle_t, void*, tmsize_t) {
  return 0;
}

toff_t seek(thandle_t handle, toff_t offset, int from) {
  Source& source = source_of(handle);
  source.position = offset + (from == SEEK_CUR   ? source.position
                              : from == SEEK_END ? source.bytes.size()
                                                 : 0);
  return source.position;
}

int stay_open(thandle_t) {
  return 0;
}

toff_t size_of(thandle_t handle) {
  return source_of(handle).bytes.size();
}

int note_error(TIFF*, void* user, const char*, const char* format, va_list values) {
  char text[256];
  std::vsnprintf(text, sizeof text, format, values);
  auto& source = *static_cast<Source*>(user);
  if (source.message.empty()) source.message = text;
  return 1;
}

int ignore_warning(TIFF*, void*, const char*, const char*, va_list) {
  return 1;
}

struct Close {
  void operator()(TIFF* tiff) const { TIFFClose(tiff); }
  void operator()(TIFFOpenOptions* options) const { TIFFOpenOptionsFree(options); }
};

[[noreturn]] void refuse(const Source& source, const char* otherwise) {
  fail_damaged(source.message.empty() ? otherwise : source.message);
}

/// libtiff does so itself for all but grey.
void multiply_by_alpha(std::vector<std::uint32_t>& raster) {
  for (std::uint32_t& pixel : raster) {
    const std::uint32_t alpha = TIFFGetA(pixel);
    const std::uint32_t grey = (TIFFGetR(pixel) * alpha + 127) / 255;
    pixel = grey | grey << 8 | grey << 16 | alpha << 24;
  }
}

/// Reads `tiff` as it is stored, [height, width] of red, green, blue, alpha from the lowest byte on; colours
/// are multiplied by alpha.
std::vector<std::uint32_t> read_raster(TIFF& tiff, const Source& source, std::uint32_t width,
                                       std::uint32_t height) {
  char why[1024] = {};
  TIFFRGBAImage image;
  constexpr int kStopOnError = 1;
  if (TIFFRGBAImageOK(&tiff, why) == 0 || TIFFRGBAImageBegin(&image, &tiff, kStopOnError, why) == 0) {
    fail("a TIFF of a kind that is not read (", why, "): save it as PNG");
  }
  image.req_orientation = image.orientation;  // libtiff itself can only mirror
  std::vector<std::uint32_t> raster(std::size_t{width} * height);
  const int done = TIFFRGBAImageGet(&image, raster.data(), width, height);
  TIFFRGBAImageEnd(&image);
  const bool is_grey =
      image.photometric == PHOTOMETRIC_MINISBLACK || image.photometric == PHOTOMETRIC_MINISWHITE;
  const bool keeps_colours = is_grey && image.alpha == EXTRASAMPLE_UNASSALPHA;
  if (done == 0 || !source.message.empty()) refuse(source, "libtiff cannot decode it");
  if (keeps_colours) multiply_by_alpha(raster);
  return raster;
}

}  // namespace

Picture decode_tiff(Octets bytes) {
  Source source{bytes, 0, {}};
  const std::unique_ptr<TIFFOpenOptions, Close> options(TIFFOpenOptionsAlloc());
  if (!options) throw std::bad_alloc();
  TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), tmsize_t{kMaxImagePixels} * 4);
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), note_error, &source);
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), ignore_warning, nullptr);
  // "m": not mapped, so that every byte is asked for.
  const std::unique_ptr<TIFF, Close> tiff(TIFFClientOpenExt("TIFF", "rm", &source, read, refuse_to_write,
                                                            seek, stay_open, size_of, nullptr, nullptr,
                                                            options.get()));
  if (!tiff) refuse(source, "libtiff cannot open it");
  std::uint32_t width = 0, height = 0;
  std::uint16_t orientation = ORIENTATION_TOPLEFT;
  TIFFGetField(tiff.get(), TIFFTAG_IMAGEWIDTH, &width);
  TIFFGetField(tiff.get(), TIFFTAG_IMAGELENGTH, &height);
  TIFFGetField(tiff.get(), TIFFTAG_ORIENTATION, &orientation);
  check_size(width, height);

  Picture picture = make_picture(width, height, 3);
  std::uint8_t* out = picture.pixels.data();
  for (const std::uint32_t pixel : read_raster(*tiff, source, width, height)) {
    const std::uint32_t white = 255 - TIFFGetA(pixel);  // what shows through
    *out++ = static_cast<std::uint8_t>(std::min<std::uint32_t>(255, TIFFGetR(pixel) + white));
    *out++ = static_cast<std::uint8_t>(std::min<std::uint32_t>(255, TIFFGetG(pixel) + white));
    *out++ = static_cast<std::uint8_t>(std::min<std::uint32_t>(255, TIFFGetB(pixel) + white));
  }
  turn_upright(orientation, picture);
  return picture;
}

}  // namespace lapis::native
