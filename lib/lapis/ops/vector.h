#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

#include "lapis/core/real.h"

/// Internal to ops: short vectors of Reals, by the vector extensions of GCC and clang. One source serves
/// AVX-512, AVX, SSE2, NEON and WebAssembly SIMD; where the machine has no vectors the compiler takes them
/// apart.
namespace lapis::simd {

#if defined(__AVX512F__)
inline constexpr int kVectorBytes = 64;
#elif defined(__AVX__)
inline constexpr int kVectorBytes = 32;
#else
inline constexpr int kVectorBytes = 16;
#endif

#if defined(__AVX512F__) || defined(__AVX__) || defined(__SSE2__) || defined(__ARM_NEON) || \
    defined(__wasm_simd128__)
inline constexpr bool kHasVectors = true;
#else
inline constexpr bool kHasVectors = false;
#endif

using Bits = std::conditional_t<sizeof(Real) == 4, std::int32_t, std::int64_t>;

using Vector = Real __attribute__((vector_size(kVectorBytes)));
using UnsignedBitVector = std::make_unsigned_t<Bits> __attribute__((vector_size(kVectorBytes)));
using BitVector = Bits __attribute__((vector_size(kVectorBytes)));  // what comparing two Vectors gives
// `typedef`: clang 14 forgets an alignment given in a `using`.
typedef Real UnalignedVector __attribute__((vector_size(kVectorBytes), aligned(sizeof(Real)), may_alias));

inline constexpr Index kLanes = kVectorBytes / static_cast<Index>(sizeof(Real));

inline Vector load(const Real* from) {
  return *reinterpret_cast<const UnalignedVector*>(from);
}
inline void store(Real* to, Vector value) {
  *reinterpret_cast<UnalignedVector*>(to) = value;
}

/// The first `count` < kLanes values; the other lanes are 0.
inline Vector load_part(const Real* from, Index count) {
  Vector value = {};
  std::memcpy(&value, from, static_cast<std::size_t>(count) * sizeof(Real));
  return value;
}
inline void store_part(Real* to, Vector value, Index count) {
  std::memcpy(to, &value, static_cast<std::size_t>(count) * sizeof(Real));
}

/// Tells the compiler to hold a loaded value in a register: GCC would rather load it again for every use.
inline void hold(Vector& value) {
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__)
  asm("" : "+v"(value));
#else
  static_cast<void>(value);
#endif
}

inline Vector splat(Real value) {
  return value - Vector{};
}

inline Vector select(BitVector mask, Vector if_set, Vector otherwise) {
  return mask ? if_set : otherwise;
}

inline BitVector as_bits(Vector x) {
  return reinterpret_cast<BitVector>(x);
}
inline Vector from_bits(BitVector bits) {
  return reinterpret_cast<Vector>(bits);
}

inline constexpr Bits kSignBit = std::numeric_limits<Bits>::min();

inline Vector absolute(Vector x) {
  return from_bits(as_bits(x) & ~kSignBit);
}

/// `size` >= 0 with the sign of x.
inline Vector with_sign_of(Vector x, Vector size) {
  return from_bits(as_bits(size) | (as_bits(x) & kSignBit));
}

/// max(x, least), min(x, most); NaN stays NaN.
inline Vector at_least(Vector x, Real least) {
  const Vector bound = splat(least);
  return select(x < bound, bound, x);
}
inline Vector at_most(Vector x, Real most) {
  const Vector bound = splat(most);
  return select(x > bound, bound, x);
}

/// max(x, 0); NaN stays NaN: it fails the comparison.
inline Vector relu(Vector x) {
  return select(x < Vector{}, Vector{}, x);
}

/// The lanes added two by two: the same order on every machine with the same width.
inline Real sum(Vector value) {
  Real lanes[kLanes];
  std::memcpy(lanes, &value, sizeof(value));
  for (Index half = kLanes / 2; half > 0; half /= 2) {
    for (Index i = 0; i < half; ++i) lanes[i] += lanes[i + half];
  }
  return lanes[0];
}

inline Real max(Vector value) {
  Real lanes[kLanes];
  std::memcpy(lanes, &value, sizeof(value));
  for (Index i = 1; i < kLanes; ++i) lanes[0] = std::max(lanes[0], lanes[i]);
  return lanes[0];
}

typedef Real UnalignedQuarter __attribute__((vector_size(16), aligned(sizeof(Real)), may_alias));

/// The two must not overlap. Ends are copied by vectors that overlap the last whole one.
inline void copy(const Real* from, Real* to, Index count) {
  constexpr Index kSmall = 16 / static_cast<Index>(sizeof(Real));
  if (count >= kLanes) {
    Index i = 0;
    for (; i + kLanes <= count; i += kLanes) store(to + i, load(from + i));
    if (i < count) store(to + count - kLanes, load(from + count - kLanes));
    return;
  }
  const auto copy_small = [&](Index i) {
    *reinterpret_cast<UnalignedQuarter*>(to + i) = *reinterpret_cast<const UnalignedQuarter*>(from + i);
  };
  if (count >= kSmall) {
    for (Index i = 0; i + kSmall <= count; i += kSmall) copy_small(i);
    copy_small(count - kSmall);
    return;
  }
  for (Index i = 0; i < count; ++i) to[i] = from[i];
}

inline void fill_zero(Real* to, Index count) {
  Index i = 0;
  for (; i + kLanes <= count; i += kLanes) store(to + i, Vector{});
  for (; i < count; ++i) to[i] = 0;
}

/// `count` of at most kLanes values; the other lanes are 0.
inline Vector load_some(const Real* from, Index count) {
  return count == kLanes ? load(from) : load_part(from, count);
}
inline void store_some(Real* to, Vector value, Index count) {
  if (count == kLanes) {
    store(to, value);
  } else {
    store_part(to, value, count);
  }
}

