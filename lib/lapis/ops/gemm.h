#pragma once

#include "lapis/ops/backend.h"
#include "lapis/ops/parallel.h"

/// Internal to ops: matrix products on the CPU. Contracts: backend.h.
namespace lapis::cpu {

void gemm(Parallel& parallel, const Gemm& gemm);
void sum_rows(Parallel& parallel, const Real* dy, Index rows, Index n, Real* bias_gradient);

}  // namespace lapis::cpu
