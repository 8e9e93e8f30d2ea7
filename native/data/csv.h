#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lapis::native {

/// One record of a CSV file and the line (from 1) that it begins on.
struct CsvRow {
  std::vector<std::string> fields;
  int line = 0;
};

/// Comma-separated values as RFC 4180 has them: a field in double quotes may hold commas, line breaks and
/// doubled quotes; lines end in LF or CRLF; a byte-order mark at the start is dropped; empty lines are
/// skipped. Every row must have as many fields as the first. Throws Error "NAME:LINE: ..." where a quote is
/// not closed, text follows a closing quote, or the number of fields differs.
std::vector<CsvRow> parse_csv(const std::string& name, std::string_view text);

}  // namespace lapis::native
