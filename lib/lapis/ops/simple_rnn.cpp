#include "lapis/ops/activation.h"
#include "lapis/ops/panels.h"
#include "lapis/ops/recurrent.h"
#include "lapis/ops/sequence.h"

namespace lapis::cpu {

namespace {

Index step_size(const Recurrent& op) {
  return Size(op.batch) * padded_units(op);
}

/// The sums of a step turn into the state after it where they lie, so memory for z is memory for states.
Index predicting_scratch(const Recurrent& op, int threads) {
  return Size(threads) * (kProjectedRows + kMostChunkRows) * padded_units(op);
}

Index turned_size(const Recurrent& op) {
  return panels_size(op.units, op.units);
}

}  // namespace

namespace {

/// kernel and recurrent_kernel in panels, bias, shares of words; which words are known.
Projection projection(const Recurrent& op, Real* prepared) {
  Real* const recurrent_kernel = prepared + panels_size(op.inputs, op.units);
  Real* const bias = recurrent_kernel + panels_size(op.units, op.units);
  Real* const words = bias + op.units;
  return {op.units, prepared, recurrent_kernel, bias, words, words + op.words * op.units};
}

}  // namespace

Index simple_rnn_prepared(const Recurrent& op) {
  return Size(panels_size(op.inputs, op.units)) + panels_size(op.units, op.units) +
         Size(1 + op.words) * op.units + op.words;
}

void prepare_simple_rnn(const Recurrent& op, const RecurrentParameters& parameters, Real* prepared) {
  Real* const recurrent_kernel = prepared + panels_size(op.inputs, op.units);
  Real* const bias = recurrent_kernel + panels_size(op.units, op.units);
  pack_panels({parameters.kernel, op.units}, op.inputs, op.units, prepared);
  pack_panels({parameters.recurrent_kernel, op.units}, op.units, op.units, recurrent_kernel);
  simd::fill_zero(bias, op.units);
  if (parameters.bias != nullptr) simd::copy(parameters.bias, bias, op.units);
  simd::fill_zero(projection(op, prepared).known, op.words);
}

// saved: the state before each step and after the last, [time + 1, batch, padded units].
Index simple_rnn_saved(const Recurrent& op) {
  return Size(op.time + 1) * step_size(op);
}

// forward: prepared weights; predicting also, for each thread, the states of a few steps and those before
// them. backward: steps (then d steps), dz [time, batch, units], dh [batch, padded units], recurrent_kernel
// turned.
Index simple_rnn_scratch(const Recurrent& op, int threads) {
  const Index forward = Size(round_up(simple_rnn_prepared(op))) + predicting_scratch(op, threads);
  const Index backward = Size(op.time) * op.batch * (op.inputs + op.units) + step_size(op) + turned_size(op);
  return std::max(forward, backward);
}

void simple_rnn(Parallel& parallel, const Recurrent& op, const Real* x, const RecurrentParameters& parameters,
                Real* y, Real* saved, Real* scratch) {
  Real* prepared = parameters.prepared;
  if (prepared == nullptr) {
    prepare_simple_rnn(op, parameters, scratch);
    prepared = scratch;
    scratch += round_up(simple_rnn_prepared(op));
  }
  const Projection weights = projection(op, prepared);
  const Index size = padded_units(op);
  if (op.words > 0) project_words(op, x, parameters.table, weights);

  for_each_chunk(parallel, op, [&](Index first, Index rows, int thread) {
    Real* const own = scratch + thread * (kProjectedRows + kMostChunkRows) * size;
    Chunk chunk = {.first = first, .rows = rows, .z = own, .step_size = rows * size, .row_size = size};
    Real* carried = own + kProjectedRows * size;  // states from before the steps in z
    if (saved != nullptr) {
      carried = saved + first * size;
      chunk.z = saved + (op.batch + first) * size;
      chunk.step_size = step_size(op);
    }
    const Real* state[kMostChunkRows];
    const Real* before[kMostChunkRows];
    Real* after[kMostChunkRows];
    simd::fill_zero(carried, rows * size);
    for (Index i = 0; i < rows; ++i) state[i] = carried + i * size;

    RowProduct step = {.n = op.units,
                       .a = before,
                       .runs = {.length = op.units},
                       .panels = weights.recurrent_kernel,
                       .panel_step = op.units * kPanel,
                       .c = after,
                       .accumulate = true,
                       .activation = op.activation};
    for (Index s = 0; s < op.time; ++s) {
      if (s % chunk.steps_at_once() == 0) {
        if (saved == nullptr) {
          for (Index i = 0; i < rows; ++i) {
            Real* const kept = carried + i * size;
            if (state[i] != kept) simd::copy(state[i], kept, op.units);
            state[i] = kept;
          }
          chunk.z_step = s;
        }
        project_inputs(op, x, weights, chunk, s, std::min(s + chunk.steps_at_once(), op.time));
      }
      step.rows = 0;
      for (Index i = 0; i < rows; ++i) {
        if (is_masked(op, first + i, s)) {
          if (saved != nullptr) simd::copy(state[i], chunk.z_at(s, i), op.units);
          continue;
        }
        before[step.rows] = state[i];
        state[i] = after[step.rows] = chunk.z_at(s, i);
        ++step.rows;
      }
      multiply_rows(step);
      for (Index i = 0; i < rows; ++i) write_output(op, state[i], first + i, s, y);
    }
  });
}

void simple_rnn_backward(Parallel& parallel, const Recurrent& op, const Real* x,
                         const RecurrentParameters& parameters, const Real* dy, const Real* saved, Real* dx,
                         const RecurrentGradients& gradients, Real* scratch) {
  const Index units = op.units;
  const Index size = padded_units(op);
  Real* const turned = scratch;
  Real* const dh = turned + turned_size(op);
  Real* const steps = dh + step_size(op);
  Real* const dz = steps + op.time * op.batch * op.inputs;
  pack_panels({parameters.recurrent_kernel, units, true}, units, units, turned);

  for_each_chunk(parallel, op, [&](Index first, Index rows, int) {
    Real* const carried = dh + first * size;  // gradient of the state after the step, then of the one before
    const Real* dsums[kMostChunkRows];
    Real* before[kMostChunkRows];
    RowProduct step = {.n = units,
                       .a = dsums,
                       .runs = {.length = units},
                       .panels = turned,
                       .panel_step = units * kPanel,
                       .c = before};
    simd::fill_zero(carried, rows * size);
    for (Index s = op.time - 1; s >= 0; --s) {
      const Real* const after = saved + ((s + 1) * op.batch + first) * size;
      step.rows = 0;
      for (Index i = 0; i < rows; ++i) {
        Real* const gradient = carried + i * size;
        Real* const sums = dz + (s * op.batch + first + i) * units;
        add_output_gradient(op, dy, first + i, s, gradient);
        if (is_masked(op, first + i, s)) {
          simd::fill_zero(sums, units);  // the state passed by: so does its gradient
          continue;
        }
        activate_values_backward(op.activation, after + i * size, gradient, sums, units);
        dsums[step.rows] = sums;
        before[step.rows] = gradient;
        ++step.rows;
      }
      multiply_rows(step);
    }
  });

  to_steps(parallel, op, x, steps);
  parameter_gradients(parallel, op, steps, saved, size, dz, units, parameters, gradients,
                      dx != nullptr ? steps : nullptr);
  if (dx != nullptr) from_steps(parallel, op, steps, dx);
}

}  // namespace lapis::cpu
