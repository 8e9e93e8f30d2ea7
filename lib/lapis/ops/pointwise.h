#pragma once

#include "lapis/ops/backend.h"
#include "lapis/ops/parallel.h"

/// Internal to ops: element-wise functions with settings on the CPU. Contracts: backend.h.
namespace lapis::cpu {

void pointwise(Parallel& parallel, const Pointwise& op, const Real* x, Real* y, Index count);
void pointwise_backward(Parallel& parallel, const Pointwise& op, const Real* x, const Real* dy, Real* dx,
                        Index count);

}  // namespace lapis::cpu
