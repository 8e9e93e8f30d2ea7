#pragma once

#include <concepts>
#include <cstdint>
#include <limits>

#include "lapis/core/real.h"

namespace lapis {

/// How much memory something takes, in Reals: 64 bits in every build, while an Index has 32 in WebAssembly.
/// Sums and products never wrap: what is more than 64 bits hold stays at the most that they hold. Turned into
/// an Index it is checked, so no size is ever a small number by accident.
class Size {
 public:
  constexpr Size(std::signed_integral auto reals) : reals_(reals) {}

  friend constexpr Size operator+(Size a, Size b) {
    std::int64_t sum = 0;
    return __builtin_add_overflow(a.reals_, b.reals_, &sum) ? kMost : sum;
  }
  friend constexpr Size operator*(Size a, Size b) {
    std::int64_t product = 0;
    return __builtin_mul_overflow(a.reals_, b.reals_, &product) ? kMost : product;
  }
  // With plain numbers, which would else be as near to an Index.
  friend constexpr Size operator+(Size a, std::signed_integral auto b) { return a + Size(b); }
  friend constexpr Size operator+(std::signed_integral auto a, Size b) { return Size(a) + b; }
  friend constexpr Size operator*(Size a, std::signed_integral auto b) { return a * Size(b); }
  friend constexpr Size operator*(std::signed_integral auto a, Size b) { return Size(a) * b; }
  Size& operator+=(Size other) { return *this = *this + other; }

  /// As an index of type `I`. Throws Error with the bytes asked where so many Reals have more bytes than `I`
  /// can count.
  template <std::signed_integral I>
  I as() const {
    constexpr auto kMostBytes = static_cast<std::uint64_t>(std::numeric_limits<I>::max());
    if (reals_ > static_cast<std::int64_t>(kMostBytes / sizeof(Real))) refuse(kMostBytes);
    return static_cast<I>(reals_);
  }
  operator Index() const { return as<Index>(); }

 private:
  static constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

  [[noreturn]] void refuse(std::uint64_t most_bytes) const;

  std::int64_t reals_;
};

}  // namespace lapis
