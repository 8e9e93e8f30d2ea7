#pragma once

#include "lapis/ops/backend.h"
#include "lapis/ops/parallel.h"

/// Internal to ops: means over steps, padding and masked rows on the CPU. Contracts: backend.h.
namespace lapis::cpu {

void mean_steps(Parallel& parallel, const Real* x, Mask mask, Index batch, Index steps, Index n, Real* y);
void mean_steps_backward(Parallel& parallel, const Real* dy, Mask mask, Index batch, Index steps, Index n,
                         Real* dx);
void pad2d(Parallel& parallel, const Window2D& window, const Real* x, Real* y);
void keep_rows(Parallel& parallel, const Real* x, Real value, const Real* from, Real* to, std::uint8_t* mask,
               Index rows, Index n);

}  // namespace lapis::cpu
