#include "lapis/core/random.h"

#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <set>
#include <vector>

using namespace lapis;

namespace {

using Block = std::array<std::uint32_t, 4>;

/// Pearson's correlation of two samples of one size.
template <class Values>
double correlation(const Values& a, const Values& b) {
  const auto n = static_cast<double>(a.size());
  double sum_a = 0, sum_b = 0, sum_aa = 0, sum_bb = 0, sum_ab = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double x = a[i], y = b[i];
    sum_a += x;
    sum_b += y;
    sum_aa += x * x;
    sum_bb += y * y;
    sum_ab += x * y;
  }
  return (sum_ab - sum_a * sum_b / n) /
         std::sqrt((sum_aa - sum_a * sum_a / n) * (sum_bb - sum_b * sum_b / n));
}

std::vector<double> uniforms(const RandomStream& random, std::uint64_t count) {
  std::vector<double> values;
  for (std::uint64_t i = 0; i < count; ++i) values.push_back(static_cast<double>(random.uniform(i)));
  return values;
}

}  // namespace

// kat_vectors of the Random123 distribution, philox4x32 with 10 rounds. Counter words 0 and 1 are the index,
// 2 and 3 the stream; the key is the seed.
TEST_CASE("blocks are Philox4x32-10's known answers") {
  CHECK(RandomStream(0, 0).block(0) == Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  const std::uint64_t ones = ~std::uint64_t{0};
  CHECK(RandomStream(ones, ones).block(ones) == Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(RandomStream(0x299f31d0a4093822, 0x0370734413198a2e).block(0x85a308d3243f6a88) ==
        Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("a uniform is the upper 24 bits of its word") {
  CHECK(uniform_from_bits(0) == 0.0F);
  CHECK(uniform_from_bits(0xFF) == 0.0F);
  CHECK(uniform_from_bits(0x80000000U) == 0.5F);
  CHECK(uniform_from_bits(0xFFFFFFFFU) == 1.0F - 0x1p-24F);
  const RandomStream random(3, 4);
  for (std::uint64_t i = 0; i < 8; ++i)
    CHECK(random.uniform(i) == uniform_from_bits(random.block(i / 4)[i % 4]));
}

TEST_CASE("uniforms fill [0, 1) evenly") {
  const std::vector<double> values = uniforms(RandomStream(11, 2), 160000);
  std::array<double, 16> counts{};
  for (const double value : values) {
    REQUIRE((value >= 0 && value < 1));
    counts[static_cast<std::size_t>(value * 16)] += 1;
  }
  double chi_squared = 0;
  for (const double count : counts) chi_squared += (count - 10000) * (count - 10000) / 10000;
  // 15 degrees of freedom: below 37.7 with probability 0.999, above 3.5 with 0.999.
  CHECK(chi_squared < 37.7);
  CHECK(chi_squared > 3.5);
}

TEST_CASE("streams, seeds and neighbouring elements are independent") {
  const std::uint64_t count = 40000;
  const double four_sigma = 4 / std::sqrt(static_cast<double>(count));
  const std::vector<double> base = uniforms(RandomStream(5, 1), count);
  CHECK(std::abs(correlation(base, uniforms(RandomStream(5, 2), count))) < four_sigma);
  CHECK(std::abs(correlation(base, uniforms(RandomStream(6, 1), count))) < four_sigma);
  CHECK(std::abs(correlation(base, uniforms(RandomStream(5, (1ULL << 16) | 1), count))) < four_sigma);
  const std::vector<double> all_but_last(base.begin(), base.end() - 1);
  const std::vector<double> all_but_first(base.begin() + 1, base.end());
  CHECK(std::abs(correlation(all_but_last, all_but_first)) < four_sigma);
}

TEST_CASE("seed, stream and index count with all their 64 bits") {
  std::set<Block> blocks;
  for (int bit = 0; bit < 64; ++bit) {
    const std::uint64_t value = std::uint64_t{1} << bit;
    blocks.insert(RandomStream(value, 0).block(0));
    blocks.insert(RandomStream(0, value).block(0));
    blocks.insert(RandomStream(0, 0).block(value));
  }
  CHECK(blocks.size() == 3 * 64);
}

TEST_CASE("normals have mean 0, variance 1 and the normal's tails") {
  const RandomStream random(7, 3);
  const int count = 200000;
  double sum = 0, squares = 0, fourths = 0;
  int beyond_two = 0;
  std::vector<double> even, odd;
  for (int i = 0; i < count; ++i) {
    const double value = random.normal(static_cast<std::uint64_t>(i));
    REQUIRE(std::isfinite(value));
    sum += value;
    squares += value * value;
    fourths += value * value * value * value;
    beyond_two += std::abs(value) > 2 ? 1 : 0;
    (i % 2 == 0 ? even : odd).push_back(value);
  }
  // Four standard errors each.
  CHECK(std::abs(sum / count) < 4 / std::sqrt(count));
  CHECK(std::abs(squares / count - 1) < 4 * std::sqrt(2.0 / count));
  CHECK(std::abs(fourths / count - 3) < 4 * std::sqrt(96.0 / count));
  CHECK(std::abs(static_cast<double>(beyond_two) / count - 0.0455) < 4 * std::sqrt(0.0455 * 0.9545 / count));
  CHECK(std::abs(correlation(even, odd)) < 4 / std::sqrt(count / 2));
}

TEST_CASE("below gives every number under the bound alike") {
  const RandomStream random(9, 0);
  std::array<int, 7> counts{};
  for (std::uint64_t i = 0; i < 70000; ++i) counts.at(static_cast<std::size_t>(random.below(i, 7)))++;
  for (const int count : counts) CHECK(std::abs(count - 10000) < 4 * 93);  // sigma: sqrt(70000 * 6 / 49)
  CHECK(random.below(3, 1) == 0);
  const std::uint64_t wide = std::uint64_t{1} << 40;
  CHECK(random.below(0, wide) < wide);
  CHECK(random.below(0, wide) > 0xFFFFFFFFU);  // more than 32 bits take part
}
