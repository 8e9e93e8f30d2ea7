#pragma once

#include "lapis/ops/backend.h"
#include "lapis/ops/parallel.h"

/// Internal to ops: RMS normalisation on the CPU. Contracts: backend.h.
namespace lapis::cpu {

void rms_norm(Parallel& parallel, const Real* x, const Real* scale, Real epsilon, Real* y, Index rows,
              Index n);
void rms_norm_backward(Parallel& parallel, const Real* x, const Real* scale, Real epsilon, const Real* dy,
                       Real* dx, Real* dscale, Index rows, Index n);

void layer_norm(Parallel& parallel, const Real* x, const Real* scale, const Real* offset, Real epsilon,
                Real* y, Index rows, Index n);
void layer_norm_backward(Parallel& parallel, const Real* x, const Real* scale, Real epsilon, const Real* dy,
                         Real* dx, Real* dscale, Real* doffset, Index rows, Index n);

}  // namespace lapis::cpu
