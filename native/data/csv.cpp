#include "data/csv.h"

#include <algorithm>
#include <utility>

namespace lapis::native {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// Walks over the text once, a record at a time.
class Reader {
 public:
  Reader(std::string_view text, char delimiter)
      : text_(text), delimiter_(delimiter), line_end_(text.find('\n') == text.npos ? '\r' : '\n') {
    if (text_.starts_with(kByteOrderMark)) at_ = kByteOrderMark.size();
  }

  bool at_end() const { return at_ >= text_.size(); }

  /// The next record that is no empty line; no fields at the end.
  CsvRow record() {
    CsvRow row;
    while (!at_end()) {
      row = CsvRow{{}, line_, {}};
      do {
        row.fields.push_back(peek() == '"' ? quoted_field(row.problem) : plain_field());
      } while (take(delimiter_));
      if (line_end_ == '\n') take('\r');
      if (take(line_end_)) ++line_;
      if (row.fields.size() > 1 || !row.fields[0].empty()) return row;
    }
    return {};
  }

 private:
  char peek() const { return at_end() ? '\0' : text_[at_]; }

  bool take(char expected) {
    if (at_end() || text_[at_] != expected) return false;
    ++at_;
    return true;
  }

  bool at_line_end() const {
    return text_[at_] == line_end_ || (text_[at_] == '\r' && text_.substr(at_ + 1).starts_with('\n'));
  }

  std::string plain_field() {
    const std::size_t start = at_;
    while (!at_end() && text_[at_] != delimiter_ && !at_line_end()) ++at_;
    return std::string(text_.substr(start, at_ - start));
  }

  std::string quoted_field(std::string& problem) {
    std::string field;
    ++at_;
    while (true) {
      if (at_end()) {
        problem = "a quote that opens in this row is never closed";
        return field;
      }
      const char byte = text_[at_++];
      if (byte == line_end_) ++line_;
      if (byte == '"' && !take('"')) break;
      field += byte;
    }
    if (!at_end() && text_[at_] != delimiter_ && !at_line_end()) {
      problem = std::string("text after a closing quote, expected a ") + delimiter_name(delimiter_) +
                " or the end of the line";
      field += plain_field();
    }
    return field;
  }

  std::string_view text_;
  char delimiter_, line_end_;
  std::size_t at_ = 0;
  int line_ = 1;
};

}  // namespace

bool CsvRow::is_blank() const {
  return std::all_of(fields.begin(), fields.end(), [](const std::string& field) { return field.empty(); });
}

std::vector<CsvRow> parse_csv(std::string_view text, char delimiter) {
  Reader reader(text, delimiter);
  std::vector<CsvRow> rows;
  for (CsvRow row = reader.record(); !row.fields.empty(); row = reader.record())
    rows.push_back(std::move(row));
  return rows;
}

CsvRow parse_csv_heading(std::string_view text, char delimiter) {
  return Reader(text, delimiter).record();
}

const char* delimiter_name(char delimiter) {
  return delimiter == ',' ? "comma" : delimiter == ';' ? "semicolon" : delimiter == '\t' ? "tab" : "|";
}

}  // namespace lapis::native
