#include "picture.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "exif.h"
#include "jpeg_check.h"
#include "lapis/core/error.h"
#include "lapis/core/random.h"
#include "workbench.h"

using namespace lapis::native;
using lapis_test::encode;

namespace {

/// A gradient, so that every pixel differs from its neighbours.
std::vector<std::uint8_t> gradient(int width, int height) {
  std::vector<std::uint8_t> rgb;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      rgb.push_back(static_cast<std::uint8_t>(10 * x));
      rgb.push_back(static_cast<std::uint8_t>(10 * y));
      rgb.push_back(static_cast<std::uint8_t>(5 * x + 5 * y));
    }
  }
  return rgb;
}

std::string message(const std::vector<std::uint8_t>& bytes) {
  try {
    decode_picture("a.png", bytes);
  } catch (const lapis::Error& error) {
    return error.what();
  }
  return "";
}

/// `jpeg` with an EXIF block of one entry, the orientation, after its first two bytes.
std::vector<std::uint8_t> with_orientation(std::vector<std::uint8_t> jpeg, std::uint8_t orientation,
                                           bool little) {
  std::vector<std::uint8_t> block = {0xFF, 0xE1, 0, 34, 'E', 'x', 'i', 'f', 0, 0};
  const std::vector<std::uint8_t> tiff =
      little ? std::vector<std::uint8_t>{'I', 'I', 42, 0, 8, 0,           0, 0, 1, 0, 0x12, 0x01, 3,
                                         0,   1,   0,  0, 0, orientation, 0, 0, 0, 0, 0,    0,    0}
             : std::vector<std::uint8_t>{'M', 'M', 0, 42, 0, 0, 0,           8, 0, 1, 0x01, 0x12, 0,
                                         3,   0,   0, 0,  1, 0, orientation, 0, 0, 0, 0,    0,    0};
  block.insert(block.end(), tiff.begin(), tiff.end());
  jpeg.insert(jpeg.begin() + 2, block.begin(), block.end());
  return jpeg;
}

}  // namespace

TEST_CASE("picture: lossless formats give the pixels back") {
  const std::vector<std::uint8_t> rgb = gradient(7, 5);
  for (const std::string format : {"png", "bmp"}) {
    const Picture picture = decode_picture("a", encode(format, 7, 5, rgb));
    CHECK(picture.width == 7);
    CHECK(picture.height == 5);
    CHECK(picture.channels == 3);
    CHECK(picture.pixels == rgb);
  }
  const std::string pnm = "P6 2 1 255\n\1\2\3\4\5\6";
  CHECK(decode_picture("a", std::vector<std::uint8_t>(pnm.begin(), pnm.end())).pixels ==
        std::vector<std::uint8_t>{1, 2, 3, 4, 5, 6});
}

TEST_CASE("picture: a file cut anywhere is refused, never half a picture") {
  for (const std::string format : {"png", "jpg", "bmp"}) {
    const std::vector<std::uint8_t> whole = encode(format, 24, 20, gradient(24, 20));
    REQUIRE_NOTHROW(decode_picture("a", whole));
    for (std::size_t size = 0; size < whole.size(); ++size) {
      INFO(format << " of " << whole.size() << " bytes cut to " << size);
      const std::string text = message({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)});
      CHECK(text.starts_with("a.png: "));
      CHECK(text.find('\n') == std::string::npos);
    }
  }
}

TEST_CASE("picture: bytes changed at random never crash") {
  for (const std::string format : {"png", "jpg", "bmp"}) {
    const std::vector<std::uint8_t> whole = encode(format, 16, 16, gradient(16, 16));
    const lapis::RandomStream random(1, 2);
    std::uint64_t drawn = 0;
    int refused = 0;
    for (int round = 0; round < 3000; ++round) {
      std::vector<std::uint8_t> bytes = whole;
      for (int change = 0; change < 3; ++change) {
        const std::uint64_t at = random.below(drawn++, bytes.size());
        bytes[at] = static_cast<std::uint8_t>(random.below(drawn++, 256));
      }
      refused += message(bytes).empty() ? 0 : 1;
    }
    CHECK(refused > 0);
  }
}

TEST_CASE("picture: a JPEG with a Huffman table of too many codes never reaches the decoder") {
  std::vector<std::uint8_t> jpeg = encode("jpg", 8, 8, gradient(8, 8));
  CHECK(has_sound_huffman_tables(jpeg));
  const std::uint8_t marker[] = {0xFF, 0xC4};
  const auto table = std::search(jpeg.begin(), jpeg.end(), marker, marker + 2);
  REQUIRE(table != jpeg.end());
  std::fill_n(table + 5, 16, std::uint8_t{255});
  CHECK_FALSE(has_sound_huffman_tables(jpeg));
  CHECK_THAT(message(jpeg), Catch::StartsWith("a.png: the picture is damaged"));
}

TEST_CASE("picture: not a picture, empty, without pixels, too large") {
  CHECK(message({}) == "a.png: the file is empty, expected a picture");
  CHECK_THAT(message({'h', 'e', 'l', 'l', 'o'}), Catch::StartsWith("a.png: not a picture"));

  std::vector<std::uint8_t> bytes = encode("png", 4, 4, gradient(4, 4));
  bytes[16 + 3] = 0;  // IHDR's width
  CHECK(message(bytes) == "a.png: the picture has no pixels");
  bytes[16 + 2] = 20000 >> 8;
  bytes[16 + 3] = 20000 & 0xFF;
  CHECK_THAT(message(bytes), Catch::Contains("20000 x 4 pixels"));
}

TEST_CASE("picture: EXIF orientations are undone") {
  // Upright:  a b    Stored lying on its side (orientation 6): turned a quarter to the left.
  //           c d
  const std::vector<std::uint8_t> jpeg = encode("jpg", 8, 8, gradient(8, 8));
  for (const bool little : {true, false}) {
    for (std::uint8_t orientation = 1; orientation <= 8; ++orientation) {
      CHECK(exif_orientation(with_orientation(jpeg, orientation, little)) == orientation);
    }
    CHECK(exif_orientation(with_orientation(jpeg, 9, little)) == 1);
  }
  CHECK(exif_orientation(jpeg) == 1);

  const auto turned = [](int orientation) {
    Picture picture{{1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5, 6, 6, 6}, 3, 2, 3};  // 1 2 3 / 4 5 6
    turn_upright(orientation, picture);
    std::string text = std::to_string(picture.width) + "x" + std::to_string(picture.height) + " ";
    for (std::size_t i = 0; i < picture.pixels.size(); i += 3) text += std::to_string(picture.pixels[i]);
    return text;
  };
  CHECK(turned(1) == "3x2 123456");
  CHECK(turned(2) == "3x2 321654");
  CHECK(turned(3) == "3x2 654321");
  CHECK(turned(4) == "3x2 456123");
  CHECK(turned(5) == "2x3 142536");
  CHECK(turned(6) == "2x3 415263");
  CHECK(turned(7) == "2x3 635241");
  CHECK(turned(8) == "2x3 362514");
}
