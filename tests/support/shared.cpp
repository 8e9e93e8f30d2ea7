#include "support/shared.h"

#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <memory>

namespace lapis_test {

namespace {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

template <class Bytes>
Bytes read_all(const std::filesystem::path& path) {
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.string().c_str(), "rb"));
  INFO("cannot read " << path.string());
  REQUIRE(file);
  Bytes bytes;
  char block[1 << 16];
  std::size_t got = 0;
  while ((got = std::fread(block, 1, sizeof block, file.get())) > 0)
    bytes.insert(bytes.end(), block, block + got);
  REQUIRE(std::ferror(file.get()) == 0);
  return bytes;
}

}  // namespace

std::filesystem::path repository_path(const std::string& relative) {
  return std::filesystem::path(LAPIS_SOURCE_DIR) / relative;
}

std::optional<std::filesystem::path> find_shared(const std::string& relative) {
  const char* const named = std::getenv("LAPIS_SHARED");
  const auto root =
      named != nullptr && *named != '\0' ? std::filesystem::path(named) : repository_path("../shared");
  auto path = root / relative;
  if (!std::filesystem::exists(path)) return std::nullopt;
  return path;
}

std::vector<std::uint8_t> read_bytes(const std::filesystem::path& path) {
  return read_all<std::vector<std::uint8_t>>(path);
}

std::string read_text(const std::filesystem::path& path) {
  return read_all<std::string>(path);
}

}  // namespace lapis_test
