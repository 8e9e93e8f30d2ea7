#include "lapis/core/utf8.h"

namespace lapis {

namespace {

/// Bytes of the UTF-8 character at `i`, by its first byte and what RFC 3629 allows after it (no overlong
/// form, no surrogate, nothing past U+10FFFF); 0: none.
std::size_t utf8_length(std::string_view text, std::size_t i) {
  const auto at = [&](std::size_t k) { return k < text.size() ? static_cast<unsigned char>(text[k]) : 0U; };
  const auto is_between = [&](std::size_t k, unsigned low, unsigned high) {
    return at(k) >= low && at(k) <= high;
  };
  const unsigned first = at(i);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return is_between(i + 1, 0x80, 0xBF) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const unsigned low = first == 0xE0 ? 0xA0 : 0x80;
    const unsigned high = first == 0xED ? 0x9F : 0xBF;
    return is_between(i + 1, low, high) && is_between(i + 2, 0x80, 0xBF) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const unsigned low = first == 0xF0 ? 0x90 : 0x80;
    const unsigned high = first == 0xF4 ? 0x8F : 0xBF;
    return is_between(i + 1, low, high) && is_between(i + 2, 0x80, 0xBF) && is_between(i + 3, 0x80, 0xBF) ? 4
                                                                                                          : 0;
  }
  return 0;
}

/// Whether the UTF-8 character of these bytes is one that people see in a line.
bool is_shown(std::string_view character) {
  const auto at = [&](std::size_t k) { return static_cast<unsigned char>(character[k]); };
  switch (character.size()) {
    case 1:
      return at(0) >= 0x20 && at(0) != 0x7F;
    case 2:
      return at(0) != 0xC2 || at(1) >= 0xA0;  // U+0080 to U+009F
    case 3:
      if (at(0) != 0xE2) return true;
      if (at(1) == 0x80) return at(2) < 0xA8 || at(2) > 0xAE;  // U+2028 to U+202E
      return at(1) != 0x81 || at(2) < 0xA6 || at(2) > 0xA9;    // U+2066 to U+2069
    default:
      return true;
  }
}

void append_escaped(std::string_view bytes, std::string& line) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (const char each : bytes) {
    const auto byte = static_cast<unsigned char>(each);
    line += "\\x";
    line += kDigits[byte >> 4U];
    line += kDigits[byte & 15U];
  }
}

/// `text` clean, with a backslash before each of `marked`.
std::string clean(std::string_view text, std::size_t most, std::string_view marked) {
  std::string line;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = utf8_length(text, i);
    const std::string_view character = text.substr(i, length == 0 ? 1 : length);
    if (line.size() >= most) return line + "...";
    if (length == 0 || !is_shown(character)) {
      append_escaped(character, line);
    } else {
      if (marked.find(character) != std::string_view::npos) line += '\\';
      line += character;
    }
    i += character.size();
  }
  return line;
}

}  // namespace

std::optional<std::size_t> find_not_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = utf8_length(text, i);
    if (length == 0) return i;
    i += length;
  }
  return std::nullopt;
}

std::string clean_line(std::string_view text, std::size_t most) {
  return clean(text, most, {});
}

std::string in_quotes(std::string_view name) {
  constexpr std::size_t kLongest = 100;
  return '"' + clean(name, kLongest, "\"\\") + '"';
}

}  // namespace lapis
