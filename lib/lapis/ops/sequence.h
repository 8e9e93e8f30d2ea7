#pragma once

#include <algorithm>

#include "lapis/core/round_up.h"
#include "lapis/ops/backend.h"
#include "lapis/ops/parallel.h"
#include "lapis/ops/product.h"

/// Internal to ops: what all recurrent layers share on the CPU.
///
/// A batch is cut into chunks of rows; each walks through time on its own, so threads never wait for each
/// other within a sequence. A chunk alternates between two products: the inputs' share of the next few steps,
/// all at once, and step by step the states' share. Masked steps are left out of both.
///
/// Kept values are time-major in processing order, [time, batch, ...]: step s of row b handles x[b,
/// time_of(s)]. Rows of units are padded to whole vectors.
namespace lapis::cpu {

/// Rows of a batch that walk through time together: enough to reuse each recurrent weight, few enough for the
/// cache.
inline constexpr Index kMostChunkRows = 32;
/// About so many rows of inputs are multiplied at once.
inline constexpr Index kProjectedRows = 64;

inline Index chunk_rows(const Recurrent& op, int threads) {
  return std::clamp((op.batch + threads - 1) / threads, Index{1}, kMostChunkRows);
}

/// Units of a row in memory.
inline Index padded_units(const Recurrent& op) {
  return round_up(op.units, simd::kLanes);
}

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

/// Weights of a layer in panels (panels.h), with columns as many and in such order as the layer likes.
struct Projection {
  Index columns = 0;
  const Real* kernel = nullptr;            // panels of [inputs, columns]
  const Real* recurrent_kernel = nullptr;  // panels of [units, columns]
  const Real* bias = nullptr;              // [columns]
  Real* words = nullptr;                   // [words, columns]: each word's share of the sums, with the bias
  Real* known = nullptr;                   // [words]: not 0 where the share has been worked out
};

/// Rows [first, first + rows) of the batch on their way through time, and where their sums z go: step s of
/// row first + i at z + (s - z_step) * step_size + i * row_size.
struct Chunk {
  Index first = 0, rows = 0;
  Real* z = nullptr;
  Index z_step = 0;
  Index step_size = 0, row_size = 0;

  Real* z_at(Index s, Index i) const { return z + (s - z_step) * step_size + i * row_size; }
  /// How many steps' inputs are multiplied at once.
  Index steps_at_once() const { return std::max(Index{1}, kProjectedRows / rows); }
};

/// Works out the shares, table kernel + bias, of those words in x that are not known yet.
void project_words(const Recurrent& op, const Real* x, const Real* table, const Projection& weights);

/// The inputs' share of steps [s, last) of a chunk, x kernel + bias, where they are not masked.
void project_inputs(const Recurrent& op, const Real* x, const Projection& weights, const Chunk& chunk,
                    Index s, Index last);

/// From dz [time * batch, columns]: gradients of kernel, recurrent_kernel (states: h before each step, rows
/// `state_size` apart) and bias, and, where wanted, d steps (may be `steps`, which is read first).
void parameter_gradients(Parallel& parallel, const Recurrent& op, const Real* steps, const Real* states,
                         Index state_size, const Real* dz, Index columns,
                         const RecurrentParameters& parameters, const RecurrentGradients& gradients,
                         Real* dsteps);

/// The gradient that reaches the state of `row` from the output at step `s`, added to dh[units].
void add_output_gradient(const Recurrent& op, const Real* dy, Index row, Index s, Real* dh);

/// Writes the output of `row` at step `s` from its state h[units].
void write_output(const Recurrent& op, const Real* h, Index row, Index s, Real* y);

/// Calls `walk(first_row, rows, thread)` for every chunk of the batch.
template <class Walk>
void for_each_chunk(Parallel& parallel, const Recurrent& op, const Walk& walk) {
  const Index size = chunk_rows(op, parallel.threads());
  parallel.for_each((op.batch + size - 1) / size, [&](Index number, int thread) {
    const Index first = number * size;
    walk(first, std::min(size, op.batch - first), thread);
  });
}

}  // namespace lapis::cpu
