#include "data/csv.h"

#include <utility>

#include "lapis/core/error.h"

namespace lapis::native {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// Walks over the text once, a record at a time.
class Reader {
 public:
  Reader(const std::string& name, std::string_view text) : name_(name), text_(text) {
    if (text_.starts_with(kByteOrderMark)) at_ = kByteOrderMark.size();
  }

  bool at_end() const { return at_ >= text_.size(); }

  CsvRow record() {
    CsvRow row;
    row.line = line_;
    do {
      row.fields.push_back(peek() == '"' ? quoted_field() : plain_field());
    } while (take(','));
    take('\r');
    if (take('\n')) ++line_;
    return row;
  }

 private:
  char peek() const { return at_end() ? '\0' : text_[at_]; }

  bool take(char expected) {
    if (at_end() || text_[at_] != expected) return false;
    ++at_;
    return true;
  }

  bool at_line_end() const {
    return text_[at_] == '\n' || (text_[at_] == '\r' && text_.substr(at_ + 1).starts_with('\n'));
  }

  std::string plain_field() {
    const std::size_t start = at_;
    while (!at_end() && text_[at_] != ',' && !at_line_end()) ++at_;
    return std::string(text_.substr(start, at_ - start));
  }

  std::string quoted_field() {
    const int opened = line_;
    std::string field;
    ++at_;
    while (true) {
      if (at_end()) fail(name_, ":", opened, ": a quote that opens on this line is never closed");
      const char byte = text_[at_++];
      if (byte == '\n') ++line_;
      if (byte == '"' && !take('"')) break;
      field += byte;
    }
    if (!at_end() && text_[at_] != ',' && !at_line_end()) {
      fail(name_, ":", line_, ": text after a closing quote, expected a comma or the end of the line");
    }
    return field;
  }

  const std::string& name_;
  std::string_view text_;
  std::size_t at_ = 0;
  int line_ = 1;
};

}  // namespace

std::vector<CsvRow> parse_csv(const std::string& name, std::string_view text) {
  Reader reader(name, text);
  std::vector<CsvRow> rows;
  while (!reader.at_end()) {
    CsvRow row = reader.record();
    if (row.fields.size() == 1 && row.fields[0].empty()) continue;
    if (!rows.empty() && row.fields.size() != rows[0].fields.size()) {
      fail(name, ":", row.line, ": ", row.fields.size(), " fields, expected ", rows[0].fields.size(),
           " as in the first line");
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace lapis::native
