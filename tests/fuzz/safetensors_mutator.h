#pragma once

#include <cstring>
#include <string>

#include "check.h"

namespace fuzz {

/// A safetensors in its two parts, so that the mutator can keep the header's length right.
struct SafetensorsParts {
  std::string header;
  std::string data;
  bool is_whole = false;

  SafetensorsParts(const std::uint8_t* bytes, std::size_t size) {
    std::uint64_t length = 0;
    if (size >= 8) std::memcpy(&length, bytes, 8);
    is_whole = size >= 10 && length <= size - 8;
    if (!is_whole) return;
    const auto* text = reinterpret_cast<const char*>(bytes) + 8;
    header.assign(text, length);
    data.assign(text + length, size - 8 - length);
  }

  std::size_t write(std::uint8_t* to, std::size_t max_size) const {
    const std::uint64_t length = header.size();
    const std::size_t size = 8 + header.size() + data.size();
    if (size > max_size) return 0;
    std::memcpy(to, &length, 8);
    std::memcpy(to + 8, header.data(), header.size());
    std::memcpy(to + 8 + header.size(), data.data(), data.size());
    return size;
  }
};

inline void mutate(std::string& text, std::size_t more) {
  const std::size_t size = text.size();
  text.resize(size + more);
  text.resize(LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(text.data()), size, size + more));
}

}  // namespace fuzz
