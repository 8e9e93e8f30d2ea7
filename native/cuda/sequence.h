#pragma once

#include "cuda_backend.h"
#include "functions.h"
#include "launch.h"

/// What the recurrent layers share. A sequence is one product for the inputs of all steps and then a kernel a
/// step (backward: two), one thread for each unit of each row. Kept values are time-major in processing
/// order, [time, batch, ...]: step s of row b handles x[b, time_of(s)].
namespace lapis::cuda {

LAPIS_DEVICE inline Index time_of(const Recurrent& op, Index s) {
  return op.go_backwards ? op.time - 1 - s : s;
}

LAPIS_DEVICE inline bool is_masked(const Recurrent& op, Index row, Index s) {
  return op.mask != nullptr && op.mask[row * op.time + time_of(op, s)] == 0;
}

/// Where the output of `unit` of `row` at step `s` stands in y and dy; -1 where there is none.
LAPIS_DEVICE inline Index output_at(const Recurrent& op, Index row, Index unit, Index s) {
  if (op.return_sequences) return (row * op.time + s) * op.units + unit;
  return s + 1 == op.time ? row * op.units + unit : -1;
}

LAPIS_DEVICE inline void write_output(const Recurrent& op, Real h, Index row, Index unit, Index s, Real* y) {
  const Index at = output_at(op, row, unit, s);
  if (at >= 0) y[at] = op.zero_output_for_mask && is_masked(op, row, s) ? Real(0) : h;
}

/// The gradient that reaches the state from the output.
LAPIS_DEVICE inline Real output_gradient(const Recurrent& op, const Real* dy, Index row, Index unit,
                                         Index s) {
  const Index at = output_at(op, row, unit, s);
  return at < 0 || (op.zero_output_for_mask && is_masked(op, row, s)) ? Real(0) : dy[at];
}

/// sum over k of a[k] * b[k * step].
LAPIS_DEVICE inline Real dot(const Real* a, const Real* b, Index step, Index count) {
  Real sum = 0;
  for (Index k = 0; k < count; ++k) sum += a[k] * b[k * step];
  return sum;
}

/// x [batch, time, inputs], or the words that x are ids of, -> steps [time, batch, inputs].
inline void to_steps(Device& device, const Recurrent& op, const Real* x, const Real* table, Real* steps) {
  for_each(device, op.time * op.batch * op.inputs, [=] LAPIS_KERNEL(Index i) {
    const Index row = i / op.inputs % op.batch;
    const Index position = row * op.time + time_of(op, i / op.inputs / op.batch);
    steps[i] = op.words > 0 ? table[static_cast<Index>(x[position]) * op.inputs + i % op.inputs]
                            : x[position * op.inputs + i % op.inputs];
  });
}

inline void from_steps(Device& device, const Recurrent& op, const Real* steps, Real* x) {
  for_each(device, op.time * op.batch * op.inputs, [=] LAPIS_KERNEL(Index i) {
    const Index row = i / op.inputs % op.batch;
    x[(row * op.time + time_of(op, i / op.inputs / op.batch)) * op.inputs + i % op.inputs] = steps[i];
  });
}

/// z [time * batch, columns] = steps kernel + bias.
inline void project_inputs(Backend& backend, const Recurrent& op, const Real* steps,
                           const RecurrentParameters& parameters, Index columns, Real* z) {
  Gemm product;
  product.m = op.time * op.batch;
  product.n = columns;
  product.k = op.inputs;
  product.a = steps;
  product.lda = op.inputs;
  product.b = parameters.kernel;
  product.ldb = columns;
  product.c = z;
  product.ldc = columns;
  product.bias = parameters.bias;
  backend.gemm(product);
}

/// c [k, n] += a^T b over all steps: a [time * batch, k], b [time * batch, n] and c with rows `columns`
/// apart.
inline void add_weight_gradient(Backend& backend, const Recurrent& op, const Real* a, Index k, const Real* b,
                                Index n, Index columns, Real* c) {
  Gemm product;
  product.m = k;
  product.n = n;
  product.k = op.time * op.batch;
  product.a = a;
  product.lda = k;
  product.transpose_a = true;
  product.b = b;
  product.ldb = columns;
  product.c = c;
  product.ldc = columns;
  product.accumulate = true;
  backend.gemm(product);
}

/// dx from dz [time * batch, columns], by way of `steps`.
inline void input_gradient(Backend& backend, Device& device, const Recurrent& op, const Real* dz,
                           Index columns, const Real* kernel, Real* steps, Real* dx) {
  if (dx == nullptr) return;
  Gemm product;
  product.m = op.time * op.batch;
  product.n = op.inputs;
  product.k = columns;
  product.a = dz;
  product.lda = columns;
  product.b = kernel;
  product.ldb = columns;
  product.transpose_b = true;
  product.c = steps;
  product.ldc = op.inputs;
  backend.gemm(product);
  from_steps(device, op, steps, dx);
}

}  // namespace lapis::cuda
