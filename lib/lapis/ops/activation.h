#pragma once

#include "lapis/ops/backend.h"
#include "lapis/ops/parallel.h"
#include "lapis/ops/vector.h"

/// Internal to ops: element-wise activations, softmax and bias on the CPU. Contracts: backend.h.
namespace lapis::cpu {

void activate(Parallel& parallel, Activation activation, const Real* x, Real* y, Index rows, Index n);
void activate_backward(Parallel& parallel, Activation activation, const Real* y_or_x, const Real* dy,
                       Real* dx, Index rows, Index n);
void add_bias(Parallel& parallel, Real* y, Index rows, Index n, const Real* bias, Activation activation);

// --- On the calling thread, for use inside a piece of a parallel loop ------------------------------------

/// y[i] = activation(x[i]) for `count` values, element-wise ones only. y may be x.
void activate_values(Activation activation, const Real* x, Real* y, Index count);

/// activation(x); a fusable one.
simd::Vector activated(Activation activation, simd::Vector x);

/// dy * activation'(at output y); a fusable one.
simd::Vector activation_derivative(Activation activation, simd::Vector y, simd::Vector dy);

/// Columns [column, column + count) of rows that lie anywhere, in place; a fusable one.
void activate_rows(Activation activation, Real* const* rows, Index row_count, Index column, Index count);

/// dx[i] = dy[i] * activation' (at output y[i] where it follows from that, else at input x[i]); element-wise
/// ones only. dx may be dy or y.
void activate_values_backward(Activation activation, const Real* y_or_x, const Real* dy, Real* dx,
                              Index count);

/// Rows of `n` values at distance `stride`: y += bias (nullptr: none), then the activation (a fusable one).
void finish_rows(Real* y, Index rows, Index n, Index stride, const Real* bias, Activation activation);

}  // namespace lapis::cpu
