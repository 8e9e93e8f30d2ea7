#pragma once

#include "lapis/ops/backend.h"
#include "lapis/ops/parallel.h"

/// Internal to ops: what all recurrent layers share on the CPU.
///
/// Inside, everything is time-major in processing order, [time, batch, ...]: step s of row b handles x[b,
/// time_of(s)], and the rows of one step lie side by side. One big product makes the input's share of all
/// steps; then each chunk of rows walks through time on its own, so threads never wait for each other within
/// a sequence.
namespace lapis::cpu {

/// Rows of a batch that walk through time together: enough to reuse each recurrent weight, few enough to
/// share out.
inline constexpr Index kSequenceRows = 16;

/// Where step `s` reads in x.
inline Index time_of(const Recurrent& op, Index s) {
  return op.go_backwards ? op.time - 1 - s : s;
}

inline bool is_masked(const Recurrent& op, Index row, Index s) {
  return op.mask != nullptr && op.mask[row * op.time + time_of(op, s)] == 0;
}

/// The output of this row at this step is 0 whatever the state.
inline bool is_zeroed(const Recurrent& op, Index row, Index s) {
  return op.zero_output_for_mask && is_masked(op, row, s);
}

/// x [batch, time, inputs] -> steps [time, batch, inputs] in processing order, and back.
void to_steps(Parallel& parallel, const Recurrent& op, const Real* x, Real* steps);
void from_steps(Parallel& parallel, const Recurrent& op, const Real* steps, Real* x);

/// The input's share of every step: z [time * batch, columns] = steps kernel + bias.
void input_product(Parallel& parallel, const Recurrent& op, const Real* steps,
                   const RecurrentParameters& parameters, Index columns, Real* z);

/// From dz [time * batch, columns]: gradients of kernel, recurrent_kernel (states: h before each step) and
/// bias, and, where wanted, d steps (may be `steps`, which is read first).
void parameter_gradients(Parallel& parallel, const Recurrent& op, const Real* steps, const Real* states,
                         const Real* dz, Index columns, const RecurrentParameters& parameters,
                         const RecurrentGradients& gradients, Real* dsteps);

/// c[rows, n] += a[rows, k] b[k, n] without gaps, on the calling thread: b is small and used again at once,
/// so it is read as it is.
void step_product(const Real* a, const Real* b, Real* c, Index rows, Index k, Index n);

/// to[n, m] = from[m, n] turned over.
void transpose(const Real* from, Real* to, Index m, Index n);

/// The gradient that reaches the state of `row` from the output at step `s`, added to dh[units].
void add_output_gradient(const Recurrent& op, const Real* dy, Index row, Index s, Real* dh);

/// Writes the output of `row` at step `s` from its state h[units].
void write_output(const Recurrent& op, const Real* h, Index row, Index s, Real* y);

/// Calls `walk(first_row, rows)` for every chunk of the batch.
template <class Walk>
void for_each_chunk(Parallel& parallel, const Recurrent& op, const Walk& walk) {
  const Index chunks = (op.batch + kSequenceRows - 1) / kSequenceRows;
  parallel.for_each(chunks, [&](Index chunk) {
    const Index first = chunk * kSequenceRows;
    walk(first, op.batch - first < kSequenceRows ? op.batch - first : kSequenceRows);
  });
}

}  // namespace lapis::cpu
