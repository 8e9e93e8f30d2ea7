// The test helpers themselves: a helper that cannot go red would make every test that uses it worthless.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <limits>
#include <memory>
#include <vector>

#include "support/allocations.h"
#include "support/close.h"
#include "support/random_values.h"
#include "support/shared.h"

using namespace lapis_test;

namespace {

// Kept from the optimizer, which may remove an allocation that nobody reads.
void* volatile kept = nullptr;

}  // namespace

TEST_CASE("the allocation counter counts new and malloc, and nothing else") {
  AllocationCounter none;
  int sum = 0;
  for (int i = 0; i < 10; ++i) sum += i;
  const std::size_t without = none.count();
  CHECK(without == 0);
  CHECK(sum == 45);

  AllocationCounter one;
  auto number = std::make_unique<int>(1);
  kept = number.get();
  const std::size_t with_new = one.count();
  CHECK(with_new == 1);

  AllocationCounter two;
  void* const memory = std::malloc(10);
  kept = memory;
  const std::size_t with_malloc = two.count();
  std::free(memory);
  CHECK(with_malloc == 1);
}

TEST_CASE("comparisons see differences, lengths and NaN") {
  const std::vector<float> a = {1, -4};
  const std::vector<double> b = {1.5, -4};
  const std::vector<float> shorter = {1};
  const std::vector<float> bad = {1, std::numeric_limits<float>::quiet_NaN()};
  CHECK(max_abs_diff(a, b) == 0.5);
  CHECK(max_relative_diff(a, b) == 0.125);
  CHECK(max_abs_diff(a, a) == 0);
  CHECK(max_abs_diff(a, shorter) == std::numeric_limits<double>::infinity());
  CHECK(max_abs_diff(a, bad) == std::numeric_limits<double>::infinity());
}

TEST_CASE("random values stay in their range and differ by seed") {
  const auto values = random_values(1000, 1, -2, 3);
  CHECK(*std::min_element(values.begin(), values.end()) >= -2);
  CHECK(*std::max_element(values.begin(), values.end()) < 3);
  CHECK(values != random_values(1000, 2, -2, 3));
  CHECK(values == random_values(1000, 1, -2, 3));
}

TEST_CASE("files of the repository can be read") {
  CHECK(read_text(repository_path("LICENSE")).find("MIT License") != std::string::npos);
  CHECK_FALSE(find_shared("no such file").has_value());
}
