#pragma once

#include <cstring>
#include <memory>
#include <vector>

#include "lapis/ops/backend.h"

namespace lapis_test {

/// Whether two results agree in every bit.
inline bool same_bits(const std::vector<lapis::Real>& a, const std::vector<lapis::Real>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(lapis::Real)) == 0;
}

/// Whether operation(backend), which returns its outputs, gives the same bits with 1, 2 and 3 threads.
template <class Operation>
bool same_on_all_threads(const Operation& operation) {
  const std::vector<lapis::Real> expected = operation(*lapis::make_cpu_backend(1));
  for (const int threads : {2, 3}) {
    const std::unique_ptr<lapis::Backend> backend = lapis::make_cpu_backend(threads);
    for (int repeat = 0; repeat < 3; ++repeat) {
      if (!same_bits(operation(*backend), expected)) return false;
    }
  }
  return true;
}

}  // namespace lapis_test
