#pragma once

#include <optional>
#include <string>
#include <vector>

#include "data/source.h"
#include "data/split_record.h"

namespace lapis::native {

/// What of a data set is evaluated, and what is to be said of it.
struct ChosenSplit {
  Split split = Split::all;
  std::vector<std::string> notes;
};

/// The split asked for; else test where there is one, valid where there is that, or everything. What is cut
/// counts only while the samples are those of the training: of others everything is taken. Throws Error where
/// the split asked for has no samples. `model`: the name of the file that `record` is of.
ChosenSplit choose_split(std::optional<Split> asked, const std::string& model, const SplitRecord& record,
                         const DataSource& data);

}  // namespace lapis::native
