#include "picture.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "lapis/core/error.h"
#include "lapis/core/random.h"
#include "pictures/orientation.h"
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

/// An EXIF block of one entry.
std::vector<std::uint8_t> exif(std::uint8_t orientation, bool little) {
  return little ? std::vector<std::uint8_t>{'I', 'I', 42, 0, 8, 0,           0, 0, 1, 0, 0x12, 0x01, 3,
                                            0,   1,   0,  0, 0, orientation, 0, 0, 0, 0, 0,    0,    0}
                : std::vector<std::uint8_t>{'M', 'M', 0, 42, 0, 0, 0,           8, 0, 1, 0x01, 0x12, 0,
                                            3,   0,   0, 0,  1, 0, orientation, 0, 0, 0, 0,    0,    0};
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

TEST_CASE("picture: what is taken for a picture and cannot be read is named") {
  const auto of = [](std::string_view text) { return std::vector<std::uint8_t>(text.begin(), text.end()); };
  CHECK_THAT(message(of({"\0\0\0\x18"
                         "ftypheic\0\0\0\0mif1heic",
                         24})),
             Catch::Contains("HEIC is not read here"));
  CHECK_THAT(message(of("<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>")),
             Catch::Contains("SVG is not read here"));
  CHECK_THAT(message(of("P7\nWIDTH 1\n")),
             Catch::Contains("not a picture that can be read here (PNG, JPEG, "));
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
  for (const bool little : {true, false}) {
    for (std::uint8_t orientation = 1; orientation <= 8; ++orientation) {
      CHECK(exif_orientation(exif(orientation, little)) == orientation);
    }
    CHECK(exif_orientation(exif(9, little)) == 1);
  }
  CHECK(exif_orientation({}) == 1);

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
