#include "lapis/core/random.h"

#include <cmath>
#include <numbers>

namespace lapis {

std::array<std::uint32_t, 4> RandomStream::block(std::uint64_t index) const {
  std::array<std::uint32_t, 4> counter = {
      static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32),
      static_cast<std::uint32_t>(stream_), static_cast<std::uint32_t>(stream_ >> 32)};
  auto key0 = static_cast<std::uint32_t>(seed_);
  auto key1 = static_cast<std::uint32_t>(seed_ >> 32);
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t product0 = std::uint64_t{0xD2511F53} * counter[0];
    const std::uint64_t product1 = std::uint64_t{0xCD9E8D57} * counter[2];
    counter = {
        static_cast<std::uint32_t>(product1 >> 32) ^ counter[1] ^ key0, static_cast<std::uint32_t>(product1),
        static_cast<std::uint32_t>(product0 >> 32) ^ counter[3] ^ key1, static_cast<std::uint32_t>(product0)};
    key0 += 0x9E3779B9U;
    key1 += 0xBB67AE85U;
  }
  return counter;
}

float RandomStream::uniform(std::uint64_t index) const {
  return uniform_from_bits(block(index / 4)[static_cast<std::size_t>(index % 4)]);
}

double RandomStream::normal(std::uint64_t index) const {
  const auto bits = block(index / 2);
  // Two normals a block. (0, 1] for the logarithm's argument.
  const double radius = std::sqrt(-2.0 * std::log((static_cast<double>(bits[0]) + 1.0) * 0x1p-32));
  const double angle = 2.0 * std::numbers::pi * static_cast<double>(bits[1]) * 0x1p-32;
  return radius * (index % 2 == 0 ? std::cos(angle) : std::sin(angle));
}

std::uint64_t RandomStream::below(std::uint64_t index, std::uint64_t bound) const {
  const auto bits = block(index);
  const std::uint64_t wide = (std::uint64_t{bits[0]} << 32) | bits[1];
  return wide % bound;
}

}  // namespace lapis
