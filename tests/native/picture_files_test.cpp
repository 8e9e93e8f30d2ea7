// The pictures of tests/pictures: what each shows, or why it is refused.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <set>

#include "file.h"
#include "lapis/core/error.h"
#include "lapis/input/image.h"
#include "picture.h"
#include "workbench.h"

using namespace lapis::native;

namespace {

const std::string kFolder = std::string(LAPIS_SOURCE_DIR) + "/tests/pictures/";
constexpr int kTolerance = 2;  // levels of 255

/// Endings that this build was made without.
std::set<std::string> left_out() {
  std::set<std::string> endings = {".avif", ".gif", ".tif", ".webp"};
#ifdef LAPIS_HAS_AVIF
  endings.erase(".avif");
#endif
#ifdef LAPIS_HAS_GIF
  endings.erase(".gif");
#endif
#ifdef LAPIS_HAS_TIFF
  endings.erase(".tif");
#endif
#ifdef LAPIS_HAS_WEBP
  endings.erase(".webp");
#endif
  return endings;
}

/// What a network of the picture's own size sees: RGB, on white.
std::vector<std::uint8_t> seen(const Picture& picture) {
  lapis::ImageInput input;
  input.width = picture.width;
  input.height = picture.height;
  return lapis::image_to_picture({picture.pixels.data(), picture.width, picture.height, picture.channels},
                                 input);
}

int largest_difference(const std::vector<std::uint8_t>& pixels, const lapis::TensorView& expected) {
  REQUIRE(pixels.size() == expected.bytes.size());
  int largest = 0;
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    largest = std::max(largest, std::abs(pixels[i] - static_cast<int>(expected.bytes[i])));
  }
  return largest;
}

std::string refusal(const std::string& path) {
  try {
    read_picture(path);
  } catch (const lapis::Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("picture files: each shows what browsers and Pillow show, or is refused in one line") {
  const std::vector<std::byte> bytes = read_file(kFolder + "expected.safetensors");
  const lapis::SafetensorsFile expected = lapis::read_safetensors(bytes);
  const lapis::Json index = lapis::Json::parse(read_text_file(kFolder + "pictures.json"));
  const std::set<std::string> without = left_out();
  int shown = 0, worst = 0;
  REQUIRE(index.object() != nullptr);
  for (const auto& [name, entry] : *index.object()) {
    const std::string path = kFolder + "files/" + name;
    INFO(name);
    CHECK(is_picture(as_octets(read_file(path))));
    const std::string ending = name.substr(name.rfind('.'));
    CHECK(std::count(picture_endings().begin(), picture_endings().end(), ending) == 1);
    const lapis::Json* shows = entry.find("shows");
    if (shows == nullptr || without.count(ending) > 0) {
      const std::string text = refusal(path);
      CHECK_THAT(text, Catch::StartsWith(path + ": "));
      CHECK(text.find('\n') == std::string::npos);
      CHECK_THAT(text, Catch::Contains(without.count(ending) > 0 ? "built without"
                                                                 : *entry.find("refused")->string()));
      continue;
    }
    const lapis::TensorView* tensor = expected.find(*shows->string());
    REQUIRE(tensor != nullptr);
    const Picture picture = read_picture(path);
    CHECK(picture.height == tensor->shape[0]);
    CHECK(picture.width == tensor->shape[1]);
    const int difference = largest_difference(seen(picture), *tensor);
    CHECK(difference <= kTolerance);
    worst = std::max(worst, difference);
    ++shown;
  }
  CHECK(shown >= 80);
  WARN(shown << " pictures, largest difference " << worst << " of 255");
}

TEST_CASE("picture files: cut anywhere, every format is refused in one line or shows the whole picture") {
  const std::set<std::string> without = left_out();
  for (const std::string name :
       {"rgb_trns.png", "progressive.jpg", "cmyk.jpg", "interlaced.gif", "rle8.bmp", "alpha_124.bmp",
        "bytes.ppm", "text.pbm", "lossy.webp", "lossless.webp", "noise_420.avif", "lzw.tif", "fax4.tif"}) {
    if (without.count(name.substr(name.rfind('.'))) > 0) continue;
    const std::vector<std::byte> whole = read_file(kFolder + "files/" + name);
    const std::vector<std::uint8_t> pixels = seen(decode_picture("a", as_octets(whole)));
    for (std::size_t size = 0; size < whole.size(); ++size) {
      INFO(name << ", " << size << " of " << whole.size() << " bytes");
      // A copy of its own size, so that AddressSanitizer sees every step past its end.
      const std::vector<std::byte> cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
      try {
        const Picture picture = decode_picture("a", as_octets(cut));
        CHECK(seen(picture) == pixels);
      } catch (const lapis::Error& error) {
        const std::string text = error.what();
        CHECK_THAT(text, Catch::StartsWith("a: "));
        CHECK(text.find('\n') == std::string::npos);
      }
    }
  }
}
