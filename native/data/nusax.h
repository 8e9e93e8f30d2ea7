#pragma once

#include <string>
#include <vector>

#include "data/split.h"
#include "lapis/core/real.h"

/// NusaX-Senti (Winata et al., EACL 2023): a folder with train.csv, valid.csv and test.csv, each with the
/// columns `text` and `label` (others are ignored) under a heading line.
namespace lapis::native {

struct LabelledTexts {
  std::vector<std::string> texts;
  std::vector<Index> labels;
};

/// The folder looks like NusaX-Senti.
bool is_nusax(const std::string& folder);

/// Negative, neutral, positive.
std::vector<std::string> nusax_labels();

/// Throws Error "FILE:LINE: ..." for a missing column, a label that is not among `labels`, an unclosed quote,
/// a text that is empty or not UTF-8, or no rows at all.
LabelledTexts read_nusax(const std::string& folder, Split split, const std::vector<std::string>& labels);

}  // namespace lapis::native
