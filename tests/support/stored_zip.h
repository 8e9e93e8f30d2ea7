#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace lapis_test {

/// The bytes of the member `name` of a zip file whose members are stored without compression, as Keras writes
/// `.keras` files. Walks the local headers from the start. Only for the files that tests bring.
inline std::optional<std::string> read_stored_zip(std::span<const std::uint8_t> zip, std::string_view name) {
  const auto number = [&](std::size_t at, std::size_t bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes && at + i < zip.size(); ++i)
      value |= static_cast<std::uint64_t>(zip[at + i]) << (8 * i);
    return static_cast<std::size_t>(value);
  };
  std::size_t at = 0;
  while (at + 30 <= zip.size() && number(at, 4) == 0x04034b50) {
    const std::size_t method = number(at + 8, 2);
    const std::size_t size = number(at + 18, 4);
    const std::size_t name_size = number(at + 26, 2);
    const std::size_t data = at + 30 + name_size + number(at + 28, 2);
    if (method != 0 || data > zip.size() || size > zip.size() - data) return std::nullopt;
    const std::string_view found(reinterpret_cast<const char*>(zip.data()) + at + 30, name_size);
    if (found == name) return std::string(reinterpret_cast<const char*>(zip.data()) + data, size);
    at = data + size;
  }
  return std::nullopt;
}

}  // namespace lapis_test
