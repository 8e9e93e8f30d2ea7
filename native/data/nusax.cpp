#include "data/nusax.h"

#include <algorithm>
#include <filesystem>

#include "data/csv.h"
#include "data/labels.h"
#include "file.h"
#include "lapis/core/error.h"
#include "lapis/input/text.h"

namespace lapis::native {
namespace {

constexpr std::size_t kMaxCsvBytes = std::size_t{256} << 20;

std::string csv_path(const std::string& folder, Split split) {
  return (std::filesystem::path(folder) / (std::string(split_name(split)) + ".csv")).string();
}

std::size_t find_column(const std::string& path, const CsvRow& heading, const std::string& name) {
  const auto found = std::find(heading.fields.begin(), heading.fields.end(), name);
  if (found == heading.fields.end()) {
    std::string columns;
    for (const std::string& field : heading.fields) columns += (columns.empty() ? "" : ",") + field;
    fail(path, ":", heading.line, ": no column \"", name, "\" among \"", columns,
         "\", expected id,text,label");
  }
  return static_cast<std::size_t>(found - heading.fields.begin());
}

}  // namespace

bool is_nusax(const std::string& folder) {
  return exists(csv_path(folder, Split::train)) || exists(csv_path(folder, Split::valid)) ||
         exists(csv_path(folder, Split::test));
}

std::vector<std::string> nusax_labels() {
  return {"negative", "neutral", "positive"};
}

LabelledTexts read_nusax(const std::string& folder, Split split, const std::vector<std::string>& labels) {
  const std::string path = csv_path(folder, split);
  const std::vector<CsvRow> rows = parse_csv(path, read_text_file(path, kMaxCsvBytes));
  if (rows.empty()) fail(path, ":1: the file is empty, expected a heading id,text,label and rows");
  const std::size_t text = find_column(path, rows[0], "text");
  const std::size_t label = find_column(path, rows[0], "label");
  if (rows.size() == 1) fail(path, ":1: a heading and no rows");

  LabelledTexts set;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const std::string where = path + ":" + std::to_string(rows[i].line);
    try {
      check_text(rows[i].fields[text]);
    } catch (const Error& error) {
      throw error.inside(where);
    }
    set.labels.push_back(find_label(where, rows[i].fields[label], labels));
    set.texts.push_back(rows[i].fields[text]);
  }
  return set;
}

}  // namespace lapis::native
