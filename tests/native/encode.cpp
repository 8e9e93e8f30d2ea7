// Pictures for tests, by the libraries that read them and, for BMP, by hand.
#include <png.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <jpeglib.h>

#include "workbench.h"

namespace lapis_test {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes encode_png(int width, int height, const Bytes& rgb) {
  png_image image;
  std::memset(&image, 0, sizeof image);
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(width);
  image.height = static_cast<png_uint_32>(height);
  image.format = PNG_FORMAT_RGB;
  png_alloc_size_t size = 0;
  REQUIRE(png_image_write_to_memory(&image, nullptr, &size, 0, rgb.data(), 0, nullptr) != 0);
  Bytes file(size);
  REQUIRE(png_image_write_to_memory(&image, file.data(), &size, 0, rgb.data(), 0, nullptr) != 0);
  file.resize(size);
  return file;
}

Bytes encode_jpeg(int width, int height, const Bytes& rgb) {
  jpeg_compress_struct info;
  jpeg_error_mgr errors;
  info.err = jpeg_std_error(&errors);  // ends the program: nothing here can fail but for want of memory
  jpeg_create_compress(&info);
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &bytes, &size);
  info.image_width = static_cast<JDIMENSION>(width);
  info.image_height = static_cast<JDIMENSION>(height);
  info.input_components = 3;
  info.in_color_space = JCS_RGB;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, 95, TRUE);
  jpeg_start_compress(&info, TRUE);
  while (info.next_scanline < info.image_height) {
    JSAMPROW row = const_cast<JSAMPROW>(rgb.data()) +
                   std::size_t{3} * info.next_scanline * static_cast<std::size_t>(width);
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  const Bytes file(bytes, bytes + size);
  std::free(bytes);
  return file;
}

Bytes encode_bmp(int width, int height, const Bytes& rgb) {
  constexpr std::uint32_t kHeader = 54;
  const std::size_t row_bytes = static_cast<std::size_t>(3 * width + 3) / 4 * 4;
  Bytes file = {'B', 'M'};
  const auto add = [&file](std::uint32_t value, int size) {
    for (int i = 0; i < size; ++i) file.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  };
  add(kHeader + static_cast<std::uint32_t>(row_bytes) * static_cast<std::uint32_t>(height), 4);
  add(0, 4), add(kHeader, 4), add(40, 4);
  add(static_cast<std::uint32_t>(width), 4), add(static_cast<std::uint32_t>(height), 4);
  add(1, 2), add(24, 2);
  for (int i = 0; i < 6; ++i) add(0, 4);
  for (int y = height - 1; y >= 0; --y) {
    for (int x = 0; x < width; ++x) {
      const std::uint8_t* pixel = rgb.data() + 3 * (y * width + x);
      file.insert(file.end(), {pixel[2], pixel[1], pixel[0]});
    }
    file.resize(file.size() + row_bytes - static_cast<std::size_t>(3 * width));
  }
  return file;
}

}  // namespace

Bytes encode(const std::string& format, int width, int height, const Bytes& rgb) {
  if (format == "png") return encode_png(width, height, rgb);
  if (format == "jpg") return encode_jpeg(width, height, rgb);
  REQUIRE(format == "bmp");
  return encode_bmp(width, height, rgb);
}

Bytes plain_png(int width, int height, std::uint8_t red, std::uint8_t green, std::uint8_t blue) {
  Bytes rgb;
  for (int i = 0; i < width * height; ++i) rgb.insert(rgb.end(), {red, green, blue});
  return encode("png", width, height, rgb);
}

}  // namespace lapis_test
