// No byte that nobody wrote is ever a pixel: the same file decoded with memory that malloc filled in two
// ways.
#include <malloc.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "file.h"
#include "lapis/core/error.h"
#include "picture.h"

using namespace lapis::native;

namespace {

/// Pixels or message of a file, with all memory that is handed out filled with a byte other than `fill`.
std::string decoded(const std::vector<std::byte>& file, int fill) {
#ifdef M_PERTURB
  mallopt(M_PERTURB, fill);
#endif
  std::string result;
  try {
    const Picture picture = decode_picture("a", as_octets(file));
    result = std::to_string(picture.width) + " x " + std::to_string(picture.height) + ":";
    result.append(picture.pixels.begin(), picture.pixels.end());
  } catch (const lapis::Error& error) {
    result = error.what();
  }
#ifdef M_PERTURB
  mallopt(M_PERTURB, 0);
#endif
  return result;
}

/// Damage that no header shows: each part of the file overwritten in turn, and the file ended early and
/// whole.
std::vector<std::vector<std::byte>> damaged(const std::vector<std::byte>& whole) {
  std::vector<std::vector<std::byte>> files = {whole};
  for (std::size_t part = 1; part < 8; ++part) {
    const std::size_t at = whole.size() * part / 8;
    std::vector<std::byte> file = whole;
    file[at] ^= std::byte{0x55};
    files.push_back(file);
    file = whole;
    file.erase(file.begin() + static_cast<std::ptrdiff_t>(at), file.end() - 2);
    files.push_back(file);
  }
  return files;
}

}  // namespace

TEST_CASE("picture memory: what malloc hands out never shows") {
  const std::filesystem::path folder = LAPIS_SOURCE_DIR "/tests/pictures/files";
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::vector<std::byte> whole = read_file(entry.path().string());
    for (const std::vector<std::byte>& file : damaged(whole)) {
      INFO(entry.path().filename().string() << ", variant " << files);
      const bool is_same = decoded(file, 17) == decoded(file, 200);
      CHECK(is_same);
      ++files;
    }
  }
  CHECK(files > 2000);
}
