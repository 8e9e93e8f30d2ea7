#include "lapis/ops/dropout.h"

#include <cmath>
#include <cstdint>
#include <cstring>

#include "lapis/ops/pieces.h"
#include "lapis/ops/vector.h"

namespace lapis::cpu {

namespace {

/// Lanes of 64 bits that hold 32: so a product is one multiplication.
using Wide = std::uint64_t __attribute__((vector_size(simd::kVectorBytes)));
constexpr Index kLanes = simd::kVectorBytes / 8;

constexpr Index kBlocks = 16;  // of 4 x 32 bits at once
constexpr Index kBatch = 4 * kBlocks;

/// bits[4 * i + word] = random.block(first + i)[word]: the same Philox as RandomStream's, kLanes blocks side
/// by side.
void random_bits(const RandomStream& random, std::uint64_t first, std::uint32_t* bits) {
  constexpr std::uint64_t kLow = 0xFFFFFFFF;
  for (Index block = 0; block < kBlocks; block += kLanes) {
    Wide index = {};
    for (Index lane = 0; lane < kLanes; ++lane)
      index[lane] = first + static_cast<std::uint64_t>(block + lane);
    Wide counter[4] = {index & kLow, index >> 32, Wide{} + (random.stream() & kLow),
                       Wide{} + (random.stream() >> 32)};
    auto key0 = static_cast<std::uint32_t>(random.seed());
    auto key1 = static_cast<std::uint32_t>(random.seed() >> 32);
    for (int round = 0; round < 10; ++round) {
      const Wide product0 = counter[0] * std::uint64_t{0xD2511F53};
      const Wide product1 = counter[2] * std::uint64_t{0xCD9E8D57};
      counter[0] = (product1 >> 32) ^ counter[1] ^ std::uint64_t{key0};
      counter[1] = product1 & kLow;
      counter[2] = (product0 >> 32) ^ counter[3] ^ std::uint64_t{key1};
      counter[3] = product0 & kLow;
      key0 += 0x9E3779B9U;
      key1 += 0xBB67AE85U;
    }
    for (Index lane = 0; lane < kLanes; ++lane) {
      for (Index word = 0; word < 4; ++word) {
        bits[4 * (block + lane) + word] = static_cast<std::uint32_t>(counter[word][lane]);
      }
    }
  }
}

}  // namespace

void dropout(Parallel& parallel, const Real* x, Real* y, Index count, float rate, RandomStream random) {
  const Real scale = rate < 1 ? Real(1) / (Real(1) - static_cast<Real>(rate)) : Real(0);
  // uniform_from_bits(bits) >= rate, in whole numbers: both sides times 2^24.
  const auto threshold = static_cast<std::uint32_t>(std::ceil(rate * 0x1p24F));
  for_pieces(parallel, count, 64 * kBatch, [&](Index first, Index size) {
    for (Index i = first; i < first + size; i += kBatch) {
      std::uint32_t bits[kBatch];
      random_bits(random, static_cast<std::uint64_t>(i / 4), bits);
      simd::Bits kept[kBatch];  // all bits set or none
      for (Index j = 0; j < kBatch; ++j) kept[j] = (bits[j] >> 8) >= threshold ? -1 : 0;
      const Index values = std::min(kBatch, first + size - i);
      for (Index j = 0; j < values; j += simd::kLanes) {
        simd::BitVector mask;
        std::memcpy(&mask, kept + j, sizeof(mask));
        if (j + simd::kLanes <= values) {
          simd::store(y + i + j, simd::select(mask, simd::load(x + i + j) * scale, simd::Vector{}));
        } else {
          const simd::Vector value = simd::load_part(x + i + j, values - j);
          simd::store_part(y + i + j, simd::select(mask, value * scale, simd::Vector{}), values - j);
        }
      }
    }
  });
}

}  // namespace lapis::cpu
