#pragma once

#include "lapis/ops/backend.h"
#include "lapis/ops/parallel.h"

/// Internal to ops: the loss on the CPU. Contracts: backend.h.
namespace lapis::cpu {

void softmax_cross_entropy(Parallel& parallel, const Real* y, const Real* labels, Mask mask, Index rows,
                           Index n, Real* loss, Real* dlogits);
void dense_loss(Parallel& parallel, DenseLoss kind, const Real* y, const Real* targets, Mask mask, Index rows,
                Index n, Real* loss, Real* dy);

}  // namespace lapis::cpu
