#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "data/problems.h"
#include "lapis/core/real.h"
#include "lapis/io/train_config.h"

namespace lapis::native {

/// A text, the name of its class, and where it stands.
struct LabelledRow {
  std::string text, label;
  int line = 0;
};

/// What is read of one CSV file.
struct CsvTable {
  std::vector<LabelledRow> rows;
  Index all_rows = 0;                    // with those that have a problem
  std::map<std::string, Index> skipped;  // "comment line", "empty row"
  std::vector<std::string> notes;
};

/// Reads the two columns of a file in UTF-8 with a heading line. Lines that begin with "#" above the heading,
/// and below it where they are no row, are comments. Rows that cannot be used go to `problems`. Throws Error,
/// beginning with the file's name, for another encoding or kind of file (saying what to do), and where the
/// columns are not there.
CsvTable read_csv_table(const std::string& path, const CsvColumns& columns, std::optional<char> delimiter,
                        Problems& problems);

}  // namespace lapis::native
