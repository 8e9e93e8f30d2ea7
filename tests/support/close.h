#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>

/// Comparisons of arrays. A NaN on either side, or two lengths, count as infinitely far apart, so that
/// `REQUIRE( max_abs_diff(a, b) <= 1e-6)` goes red for them.
namespace lapis_test {

/// Largest |a[i] - b[i]|.
template <class A, class B>
double max_abs_diff(std::span<const A> a, std::span<const B> b) {
  if (a.size() != b.size()) return std::numeric_limits<double>::infinity();
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double difference = std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i]));
    if (std::isnan(difference)) return std::numeric_limits<double>::infinity();
    largest = std::max(largest, difference);
  }
  return largest;
}

/// Largest |expected[i]|.
template <class A>
double max_abs(std::span<const A> values) {
  double largest = 0;
  for (const A value : values) largest = std::max(largest, std::abs(static_cast<double>(value)));
  return largest;
}

/// max_abs_diff over the largest |expected[i]|; with all `expected` zero, max_abs_diff itself.
template <class A, class B>
double max_relative_diff(std::span<const A> actual, std::span<const B> expected) {
  const double largest = max_abs(expected);
  return max_abs_diff(actual, expected) / (largest > 0 ? largest : 1);
}

/// For vectors and arrays.
template <class A, class B>
double max_abs_diff(const A& a, const B& b) {
  return max_abs_diff(std::span<const typename A::value_type>(a), std::span<const typename B::value_type>(b));
}
template <class A, class B>
double max_relative_diff(const A& actual, const B& expected) {
  return max_relative_diff(std::span<const typename A::value_type>(actual),
                           std::span<const typename B::value_type>(expected));
}

}  // namespace lapis_test
