#pragma once

#include <cstdint>
#include <vector>

#include "lapis/core/real.h"

namespace lapis::native {

/// Pictures as the network sees them, and their classes.
struct LabelledPictures {
  std::vector<std::uint8_t> pictures;  // [labels.size(), height, width, channels]
  std::vector<Index> labels;
};

}  // namespace lapis::native
