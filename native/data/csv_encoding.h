#pragma once

#include <string>
#include <string_view>

namespace lapis::native {

/// Throws Error, which says what the file is and how to save it, where it is not one of text in UTF-8:
/// UTF-16, UTF-32, an 8-bit encoding, a workbook or an archive.
void check_csv_encoding(const std::string& path, std::string_view text);

}  // namespace lapis::native
