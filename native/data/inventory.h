#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "data/split.h"
#include "lapis/io/json.h"

namespace lapis::native {

/// How many samples go to train, valid and test.
using SplitCounts = std::array<Index, kSplits>;

/// What was found in a folder or file of data, and what was made of it.
struct Inventory {
  std::string what;  // "pictures", "texts"
  std::vector<std::string> labels;
  SplitCounts counts{};
  std::vector<SplitCounts> of_class;     // one a label; empty: it shows only when all files are read
  std::map<std::string, Index> skipped;  // files or rows that are not used, by kind: ".webp", "comment line"
  std::vector<std::string> notes;        // choices that were made and what else is to be known, a line each
  std::uint64_t fingerprint = 0;         // of the samples that train and validate; 0: not taken

  Index total() const { return counts[0] + counts[1] + counts[2]; }
  Index count(Split split) const {
    return split == Split::all ? total() : counts[static_cast<std::size_t>(split)];
  }
};

/// Adds notes on classes without a sample at all, to train on or to validate with.
void note_missing_classes(Inventory& inventory);

/// Adds notes on labels that differ in capitals or spaces alone.
void note_similar_labels(Inventory& inventory);

/// "found 400 pictures in 3 classes (cat 220, dog 120, emu 60); 280 to train, 120 to validate; skipped 27
/// (24 .webp, 3 .tif)". `as_whole`: without the splits.
std::string found_line(const Inventory& inventory, bool as_whole = false);

/// "27 (24 .webp, 3 .tif)"; empty where nothing was skipped.
std::string skipped_text(const std::map<std::string, Index>& skipped);

/// "train 280, valid 120"; splits without samples are left out.
std::string splits_text(const SplitCounts& counts);

/// The same as members of one object: found, classes, train, valid, test, skipped, notes.
Json inventory_json(const Inventory& inventory);

/// Prints the line and the notes below it. `as_whole`: the splits do not matter.
void print_inventory(const Inventory& inventory, bool as_whole = false);

/// A running hash of texts (FNV-1a): tells one list of samples from another.
class Fingerprint {
 public:
  void add(std::string_view text);
  std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0xcbf29ce484222325;
};

}  // namespace lapis::native
