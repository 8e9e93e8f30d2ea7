#pragma once

#include <cstddef>

namespace lapis_test {

/// Counts heap allocations (new, malloc, calloc, realloc, aligned ones) of all threads while it lives:
///
///     AllocationCounter counter;
///     workspace.run(1);
///     REQUIRE(counter.count() == 0);
///
/// Take the count before using Catch2's macros, which may allocate. Not nested.
class AllocationCounter {
 public:
  AllocationCounter();
  ~AllocationCounter();
  AllocationCounter(const AllocationCounter&) = delete;
  AllocationCounter& operator=(const AllocationCounter&) = delete;

  /// Allocations since the counter was made; stops counting.
  std::size_t count();
};

}  // namespace lapis_test
