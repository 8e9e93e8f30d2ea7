#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace lapis {

/// One tensor as the header of a safetensors file describes it; nothing of it is checked against the file
/// yet.
struct HeaderTensor {
  std::string name;
  std::string dtype;
  std::vector<std::uint64_t> shape;
  std::uint64_t begin = 0;  // bytes from the start of the data
  std::uint64_t end = 0;
};

struct SafetensorsHeader {
  std::map<std::string, HeaderTensor> tensors;
  std::map<std::string, std::string> metadata;
};

/// Reads the JSON header without building a tree of it: a hostile one (deep nesting, millions of entries, one
/// name twice) is refused where it stands. Throws Error.
SafetensorsHeader parse_safetensors_header(std::string_view text);

}  // namespace lapis