/// y[i] = function(x[i]) by vectors; y may be x. The function stands once in the loop, for whole vectors and
/// for the rest: some are long.
template <class Function>
inline void map(const Real* x, Real* y, Index count, const Function& function) {
  for (Index i = 0; i < count; i += kLanes) {
    const Index some = std::min(kLanes, count - i);
    store_some(y + i, function(load_some(x + i, some)), some);
  }
}

/// y[i] = function(a[i], b[i]) by vectors; y may be a or b.
template <class Function>
inline void map(const Real* a, const Real* b, Real* y, Index count, const Function& function) {
  for (Index i = 0; i < count; i += kLanes) {
    const Index some = std::min(kLanes, count - i);
    store_some(y + i, function(load_some(a + i, some), load_some(b + i, some)), some);
  }
}

/// Sum of function(a[i], b[i]); function(0, 0) must be 0. Two accumulators, so that additions overlap.
template <class Function>
inline Real map_sum(const Real* a, const Real* b, Index count, const Function& function) {
  Vector first = {};
  Vector second = {};
  Index i = 0;
  for (; i + 2 * kLanes <= count; i += 2 * kLanes) {
    first += function(load(a + i), load(b + i));
    second += function(load(a + i + kLanes), load(b + i + kLanes));
  }
  for (; i + kLanes <= count; i += kLanes) first += function(load(a + i), load(b + i));
  if (i < count) second += function(load_part(a + i, count - i), load_part(b + i, count - i));
  return sum(first + second);
}

inline Real dot(const Real* a, const Real* b, Index count) {
  return map_sum(a, b, count, [](Vector x, Vector y) { return x * y; });
}

/// A function of one Real for every lane: the accurate way, used by the double build.
template <class Function>
inline Vector each_lane(Vector x, const Function& function) {
  Real lanes[kLanes];
  std::memcpy(lanes, &x, sizeof(x));
  for (Real& lane : lanes) lane = function(lane);
  std::memcpy(&x, lanes, sizeof(x));
  return x;
}

/// The parts of e^x = 2^n (1 + q), |x| < 2^21 ln 2: q = e^r - 1 for r = x - n ln 2, |r| <= ln 2 / 2, by a
/// polynomial (Cephes' expf) that is accurate relative to q itself; `bits`: n as the low bits of a word.
/// Float only.
struct ExpParts {
  Vector q;
  BitVector bits;
};
inline ExpParts exp_parts(Vector x) {
  // Adding 1.5 * 2^23 rounds to a whole number and leaves it in the low bits: no conversion, so NaN is
  // harmless.
  const Vector magic = splat(Real(12582912));
  const Vector shifted = x * Real(1.44269504088896341) + magic;
  const Vector n = shifted - magic;
  Vector r = x - n * Real(0.693359375);
  r = r - n * Real(-2.12194440e-4);
  Vector p = splat(Real(1.9875691500e-4));
  p = p * r + Real(1.3981999507e-3);
  p = p * r + Real(8.3334519073e-3);
  p = p * r + Real(4.1665795894e-2);
  p = p * r + Real(1.6666665459e-1);
  p = p * r + Real(5.0000001201e-1);
  return {p * (r * r) + r, as_bits(shifted)};
}

/// 2^n for -126 <= n <= 127, from ExpParts::bits: what is above the low bits falls out of the word.
inline Vector power_of_two(BitVector bits) {
  // Unsigned: what wraps round is not needed.
  const auto low = reinterpret_cast<UnsignedBitVector>(bits);
  return reinterpret_cast<Vector>((low << 23) + (std::make_unsigned_t<Bits>{127} << 23));
}

/// e^x, within 2 units in the last place; 0 or subnormal below -87.3, infinity above 88.7, NaN for NaN.
/// Double: std::exp.
inline Vector exp(Vector x) {
  if constexpr (sizeof(Real) == 4) {
    x = at_most(at_least(x, Real(-104)), Real(89));
    const ExpParts parts = exp_parts(x);
    // 2^n in two factors, so that subnormal results come out right.
    const BitVector whole = parts.bits - Bits{0x4B400000};
    const BitVector half = whole >> 1;
    return (parts.q + Real(1)) * power_of_two(half) * power_of_two(whole - half);
  } else {
    return each_lane(x, [](Real lane) { return std::exp(lane); });
  }
}

/// 1 / (1 + e^-x), within 2.5 units in the last place, or 2^-125 where it is smaller than that.
inline Vector sigmoid(Vector x) {
  if constexpr (sizeof(Real) == 4) {
    // From e^-|x|, so that both tails keep their relative accuracy.
    const ExpParts parts = exp_parts(at_least(-absolute(x), Real(-87)));
    const Vector power = power_of_two(parts.bits);
    const Vector tail = parts.q * power + power;
    return select(x < Vector{}, tail, splat(Real(1))) / (tail + Real(1));
  } else {
    const Vector tail = exp(-absolute(x));
    return select(x < Vector{}, tail, splat(Real(1))) / (tail + Real(1));
  }
}

/// tanh x, within 2.5 units in the last place: from e^2|x| - 1, which keeps its relative accuracy near 0.
/// Double: std::tanh.
inline Vector tanh(Vector x) {
  if constexpr (sizeof(Real) == 4) {
    const Vector size = absolute(x);
    const ExpParts parts = exp_parts(at_most(size + size, Real(20)));
    const Vector power = power_of_two(parts.bits);
    const Vector grown = parts.q * power + (power - Real(1));
    return with_sign_of(x, grown / (grown + Real(2)));
  } else {
    return each_lane(x, [](Real lane) { return std::tanh(lane); });
  }
}

}  // namespace lapis::simd
