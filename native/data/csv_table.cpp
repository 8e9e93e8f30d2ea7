#include "data/csv_table.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "data/csv.h"
#include "data/csv_encoding.h"
#include "data/labels.h"
#include "file.h"
#include "lapis/core/error.h"
#include "lapis/input/text.h"
#include "lapis/io/json.h"

namespace lapis::native {
namespace {

constexpr std::size_t kMaxCsvBytes = std::size_t{256} << 20;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool among(const std::string& name, const std::vector<std::string>& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool holds(const CsvRow& heading, const CsvColumns& columns) {
  return among(columns.text, heading.fields) && among(columns.label, heading.fields);
}

/// The delimiter that makes both columns out of the heading; else the one that makes the most of it.
char find_delimiter(std::string_view text, const CsvColumns& columns) {
  char best = ',';
  std::size_t most = 0;
  for (const char delimiter : {',', ';', '\t', '|'}) {
    const CsvRow heading = parse_csv_heading(text, delimiter);
    if (holds(heading, columns)) return delimiter;
    if (heading.fields.size() > most) {
      most = heading.fields.size();
      best = delimiter;
    }
  }
  return best;
}

/// The text from its heading on; what was above it is counted, its lines in `lines`.
std::string_view from_heading(std::string_view text, const CsvColumns& columns,
                              std::optional<char>& delimiter, CsvTable& table, int& lines) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  while (true) {
    const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
    const std::string_view line = text.substr(0, end);
    // Excel's own way to name the delimiter.
    const bool names_delimiter = line.size() == 5 && line.starts_with("sep=");
    if (names_delimiter && !delimiter) delimiter = line[4];
    const bool comment =
        line.starts_with('#') &&
        !holds(parse_csv_heading(text, delimiter.value_or(find_delimiter(text, columns))), columns);
    if (!line.empty() && !comment && !names_delimiter) return text;
    if (comment) ++table.skipped["comment lines"];
    if (end == text.size()) return {};
    text.remove_prefix(end + (text.substr(end).starts_with("\r\n") ? 2 : 1));
    ++lines;
  }
}

/// How the config names the columns that are there.
std::string heading_hint(const CsvRow& heading, const CsvColumns& columns) {
  const std::string* text = nearly(columns.text, heading.fields);
  const std::string* label = nearly(columns.label, heading.fields);
  if (text != nullptr && label != nullptr) {
    return "capitals and spaces count: \"columns\": {\"text\": " + in_quotes(*text) +
           ", \"label\": " + in_quotes(*label) + "}";
  }
  return std::string("other headings are named by \"columns\": {\"text\": ..., \"label\": ...}") +
         (heading.fields.size() == 1 ? ", another delimiter by \"delimiter\"" : "") +
         "; a file without headings needs such a line";
}

std::size_t find_column(const std::string& where, const CsvRow& heading, const std::string& name,
                        const CsvColumns& columns, char delimiter) {
  const auto found = std::find(heading.fields.begin(), heading.fields.end(), name);
  if (found != heading.fields.end()) {
    if (std::find(found + 1, heading.fields.end(), name) != heading.fields.end())
      fail(where, ": the column ", in_quotes(name), " stands there twice");
    return static_cast<std::size_t>(found - heading.fields.begin());
  }
  std::vector<std::string> quoted;
  for (const std::string& field : heading.fields) quoted.push_back(in_quotes(field));
  fail(where, ": no column ", in_quotes(name), " among ", list_labels(quoted), " (separated by ",
       delimiter_name(delimiter), "), the headings in the first line; ", heading_hint(heading, columns));
}

/// Throws Error for a text that no one can mean. An empty one, or one without words, is a text.
void check_row_text(const std::string& text) {
  if (text.size() > kMaxTextBytes)
    fail("a text of ", text.size(), " bytes, expected at most ", kMaxTextBytes, ": is a quote missing?");
}

}  // namespace

CsvTable read_csv_table(const std::string& path, const CsvColumns& columns, std::optional<char> delimiter,
                        Problems& problems) {
  const std::string file = read_text_file(path, kMaxCsvBytes);
  check_csv_encoding(path, file);
  CsvTable table;
  int above = 0;
  const std::string_view text = from_heading(file, columns, delimiter, table, above);
  if (text.empty())
    fail(path, ":1: the file is empty, expected a heading line with ", columns.text, " and ", columns.label,
         ", and rows");
  const char separator = delimiter.value_or(find_delimiter(text, columns));
  std::vector<CsvRow> rows = parse_csv(text, separator);
  const std::string where_heading = path + ":" + std::to_string(above + rows[0].line);
  const std::size_t fields = rows[0].fields.size();
  const std::size_t text_column = find_column(where_heading, rows[0], columns.text, columns, separator);
  const std::size_t label_column = find_column(where_heading, rows[0], columns.label, columns, separator);

  for (std::size_t i = 1; i < rows.size(); ++i) {
    CsvRow& row = rows[i];
    if (row.is_blank()) {
      ++table.skipped["empty rows"];
      continue;
    }
    if (row.fields.size() == 1 && fields > 1 && row.fields[0].starts_with('#')) {
      ++table.skipped["comment lines"];
      continue;
    }
    ++table.all_rows;
    const int line = above + row.line;
    const std::string where = path + ":" + std::to_string(line);
    try {
      if (!row.problem.empty()) fail(row.problem);
      if (row.fields.size() != fields) {
        fail(row.fields.size(), row.fields.size() == 1 ? " field" : " fields", ", expected ", fields,
             " as in the heading (a text with a ", delimiter_name(separator),
             " in it needs quotes around it)");
      }
      check_row_text(row.fields[text_column]);
      if (row.fields[label_column].empty()) fail("no label in the column ", in_quotes(columns.label));
      table.rows.push_back({std::move(row.fields[text_column]), std::move(row.fields[label_column]), line});
    } catch (const Error& error) {
      problems.add(error.inside(where).what());
    }
  }
  if (table.all_rows == 0) fail(where_heading, ": a heading and no rows");
  return table;
}

}  // namespace lapis::native
