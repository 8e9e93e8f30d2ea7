#include "data/csv_encoding.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "lapis/core/error.h"
#include "lapis/core/real.h"
#include "lapis/core/utf8.h"

namespace lapis::native {
namespace {

using namespace std::string_view_literals;

[[noreturn]] void refuse(const std::string& path, std::string_view found, std::string_view encoding) {
  fail(path, ": is ", found, ", expected UTF-8: save it as \"CSV UTF-8\", or iconv -f ", encoding,
       " -t UTF-8 FILE > NEW");
}

/// Every second byte is 0, as in UTF-16 text of mostly Latin letters.
bool has_zeros_at(std::string_view text, std::size_t first) {
  constexpr std::size_t kSample = 64;
  if (text.size() < 8) return false;
  std::size_t zeros = 0, count = 0;
  for (std::size_t i = first; i < std::min(text.size(), kSample); i += 2, ++count) zeros += text[i] == '\0';
  return zeros * 4 > count * 3;
}

/// Lines that are not UTF-8, and the first of them and its byte.
[[noreturn]] void refuse_8_bit(const std::string& path, std::string_view text, std::size_t bad) {
  const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(bad), '\n');
  Index lines = 0;
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    lines += find_not_utf8(rest.substr(0, end)).has_value();
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  std::array<char, 8> byte{};
  std::snprintf(byte.data(), byte.size(), "0x%02X",
                static_cast<unsigned>(static_cast<unsigned char>(text[bad])));
  fail(path, ":", line, ": not UTF-8 (byte ", std::string_view(byte.data()), ", in ", lines,
       lines == 1 ? " line" : " lines",
       "), perhaps Latin-1 or another 8-bit encoding: save it as \"CSV UTF-8\", or iconv -f WINDOWS-1252 -t "
       "UTF-8 "
       "FILE > NEW with the encoding that it has");
}

}  // namespace

void check_csv_encoding(const std::string& path, std::string_view text) {
  if (text.starts_with("\xFF\xFE\0\0"sv) || text.starts_with("\0\0\xFE\xFF"sv))
    refuse(path, "UTF-32", "UTF-32");
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) refuse(path, "UTF-16", "UTF-16");
  if (has_zeros_at(text, 1)) refuse(path, "UTF-16 (little-endian)", "UTF-16LE");
  if (has_zeros_at(text, 0)) refuse(path, "UTF-16 (big-endian)", "UTF-16BE");
  if (text.starts_with("PK\3\4"))
    fail(path, ": is a workbook or a zip file, expected text: save it as \"CSV UTF-8\"");
  if (text.starts_with("\xD0\xCF\x11\xE0"))
    fail(path, ": is an Excel workbook, expected text: save it as \"CSV UTF-8\"");
  if (text.starts_with("\x1F\x8B")) fail(path, ": is compressed with gzip, expected text: gunzip it first");
  if (const auto bad = find_not_utf8(text)) refuse_8_bit(path, text, *bad);
}

}  // namespace lapis::native
