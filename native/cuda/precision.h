#pragma once

#include <bit>
#include <cstdint>

#include "device.h"
#include "module.h"

namespace lapis::cuda {

/// A float32's bits without the last `dropped` ones: rounded to nearest, to even in the middle.
LAPIS_DEVICE inline std::uint32_t rounded_bits(std::uint32_t bits, int dropped) {
  constexpr std::uint32_t kInfinity = 0x7F800000;
  constexpr std::uint32_t kQuiet = 0x00400000;
  if ((bits & ~(std::uint32_t{1} << 31)) > kInfinity) return (bits | kQuiet) >> dropped;  // stays a NaN
  const std::uint32_t half = std::uint32_t{1} << (dropped - 1);
  return (bits + half - 1 + (bits >> dropped & 1)) >> dropped;
}

LAPIS_DEVICE inline float to_tf32(float value) {
  constexpr int kDropped = 13;
  return std::bit_cast<float>(rounded_bits(std::bit_cast<std::uint32_t>(value), kDropped) << kDropped);
}

/// The upper half of a float32.
LAPIS_DEVICE inline std::uint16_t to_bf16(float value) {
  return static_cast<std::uint16_t>(rounded_bits(std::bit_cast<std::uint32_t>(value), 16));
}

LAPIS_DEVICE inline float from_bf16(std::uint16_t bits) {
  return std::bit_cast<float>(std::uint32_t{bits} << 16);
}

}  // namespace lapis::cuda
