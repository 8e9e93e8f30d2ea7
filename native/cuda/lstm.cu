#include "sequence.h"

namespace lapis::cuda {

namespace {

constexpr Index kGates = 4;

Index step_size(const Recurrent& op) {
  return op.batch * op.units;
}

/// What training keeps, in this order.
template <class Value>
struct Saved {
  Value* h;            // [time + 1, batch, units]: the state before each step and after the last
  Value* c;            // [time + 1, batch, units]: the cell state
  Value* activated_c;  // [time, batch, units]: activation(c) after each step
  Value* gates;        // [time, batch, 4 * units]: i, f, candidate, o: first the sums, then activated
};

template <class Value>
Saved<Value> split_saved(const Recurrent& op, Value* saved) {
  const Index size = step_size(op);
  Value* const c = saved + (op.time + 1) * size;
  Value* const activated_c = c + (op.time + 1) * size;
  return {saved, c, activated_c, activated_c + op.time * size};
}

/// One unit of one row at step s.
LAPIS_DEVICE inline void cell(const Recurrent& op, const Saved<Real>& at, const Real* recurrent, Index s,
                              Index row, Index unit) {
  const Index size = op.batch * op.units;
  const Index before = s * size + row * op.units;
  const Index after = before + size + unit;
  if (is_masked(op, row, s)) {
    at.h[after] = at.h[before + unit];
    at.c[after] = at.c[before + unit];
    return;
  }
  Real* const gates = at.gates + kGates * before + unit;
  Real sums[kGates];
  for (Index gate = 0; gate < kGates; ++gate) {
    sums[gate] = gates[gate * op.units] +
                 dot(at.h + before, recurrent + gate * op.units + unit, kGates * op.units, op.units);
  }
  const Real i = activated(op.recurrent_activation, sums[0]);
  const Real f = activated(op.recurrent_activation, sums[1]);
  const Real candidate = activated(op.activation, sums[2]);
  const Real o = activated(op.recurrent_activation, sums[3]);
  const Real c = f * at.c[before + unit] + i * candidate;
  const Real activated_c = activated(op.activation, c);
  at.c[after] = c;
  at.h[after] = o * activated_c;
  at.activated_c[before + unit] = activated_c;
  gates[0] = i;
  gates[op.units] = f;
  gates[2 * op.units] = candidate;
  gates[3 * op.units] = o;
}

/// The same backwards: dh [batch, units] is whole; writes dgates [4 * units] of the row, and dc for the step
/// before.
LAPIS_DEVICE inline void cell_backward(const Recurrent& op, const Saved<const Real>& at, const Real* dh,
                                       Real* dc, Real* dgates, Index s, Index row, Index unit) {
  Real* const to = dgates + kGates * (s * op.batch + row) * op.units + unit;
  if (is_masked(op, row, s)) {  // both states passed by: so do their gradients
    for (Index gate = 0; gate < kGates; ++gate) to[gate * op.units] = 0;
    return;
  }
  const Index before = (s * op.batch + row) * op.units;
  const Real* const gates = at.gates + kGates * before + unit;
  const Real i = gates[0];
  const Real f = gates[op.units];
  const Real candidate = gates[2 * op.units];
  const Real o = gates[3 * op.units];
  const Real active = at.activated_c[before + unit];
  const Index own = row * op.units + unit;
  const Real dc_unit = dc[own] + dh[own] * o * slope(op.activation, active);
  dc[own] = dc_unit * f;
  to[0] = dc_unit * candidate * slope(op.recurrent_activation, i);
  to[op.units] = dc_unit * at.c[before + unit] * slope(op.recurrent_activation, f);
  to[2 * op.units] = dc_unit * i * slope(op.activation, candidate);
  to[3 * op.units] = dh[own] * active * slope(op.recurrent_activation, o);
}

}  // namespace

Index CudaBackend::lstm_prepared(const Recurrent& /*op*/) const {
  return 0;
}

void CudaBackend::prepare_lstm(const Recurrent& /*op*/, const RecurrentParameters& /*parameters*/,
                               Real* /*prepared*/) {}

Index CudaBackend::lstm_saved(const Recurrent& op) const {
  return (7 * op.time + 2) * step_size(op);
}

// forward: steps [time, batch, inputs]; predicting also what is saved. backward: steps (then d steps), dgates
// [time, batch, 4 * units], dh and dc [batch, units].
Index CudaBackend::lstm_scratch(const Recurrent& op) const {
  return op.time * op.batch * op.inputs + lstm_saved(op);
}

void CudaBackend::lstm(const Recurrent& op, const Real* x, const RecurrentParameters& parameters, Real* y,
                       Real* saved, Real* scratch) {
  const Index size = step_size(op);
  const std::size_t bytes = static_cast<std::size_t>(size) * sizeof(Real);
  const Saved<Real> at = split_saved(op, saved != nullptr ? saved : scratch + op.time * op.batch * op.inputs);
  const Real* const recurrent = parameters.recurrent_kernel;
  to_steps(*device_, op, x, parameters.table, scratch);
  device_->zero(at.h, bytes);
  device_->zero(at.c, bytes);
  project_inputs(*this, op, scratch, parameters, kGates * op.units, at.gates);
  for (Index s = 0; s < op.time; ++s) {
    for_each(*device_, size, [=] LAPIS_KERNEL(Index i) {
      const Index row = i / op.units;
      const Index unit = i % op.units;
      cell(op, at, recurrent, s, row, unit);
      write_output(op, at.h[(s + 1) * size + i], row, unit, s, y);
    });
  }
}

void CudaBackend::lstm_backward(const Recurrent& op, const Real* x, const RecurrentParameters& parameters,
                                const Real* dy, const Real* saved, Real* dx,
                                const RecurrentGradients& gradients, Real* scratch) {
  const Index size = step_size(op);
  const Index columns = kGates * op.units;
  const Saved<const Real> at = split_saved(op, saved);
  Real* const steps = scratch;
  Real* const dgates = steps + op.time * op.batch * op.inputs;
  Real* const dh = dgates + op.time * op.batch * columns;
  Real* const dc = dh + size;
  const Real* const recurrent = parameters.recurrent_kernel;
  device_->zero(dh, 2 * static_cast<std::size_t>(size) * sizeof(Real));
  for (Index s = op.time - 1; s >= 0; --s) {
    for_each(*device_, size, [=] LAPIS_KERNEL(Index i) {
      const Index row = i / op.units;
      dh[i] += output_gradient(op, dy, row, i % op.units, s);
      cell_backward(op, at, dh, dc, dgates, s, row, i % op.units);
    });
    for_each(*device_, size, [=] LAPIS_KERNEL(Index i) {
      const Index row = i / op.units;
      if (is_masked(op, row, s)) return;
      dh[i] = dot(dgates + (s * op.batch + row) * columns, recurrent + i % op.units * columns, 1, columns);
    });
  }
  to_steps(*device_, op, x, nullptr, steps);
  add_weight_gradient(*this, op, steps, op.inputs, dgates, columns, columns, gradients.kernel);
  add_weight_gradient(*this, op, at.h, op.units, dgates, columns, columns, gradients.recurrent_kernel);
  if (gradients.bias != nullptr) sum_rows(dgates, op.time * op.batch, columns, gradients.bias);
  input_gradient(*this, *device_, op, dgates, columns, parameters.kernel, steps, dx);
}

}  // namespace lapis::cuda
