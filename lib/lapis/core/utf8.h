#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace lapis {

/// Where the first byte stands that is not UTF-8 (RFC 3629); nothing where all of it is.
std::optional<std::size_t> find_not_utf8(std::string_view text);

}  // namespace lapis
