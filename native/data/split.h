#pragma once

#include <string>

namespace lapis::native {

/// The parts of a data set: to learn from, to choose by, to report once.
enum class Split { train, valid, test };

inline const char* split_name(Split split) {
  return split == Split::train ? "train" : split == Split::valid ? "valid" : "test";
}

}  // namespace lapis::native
