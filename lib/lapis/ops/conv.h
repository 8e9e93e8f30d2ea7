#pragma once

#include "lapis/ops/backend.h"
#include "lapis/ops/parallel.h"

/// Internal to ops: convolution on the CPU as a matrix product whose packing step fetches the patches of the
/// image, so that no patch matrix is ever written and no scratch is needed. Contracts: backend.h.
namespace lapis::cpu {

/// Only the gradient of the kernel needs scratch.
Index conv2d_scratch(const Conv2DOp& op);
void conv2d(Parallel& parallel, const Conv2DOp& op, const Real* x, const Real* kernel, const Real* bias,
            Real* y);
void conv2d_backward_data(Parallel& parallel, const Conv2DOp& op, const Real* dy, const Real* kernel,
                          Real* dx);
void conv2d_backward_kernel(Parallel& parallel, const Conv2DOp& op, const Real* x, const Real* dy,
                            Real* dkernel, Real* scratch);

}  // namespace lapis::cpu
