#include "golden/drawn_values.h"

#include <cmath>

namespace lapis_test {

using lapis::Index;
using lapis::Real;
using lapis::Shape;

std::vector<std::uint32_t> drawn_bits(std::string_view key, Index count) {
  std::uint64_t seed = 0xCBF29CE484222325U;
  for (const char byte : key) seed = (seed ^ static_cast<unsigned char>(byte)) * 0x100000001B3U;
  std::vector<std::uint32_t> bits(static_cast<std::size_t>(count));
  for (std::uint32_t& each : bits) {
    seed += 0x9E3779B97F4A7C15U;
    std::uint64_t z = seed;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    each = static_cast<std::uint32_t>((z ^ (z >> 31)) >> 40);
  }
  return bits;
}

std::vector<Real> drawn_signed(std::string_view key, Index count) {
  std::vector<Real> values;
  values.reserve(static_cast<std::size_t>(count));
  for (const std::uint32_t bits : drawn_bits(key, count))
    values.push_back(static_cast<Real>(2 * static_cast<std::int32_t>(bits) - (1 << 24)) * Real(0x1p-24));
  return values;
}

std::vector<Real> drawn_input(std::string_view key, const Shape& shape) {
  std::vector<Real> values = drawn_signed(key, shape.size());
  for (Real& value : values) value *= Real(1.5);
  return values;
}

std::vector<Real> drawn_weight(const std::string& key, const std::string& path, const Shape& shape,
                               Real scale) {
  const std::string name = path.substr(path.rfind('/') + 1);
  const std::string whole = key + "/" + path;
  if (name == "moving_variance") {
    std::vector<Real> values;
    for (const std::uint32_t bits : drawn_bits(whole, shape.size()))
      values.push_back(Real(0.5) + static_cast<Real>(bits) * Real(0x1p-24));
    return values;
  }
  std::vector<Real> values = drawn_signed(whole, shape.size());
  if (name == "gamma" || name == "scale") {
    for (Real& value : values) value = Real(1) + value / Real(2);
    return values;
  }
  Real factor = scale / Real(2);
  if (shape.rank() > 1 && name != "bias") {
    Index fan_in = name == "embeddings" ? shape[-1] : 1;
    if (name != "embeddings")
      for (int axis = 0; axis + 1 < shape.rank(); ++axis) fan_in *= shape[axis];
    factor = static_cast<Real>(std::sqrt(3.0 / static_cast<double>(fan_in))) * scale;
  }
  for (Real& value : values) value *= factor;
  return values;
}

}  // namespace lapis_test
