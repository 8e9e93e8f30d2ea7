#include "lapis/train/augmentation.h"

#include <cstdint>

namespace lapis {

namespace {

/// Uniform in [-limit, limit].
Index symmetric(std::uint32_t bits, Index limit) {
  const auto count = static_cast<std::uint64_t>(2 * limit + 1);
  return static_cast<Index>((bits * count) >> 32) - limit;
}

}  // namespace

PictureMove::PictureMove(const Augmentation& augmentation, const RandomStream& random, Index index,
                         Index height, Index width)
    : height_(height), width_(width), fill_(augmentation.fill) {
  const auto bits = random.block(static_cast<std::uint64_t>(index));
  flip_ = augmentation.horizontal_flip && (bits[0] >> 31) != 0;
  shift_y_ = symmetric(bits[1], augmentation.shift);
  shift_x_ = symmetric(bits[2], augmentation.shift);
}

Index PictureMove::source(Index position, Index size) const {
  if (position >= 0 && position < size) return position;
  if (fill_ == Augmentation::Fill::zero) return -1;
  if (size == 1) return 0;
  const Index period = 2 * (size - 1);
  const Index folded = ((position % period) + period) % period;
  return folded < size ? folded : period - folded;
}

}  // namespace lapis
