#pragma once

#include <cstddef>
#include <filesystem>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lapis/core/error.h"
#include "lapis/io/safetensors.h"
#include "support/shared.h"

namespace lapis_test {

/// A safetensors file made by Keras, with its tensors as doubles.
class Golden {
 public:
  explicit Golden(const std::filesystem::path& path)
      : bytes_(read_bytes(path)), file_(lapis::read_safetensors(std::as_bytes(std::span(bytes_)))) {}

  /// The tensor whose name is all `parts` with slashes between.
  std::vector<double> get(std::initializer_list<std::string_view> parts) const {
    std::string name;
    for (const std::string_view part : parts) {
      if (!name.empty()) name += '/';
      name += part;
    }
    const lapis::TensorView* tensor = file_.find(name);
    if (tensor == nullptr) lapis::fail("no tensor ", name);
    return lapis::to_doubles(*tensor);
  }

 private:
  std::vector<std::uint8_t> bytes_;
  lapis::SafetensorsFile file_;
};

}  // namespace lapis_test
