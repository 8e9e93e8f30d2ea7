#include "lapis/ops/activation.h"
#include "lapis/ops/recurrent.h"
#include "lapis/ops/sequence.h"
#include "lapis/ops/vector.h"

namespace lapis::cpu {

namespace {

Index step_size(const Recurrent& op) {
  return op.batch * op.units;
}

}  // namespace

// saved: the state before each step and after the last, [time + 1, batch, units].
Index simple_rnn_saved(const Recurrent& op) {
  return (op.time + 1) * step_size(op);
}

// forward: steps [time, batch, inputs], z [time, batch, units], state [batch, units].
// backward: steps (then d steps), dz [time, batch, units], dh [batch, units], recurrent_kernel turned [units,
// units].
Index simple_rnn_scratch(const Recurrent& op) {
  return op.time * op.batch * op.inputs + (op.time + 1) * step_size(op) + op.units * op.units;
}

void simple_rnn(Parallel& parallel, const Recurrent& op, const Real* x, const RecurrentParameters& parameters,
                Real* y, Real* saved, Real* scratch) {
  const Index units = op.units;
  const Index size = step_size(op);
  Real* const steps = scratch;
  Real* const z = steps + op.time * op.batch * op.inputs;
  Real* const states = saved != nullptr ? saved : z + op.time * size;
  const Index state_step = saved != nullptr ? size : 0;  // predicting: one state, overwritten step by step
  to_steps(parallel, op, x, steps);
  input_product(parallel, op, steps, parameters, units, z);

  for_each_chunk(parallel, op, [&](Index first, Index rows) {
    simd::fill_zero(states + first * units, rows * units);
    for (Index s = 0; s < op.time; ++s) {
      Real* const before = states + s * state_step + first * units;
      Real* const after = before + state_step;
      Real* const sums = z + s * size + first * units;
      step_product(before, parameters.recurrent_kernel, sums, rows, units, units);
      for (Index row = 0; row < rows; ++row) {
        Real* const h = after + row * units;
        if (is_masked(op, first + row, s))
          simd::copy(before + row * units, h, units);
        else
          activate_values(op.activation, sums + row * units, h, units);
        write_output(op, h, first + row, s, y);
      }
    }
  });
}

void simple_rnn_backward(Parallel& parallel, const Recurrent& op, const Real* x,
                         const RecurrentParameters& parameters, const Real* dy, const Real* saved, Real* dx,
                         const RecurrentGradients& gradients, Real* scratch) {
  const Index units = op.units;
  const Index size = step_size(op);
  Real* const steps = scratch;
  Real* const dz = steps + op.time * op.batch * op.inputs;
  Real* const dh = dz + op.time * size;
  Real* const turned = dh + size;
  transpose(parameters.recurrent_kernel, turned, units, units);

  for_each_chunk(parallel, op, [&](Index first, Index rows) {
    Real* const carried = dh + first * units;  // gradient of the state after the step, then of the one before
    simd::fill_zero(carried, rows * units);
    for (Index s = op.time - 1; s >= 0; --s) {
      const Real* const after = saved + (s + 1) * size + first * units;
      Real* const dsums = dz + s * size + first * units;
      for (Index row = 0; row < rows; ++row) {
        Real* const gradient = carried + row * units;
        add_output_gradient(op, dy, first + row, s, gradient);
        if (is_masked(op, first + row, s)) {
          simd::fill_zero(dsums + row * units, units);  // the state passed by: so does its gradient
        } else {
          activate_values_backward(op.activation, after + row * units, gradient, dsums + row * units, units);
          simd::fill_zero(gradient, units);
        }
      }
      step_product(dsums, turned, carried, rows, units, units);
    }
  });

  to_steps(parallel, op, x, steps);
  parameter_gradients(parallel, op, steps, saved, dz, units, parameters, gradients,
                      dx != nullptr ? steps : nullptr);
  if (dx != nullptr) from_steps(parallel, op, steps, dx);
}

}  // namespace lapis::cpu
