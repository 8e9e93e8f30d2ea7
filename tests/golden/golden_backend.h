#pragma once

#include <memory>
#include <vector>

#include "lapis/ops/backend.h"

namespace lapis_test {

/// What the golden networks run on: the CPU; with LAPIS_DEVICE=cuda the GPU, by the module in
/// LAPIS_CUDA_MODULE; in lapis_tests_backend the CUDA backend's kernels compiled for the host. nullptr, and
/// the test counted as skipped, where a GPU was asked for and there is none.
std::unique_ptr<lapis::Backend> golden_backend();

/// `count` values of the backend's memory.
std::vector<lapis::Real> downloaded(lapis::Backend& backend, const lapis::Real* from, lapis::Index count);

}  // namespace lapis_test

/// `LAPIS_NEED_BACKEND(backend);` declares `backend`, or skips the test.
#define LAPIS_NEED_BACKEND(variable)                                \
  const auto variable##_found = ::lapis_test::golden_backend();     \
  if (variable##_found == nullptr) return; /* counted as skipped */ \
  lapis::Backend& variable = *variable##_found
