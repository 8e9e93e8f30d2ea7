#pragma once

#include "lapis/ops/backend.h"
#include "lapis/ops/parallel.h"

/// Internal to ops: pooling on the CPU. Contracts: backend.h.
namespace lapis::cpu {

void pool2d(Parallel& parallel, Pooling pooling, const Window2D& window, const Real* x, Real* y);
void pool2d_backward(Parallel& parallel, Pooling pooling, const Window2D& window, const Real* x,
                     const Real* dy, Real* dx);

}  // namespace lapis::cpu
