// PNG by libpng.
#include <cstring>

#include <png.h>

#include "pictures/format.h"
#include "pictures/jump.h"
#include "pictures/orientation.h"

namespace lapis::native {
namespace {

/// zlib makes at most so many bytes of one.
constexpr std::uint64_t kMostInflation = 1032;
/// Where width and height stand: behind the signature, and the length and name of the first chunk.
constexpr std::size_t kSizeAt = 16;

struct Decoder {
  Octets bytes;
  std::size_t position = 0;
  png_structp png = nullptr;
  png_infop info = nullptr;
  std::jmp_buf failed{};
  char message[128] = {};
  bool truncated = false;

  ~Decoder() { png_destroy_read_struct(&png, &info, nullptr); }
};

[[noreturn]] void leave(png_structp png, png_const_charp message) {
  auto& decoder = *static_cast<Decoder*>(png_get_error_ptr(png));
  std::strncpy(decoder.message, message, sizeof decoder.message - 1);
  std::longjmp(decoder.failed, 1);
}

/// Damage that leaves the pixels as they are is passed over, as in browsers; not in the colour that is
/// transparent, nor where the checksum of the pixels themselves is wrong.
void warn(png_structp png, png_const_charp message) {
  const std::string_view text = message;
  if (text.starts_with("tRNS") || text.find("data check") != text.npos) leave(png, message);
}

void read(png_structp png, png_bytep data, std::size_t size) {
  auto& decoder = *static_cast<Decoder*>(png_get_io_ptr(png));
  if (decoder.bytes.size() - decoder.position < size) {
    decoder.truncated = true;
    leave(png, "truncated");
  }
  std::memcpy(data, decoder.bytes.data() + decoder.position, size);
  decoder.position += size;
}

/// All chunks before the pixels. Of those that need not be there only two count: which colour is transparent
/// (tRNS) and how the camera was held (eXIf). Colour profiles and gamma are passed over: networks are trained
/// on the bytes.
void read_header(Decoder& decoder) {
  png_set_read_fn(decoder.png, &decoder, read);
  png_set_user_limits(decoder.png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_set_keep_unknown_chunks(decoder.png, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
  const png_byte kept[] = "eXIf";
  png_set_keep_unknown_chunks(decoder.png, PNG_HANDLE_CHUNK_AS_DEFAULT, kept, 1);
  png_read_info(decoder.png, decoder.info);
}

/// 8 bits a channel: grey, RGB, RGBA, or the number of a colour in the palette. Returns the number of
/// channels.
int choose_colours(Decoder& decoder) {
  const int kind = png_get_color_type(decoder.png, decoder.info);
  if (kind == PNG_COLOR_TYPE_PALETTE) {
    png_set_packing(decoder.png);
  } else {
    png_set_expand(decoder.png);
    png_set_strip_16(decoder.png);
    const bool has_alpha =
        (kind & PNG_COLOR_MASK_ALPHA) != 0 || png_get_valid(decoder.png, decoder.info, PNG_INFO_tRNS) != 0;
    if (has_alpha) png_set_gray_to_rgb(decoder.png);
  }
  png_set_interlace_handling(decoder.png);
  png_read_update_info(decoder.png, decoder.info);
  return png_get_channels(decoder.png, decoder.info);
}

/// Numbers of colours -> RGB, or RGBA where a colour can be seen through. libpng would make numbers without a
/// colour black, browsers something else.
Picture look_up_colours(const Decoder& decoder, const Picture& numbers) {
  png_colorp colours = nullptr;
  png_bytep alphas = nullptr;
  int colour_count = 0, alpha_count = 0;
  png_get_PLTE(decoder.png, decoder.info, &colours, &colour_count);
  png_get_tRNS(decoder.png, decoder.info, &alphas, &alpha_count, nullptr);
  Picture picture = make_picture(numbers.width, numbers.height, alpha_count > 0 ? 4 : 3);
  std::uint8_t* out = picture.pixels.data();
  for (const std::uint8_t number : numbers.pixels) {
    if (number >= colour_count) fail_damaged("a pixel has a colour that the palette lacks");
    *out++ = colours[number].red;
    *out++ = colours[number].green;
    *out++ = colours[number].blue;
    if (alpha_count > 0) *out++ = number < alpha_count ? alphas[number] : 255;
  }
  return picture;
}

[[noreturn]] void refuse(const Decoder& decoder) {
  if (decoder.truncated) fail_truncated();
  fail_damaged(decoder.message);
}

}  // namespace

Picture decode_png(Octets bytes) {
  // libpng has no words of its own for a picture without pixels.
  const std::uint32_t width = big_endian(bytes, kSizeAt, 4), height = big_endian(bytes, kSizeAt + 4, 4);
  check_size(width, height);
  Decoder decoder;
  decoder.bytes = bytes;
  decoder.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &decoder, leave, warn);
  if (decoder.png == nullptr) throw std::bad_alloc();
  decoder.info = png_create_info_struct(decoder.png);
  if (decoder.info == nullptr) throw std::bad_alloc();
  if (!run_or_jump(decoder.failed, [&] { read_header(decoder); })) refuse(decoder);

  const std::uint64_t stored = std::uint64_t{png_get_rowbytes(decoder.png, decoder.info)} * height;
  if (stored > kMostInflation * bytes.size()) fail_truncated();
  int orientation = 1;
  png_bytep exif = nullptr;
  png_uint_32 exif_size = 0;
  if (png_get_eXIf_1(decoder.png, decoder.info, &exif_size, &exif) != 0) {
    orientation = exif_orientation({exif, exif_size});
  }

  int channels = 0;
  if (!run_or_jump(decoder.failed, [&] { channels = choose_colours(decoder); })) refuse(decoder);
  Picture picture = make_picture(width, height, channels);
  std::vector<png_bytep> rows;
  const std::size_t row_bytes = picture.pixels.size() / height;
  for (std::size_t y = 0; y < height; ++y) rows.push_back(picture.pixels.data() + y * row_bytes);
  const bool done = run_or_jump(decoder.failed, [&] {
    png_read_image(decoder.png, rows.data());
    png_read_end(decoder.png, nullptr);
  });
  if (!done) refuse(decoder);
  if (png_get_color_type(decoder.png, decoder.info) == PNG_COLOR_TYPE_PALETTE) {
    picture = look_up_colours(decoder, picture);
  }
  turn_upright(orientation, picture);
  return picture;
}

}  // namespace lapis::native
