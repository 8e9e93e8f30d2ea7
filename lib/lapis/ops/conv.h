#pragma once

#include "lapis/ops/backend.h"
#include "lapis/ops/parallel.h"

/// Internal to ops: convolution on the CPU as a matrix product that reads the patches where they lie, in a
/// band of the image that has its padding around it; no patch matrix is ever written. Contracts: backend.h.
namespace lapis::cpu {

Index conv2d_prepared(const Conv2DOp& op);
void prepare_conv2d(const Conv2DOp& op, const Real* kernel, Real* prepared);
/// Every thread has a band of its own in the scratch.
Index conv2d_scratch(const Conv2DOp& op, bool training, int threads);
void conv2d(Parallel& parallel, const Conv2DOp& op, const Real* x, const Conv2DParameters& parameters,
            Real* y, Real* scratch);
void conv2d_backward_data(Parallel& parallel, const Conv2DOp& op, const Real* dy, const Real* kernel,
                          Real* dx, Real* scratch);
void conv2d_backward_kernel(Parallel& parallel, const Conv2DOp& op, const Real* x, const Real* dy,
                            Real* dkernel, Real* scratch);

}  // namespace lapis::cpu
