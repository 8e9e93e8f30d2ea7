#include "golden/golden_file.h"

#include <catch2/catch.hpp>

namespace lapis_test {

const lapis::TensorView& GoldenFile::tensor(const std::string& name) const {
  INFO("tensor " << name);
  const lapis::TensorView* found = file_.find(name);
  REQUIRE(found != nullptr);
  return *found;
}

std::vector<lapis::Real> GoldenFile::reals(const std::string& name) const {
  const lapis::TensorView& found = tensor(name);
  std::vector<lapis::Real> values(static_cast<std::size_t>(found.shape.size()));
  lapis::read_values(found, values);
  return values;
}

}  // namespace lapis_test
