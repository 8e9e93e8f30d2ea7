#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "support/skip.h"

/// Files that the tests read: the repository's own, and the folder `shared` (golden files, data sets), which
/// not every machine has. Tests may read files; the library may not.
namespace lapis_test {

/// A file or folder of this repository: `repository_path("weights/nusax_lstm.safetensors")`.
std::filesystem::path repository_path(const std::string& relative);

/// `relative` inside the folder named by LAPIS_SHARED, else in `shared` beside the repository's root; nothing
/// where it does not exist.
std::optional<std::filesystem::path> find_shared(const std::string& relative);

/// Fails the running test where the file cannot be read.
std::vector<std::uint8_t> read_bytes(const std::filesystem::path& path);
std::string read_text(const std::filesystem::path& path);

}  // namespace lapis_test

/// `LAPIS_NEED_SHARED(folder, "golden");` declares `folder`, or skips the test where there is no such file.
#define LAPIS_NEED_SHARED(variable, relative)                              \
  const auto variable##_found = ::lapis_test::find_shared(relative);       \
  if (!variable##_found) return ::lapis_test::skip("no shared/" relative); \
  const std::filesystem::path& variable = *variable##_found
