#include "lapis/train/augmentation.h"

#include <cstdint>

namespace lapis {

namespace {

/// Uniform in [-limit, limit].
std::int32_t symmetric(std::uint32_t bits, Index limit) {
  const auto count = static_cast<std::uint64_t>(2 * limit + 1);
  return static_cast<std::int32_t>(static_cast<Index>((bits * count) >> 32) - limit);
}

}  // namespace

PictureMove draw_move(const Augmentation& augmentation, const RandomStream& random, Index index) {
  const auto bits = random.block(static_cast<std::uint64_t>(index));
  return {.picture = static_cast<std::int32_t>(index),
          .flip = augmentation.horizontal_flip && (bits[0] >> 31) != 0 ? 1 : 0,
          .shift_y = symmetric(bits[1], augmentation.shift),
          .shift_x = symmetric(bits[2], augmentation.shift)};
}

}  // namespace lapis
