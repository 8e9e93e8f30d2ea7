#pragma once

#include "lapis/ops/backend.h"
#include "lapis/ops/parallel.h"

namespace lapis::cpu {

/// Products with few rows (a batch of one, a recurrent step): B is read once, where it lies. False: not such
/// a product, nothing was done.
bool small_gemm(Parallel& parallel, const Gemm& gemm);

}  // namespace lapis::cpu
