#pragma once

#include "lapis/ops/backend.h"
#include "lapis/ops/parallel.h"

/// Internal to ops: dropout on the CPU. Contract: backend.h.
namespace lapis::cpu {

void dropout(Parallel& parallel, const Real* x, Real* y, Index count, float rate, RandomStream random);

}  // namespace lapis::cpu
