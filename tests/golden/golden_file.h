#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lapis/io/safetensors.h"
#include "support/shared.h"

namespace lapis_test {

/// A safetensors file of shared/golden with the bytes that its tensors view.
class GoldenFile {
 public:
  explicit GoldenFile(const std::filesystem::path& path)
      : bytes_(read_bytes(path)), file_(lapis::read_safetensors(std::as_bytes(std::span(bytes_)))) {}

  const lapis::SafetensorsFile& file() const { return file_; }
  /// nullptr where there is none.
  const lapis::TensorView* find(const std::string& name) const { return file_.find(name); }
  /// Fails the test where there is none.
  const lapis::TensorView& tensor(const std::string& name) const;
  std::vector<double> doubles(const std::string& name) const { return lapis::to_doubles(tensor(name)); }
  std::vector<lapis::Real> reals(const std::string& name) const;

 private:
  std::vector<std::uint8_t> bytes_;
  lapis::SafetensorsFile file_;
};

}  // namespace lapis_test
