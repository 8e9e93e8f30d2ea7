#pragma once

#include <cstdint>

#include "lapis/ops/backend.h"
#include "lapis/ops/parallel.h"

/// Internal to ops: optimizer steps on the CPU, Keras's formulas. Contracts: backend.h.
namespace lapis::cpu {

void sgd(Parallel& parallel, const SgdStep& step, Real* weights, const Real* gradients, Real* velocity,
         const std::uint8_t* trainable, Index count);
void adam(Parallel& parallel, const AdamStep& step, Real* weights, const Real* gradients, Real* first_moment,
          Real* second_moment, const std::uint8_t* trainable, Index count);
void rmsprop(Parallel& parallel, const RmspropStep& step, Real* weights, const Real* gradients,
             Real* mean_square, Real* mean_gradient, Real* velocity, const std::uint8_t* trainable,
             Index count);
void penalty(Parallel& parallel, const Real* weights, double l1, double l2, Real* gradients, Index count,
             double* sum, bool accumulate);
double sum_squares(Parallel& parallel, const Real* values, Index count);
void clip_norm(Parallel& parallel, Real* values, Index count, double squares, double limit);
void clip_values(Parallel& parallel, Real* values, Index count, Real limit);

}  // namespace lapis::cpu
