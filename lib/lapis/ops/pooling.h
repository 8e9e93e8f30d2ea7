#pragma once

#include "lapis/ops/backend.h"
#include "lapis/ops/parallel.h"

/// Internal to ops: pooling on the CPU. Contracts: backend.h.
namespace lapis::cpu {

void pool2d(Parallel& parallel, const Pool2D& pool, const Real* x, Real* y);
void pool2d_backward(Parallel& parallel, const Pool2D& pool, const Real* x, const Real* dy, Real* dx);

/// Rows [first, last) of one image's pooled rows, on the calling thread. `x` points at row 0 of the image (of
/// which only rows that the windows reach are read), `y` at pooled row `first`.
void pool_rows(const Pool2D& pool, Index first, Index last, const Real* x, Real* y);

}  // namespace lapis::cpu
