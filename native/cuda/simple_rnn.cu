#include "sequence.h"

namespace lapis::cuda {

namespace {

Index step_size(const Recurrent& op) {
  return op.batch * op.units;
}

}  // namespace

Index CudaBackend::simple_rnn_prepared(const Recurrent& /*op*/) const {
  return 0;
}

void CudaBackend::prepare_simple_rnn(const Recurrent& /*op*/, const RecurrentParameters& /*parameters*/,
                                     Real* /*prepared*/) {}

// saved: the state before each step and after the last, [time + 1, batch, units].
Index CudaBackend::simple_rnn_saved(const Recurrent& op) const {
  return (op.time + 1) * step_size(op);
}

// forward: steps [time, batch, inputs]; predicting also what is saved. backward: steps (then d steps), dz
// [time, batch, units], dh [batch, units].
Index CudaBackend::simple_rnn_scratch(const Recurrent& op) const {
  return op.time * op.batch * op.inputs + (op.time + 1) * step_size(op);
}

void CudaBackend::simple_rnn(const Recurrent& op, const Real* x, const RecurrentParameters& parameters,
                             Real* y, Real* saved, Real* scratch) {
  const Index size = step_size(op);
  Real* const states = saved != nullptr ? saved : scratch + op.time * op.batch * op.inputs;
  const Real* const recurrent = parameters.recurrent_kernel;
  to_steps(*device_, op, x, parameters.table, scratch);
  device_->zero(states, static_cast<std::size_t>(size) * sizeof(Real));
  project_inputs(*this, op, scratch, parameters, op.units, states + size);
  for (Index s = 0; s < op.time; ++s) {
    for_each(*device_, size, [=] LAPIS_KERNEL(Index i) {
      const Index row = i / op.units;
      const Index unit = i % op.units;
      const Real* const before = states + s * size;
      Real* const after = states + (s + 1) * size;
      const Real sum = after[i] + dot(before + row * op.units, recurrent + unit, op.units, op.units);
      after[i] = is_masked(op, row, s) ? before[i] : activated(op.activation, sum);
      write_output(op, after[i], row, unit, s, y);
    });
  }
}

void CudaBackend::simple_rnn_backward(const Recurrent& op, const Real* x,
                                      const RecurrentParameters& parameters, const Real* dy,
                                      const Real* saved, Real* dx, const RecurrentGradients& gradients,
                                      Real* scratch) {
  const Index size = step_size(op);
  Real* const steps = scratch;
  Real* const dz = steps + op.time * op.batch * op.inputs;
  Real* const dh = dz + op.time * size;
  const Real* const recurrent = parameters.recurrent_kernel;
  device_->zero(dh, static_cast<std::size_t>(size) * sizeof(Real));
  for (Index s = op.time - 1; s >= 0; --s) {
    Real* const sums = dz + s * size;
    for_each(*device_, size, [=] LAPIS_KERNEL(Index i) {
      const Index row = i / op.units;
      dh[i] += output_gradient(op, dy, row, i % op.units, s);
      const Real y_slope = slope(op.activation, saved[(s + 1) * size + i]);
      sums[i] = is_masked(op, row, s) ? Real(0) : dh[i] * y_slope;
    });
    for_each(*device_, size, [=] LAPIS_KERNEL(Index i) {
      const Index row = i / op.units;
      if (is_masked(op, row, s)) return;  // the state passed by: so does its gradient
      dh[i] = dot(sums + row * op.units, recurrent + i % op.units * op.units, 1, op.units);
    });
  }
  to_steps(*device_, op, x, nullptr, steps);
  add_weight_gradient(*this, op, steps, op.inputs, dz, op.units, op.units, gradients.kernel);
  add_weight_gradient(*this, op, saved, op.units, dz, op.units, op.units, gradients.recurrent_kernel);
  if (gradients.bias != nullptr) sum_rows(dz, op.time * op.batch, op.units, gradients.bias);
  input_gradient(*this, *device_, op, dz, op.units, parameters.kernel, steps, dx);
}

}  // namespace lapis::cuda
