#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace lapis {

/// Where the first byte stands that is not UTF-8 (RFC 3629); nothing where all of it is.
std::optional<std::size_t> find_not_utf8(std::string_view text);

/// `text` as one line for people: bytes that are no UTF-8, and characters that are none (control characters,
/// line and paragraph separators, marks that turn the direction of writing), become `\x1b`. Cut after about
/// `most` bytes, with "..." behind.
std::string clean_line(std::string_view text, std::size_t most);

/// `name` in double quotes for a message: a clean line in which quotes and backslashes are escaped, cut where
/// it is long.
std::string in_quotes(std::string_view name);

}  // namespace lapis
