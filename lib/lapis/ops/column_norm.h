#pragma once

#include "lapis/ops/backend.h"
#include "lapis/ops/parallel.h"

/// Internal to ops: statistics and normalisation of columns on the CPU. Contracts: backend.h.
namespace lapis::cpu {

void column_moments(Parallel& parallel, const Real* x, Mask mask, Index rows, Index n, Real* mean,
                    Real* variance);
void column_norm(Parallel& parallel, const ColumnNorm& op, const Real* x, Real* y);
void column_norm_backward(Parallel& parallel, const ColumnNorm& op, const Real* x, Mask mask,
                          bool own_moments, const Real* dy, Real* dx, Real* dscale, Real* doffset,
                          Real* sums);

}  // namespace lapis::cpu
