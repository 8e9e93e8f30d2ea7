#pragma once

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

/// What plain output is made of: widths, bars, tables, colours. Everything returns text; nothing here prints.
namespace lapis::native {

/// `stream` is a terminal that understands cursor movement (TERM is not "dumb").
bool is_terminal(std::FILE* stream);

/// Columns of the terminal behind `stream`; 80 where it is none.
int terminal_width(std::FILE* stream);

/// Columns that UTF-8 `text` takes, one for each code point.
int display_width(std::string_view text);

/// `text` cut to `width` columns; what is cut off ends in an ellipsis.
std::string cut_to_width(const std::string& text, int width);

/// The first `width` columns of `text`.
std::string first_columns(const std::string& text, int width);

std::string pad_right(const std::string& text, int width);
std::string pad_left(const std::string& text, int width);

/// A bar of `width` columns, `part` of it full, in eighths of a column.
std::string bar(double part, int width);

/// "0:07", "12:34", "1:02:03".
std::string format_duration(double seconds);
/// "1,234,567".
std::string format_count(double count);
/// "12.3 kB", "4.5 MB".
std::string format_bytes(double bytes);
/// printf's "%.*f".
std::string format_fixed(double value, int decimals);

/// `text` for one line of a terminal: control characters, which could move the cursor, become spaces.
std::string one_line(std::string_view text);

/// Rows of cells, aligned. The first row is the heading.
class Table {
 public:
  /// One letter a column: 'l' left, 'r' right, 'c' right and close to the column before it.
  explicit Table(std::string alignment) : alignment_(std::move(alignment)) {}
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  /// Two spaces before each line, two between columns (one before a close one).
  std::string to_string() const;

 private:
  std::string alignment_;
  std::vector<std::vector<std::string>> rows_;
};

/// Terminal styles for `stream`; empty strings where it is no terminal or NO_COLOR is set (no-color.org).
struct Style {
  explicit Style(std::FILE* stream);
  const char* bold = "";
  const char* dim = "";
  const char* warn = "";
  const char* off = "";
};

}  // namespace lapis::native
