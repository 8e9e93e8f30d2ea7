#pragma once

#include <string>

#include "data/source.h"
#include "lapis/io/json.h"

namespace lapis::native {

/// What a model file remembers of the data it was trained on, the member "split" of its "training".
struct SplitRecord {
  DataRequest request;
  bool known = false;  // the file says it; else the shares are none
  SplitCounts counts{};
  std::uint64_t fingerprint = 0;  // 0: the file does not say
};

/// For the training: how `data` was asked for and what was found.
Json split_record_json(const DataRequest& request, const DataSource& data);

/// From "training" of a model file, which may be empty. Files of an earlier lapis say it by the config beside
/// it, and were cut by rule 1. Throws Error for a record that cannot be.
SplitRecord read_split_record(const std::string& training, const std::vector<std::string>& labels);

/// Why `data` is not what the model was trained on; empty: it is, or the file does not say.
std::string change_since(const SplitRecord& record, const DataSource& data);

}  // namespace lapis::native
