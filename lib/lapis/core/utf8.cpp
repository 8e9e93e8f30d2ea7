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

}  // namespace

std::optional<std::size_t> find_not_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = utf8_length(text, i);
    if (length == 0) return i;
    i += length;
  }
  return std::nullopt;
}

}  // namespace lapis
