#pragma once

#include <vector>

#include "lapis/core/random.h"

/// Test inputs; the same on every machine.
namespace lapis_test {

/// `count` values, uniform in [lower, upper).
inline std::vector<lapis::Real> random_values(lapis::Index count, std::uint64_t seed, double lower = -1,
                                              double upper = 1) {
  const lapis::RandomStream random(seed, 0x7e57);
  std::vector<lapis::Real> values(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<lapis::Real>(lower + (upper - lower) * static_cast<double>(random.uniform(i)));
  return values;
}

/// `count` whole numbers in [0, bound), held as Reals: labels and token ids.
inline std::vector<lapis::Real> random_ids(lapis::Index count, lapis::Index bound, std::uint64_t seed) {
  const lapis::RandomStream random(seed, 0x1d5);
  std::vector<lapis::Real> values(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<lapis::Real>(random.below(i, static_cast<std::uint64_t>(bound)));
  return values;
}

}  // namespace lapis_test
