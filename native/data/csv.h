#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lapis::native {

/// One record of a CSV file and the line (from 1) that it begins on.
struct CsvRow {
  std::vector<std::string> fields;
  int line = 0;
  std::string problem;  // what is wrong with it; empty: nothing

  bool is_blank() const;  // nothing but separators
};

/// Separated values as RFC 4180 has them: a field in double quotes may hold separators, line breaks and
/// doubled quotes; lines end in LF or CRLF, or in CR where there is no LF at all; a byte-order mark at the
/// start is dropped; empty lines are skipped. A quote that is never closed, and text after a closing quote,
/// are the row's `problem`; how many fields a row has is the caller's business.
std::vector<CsvRow> parse_csv(std::string_view text, char delimiter = ',');

/// The first row alone.
CsvRow parse_csv_heading(std::string_view text, char delimiter);

/// "comma", "semicolon", "tab", "|".
const char* delimiter_name(char delimiter);

}  // namespace lapis::native
