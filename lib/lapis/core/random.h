#pragma once

#include <array>
#include <cstdint>

#include "lapis/core/real.h"

namespace lapis {

/// Counter-based random numbers: Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
/// 2011). The value at (seed, stream, index) is a pure function, so a dropout mask is the same on CPU, CUDA
/// and WebAssembly and for any number of threads, and backward regenerates it instead of saving it. Nothing
/// from <random> is used: its distributions differ between standard libraries.
class RandomStream {
 public:
  RandomStream() = default;
  /// `stream` separates independent uses of one seed, e.g. a layer's index and the training step.
  RandomStream(std::uint64_t seed, std::uint64_t stream) : seed_(seed), stream_(stream) {}

  std::uint64_t seed() const { return seed_; }
  std::uint64_t stream() const { return stream_; }

  /// 128 random bits for the block `index`.
  std::array<std::uint32_t, 4> block(std::uint64_t index) const;

  /// Uniform in [0, 1), 24 bits: exactly representable in float, so equal in every build.
  float uniform(std::uint64_t index) const;

  /// Normal with mean 0 and variance 1 (Box-Muller in double).
  double normal(std::uint64_t index) const;

  /// A number in [0, bound), bound > 0 (bias below 2^-32 * bound).
  std::uint64_t below(std::uint64_t index, std::uint64_t bound) const;

 private:
  std::uint64_t seed_ = 0;
  std::uint64_t stream_ = 0;
};

/// One uniform in [0, 1) made of 32 random bits.
inline float uniform_from_bits(std::uint32_t bits) {
  return static_cast<float>(bits >> 8) * 0x1p-24F;
}

}  // namespace lapis
