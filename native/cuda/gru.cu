#include "sequence.h"

namespace lapis::cuda {

namespace {

Index step_size(const Recurrent& op) {
  return op.batch * op.units;
}

/// What training keeps, in this order.
template <class Value>
struct Saved {
  Value* h;      // [time + 1, batch, units]: the state before each step and after the last
  Value* gates;  // [time, batch, 3 * units]: z, r, candidate: first the inputs' sums, then activated
  Value* share;  // [time, batch, units]: reset_after: the state's share of the candidate's sum; else r h
};

template <class Value>
Saved<Value> split_saved(const Recurrent& op, Value* saved) {
  const Index size = step_size(op);
  Value* const gates = saved + (op.time + 1) * size;
  return {saved, gates, gates + 3 * op.time * size};
}

/// Where one unit of one row finds its values at a step.
struct Unit {
  Index row, unit;
  Index state;  // of h before, share and, times 3, the row's gates

  LAPIS_DEVICE Unit(const Recurrent& op, Index s, Index i)
      : row(i / op.units), unit(i % op.units), state((s * op.batch + row) * op.units) {}
};

/// z and r, and what the candidate needs of the state.
LAPIS_DEVICE inline void reset_gates(const Recurrent& op, const Saved<Real>& at, const Real* recurrent,
                                     const Real* bias, const Unit& own) {
  Real* const gates = at.gates + 3 * own.state + own.unit;
  const Real* const before = at.h + own.state;
  for (Index gate = 0; gate < 2; ++gate) {
    const Index column = gate * op.units + own.unit;
    Real sum = dot(before, recurrent + column, 3 * op.units, op.units);
    if (bias != nullptr) sum += bias[column];
    gates[gate * op.units] = activated(op.recurrent_activation, gates[gate * op.units] + sum);
  }
  Real share = gates[op.units] * before[own.unit];
  if (op.reset_after) {
    const Index column = 2 * op.units + own.unit;
    share = dot(before, recurrent + column, 3 * op.units, op.units);
    if (bias != nullptr) share += bias[column];
  }
  at.share[own.state + own.unit] = share;
}

/// The candidate and the state after the step.
LAPIS_DEVICE inline Real next_state(const Recurrent& op, const Saved<Real>& at, const Real* recurrent,
                                    const Unit& own, Index s) {
  Real* const gates = at.gates + 3 * own.state + own.unit;
  const Real sum =
      op.reset_after ? gates[op.units] * at.share[own.state + own.unit]
                     : dot(at.share + own.state, recurrent + 2 * op.units + own.unit, 3 * op.units, op.units);
  const Real candidate = activated(op.activation, gates[2 * op.units] + sum);
  gates[2 * op.units] = candidate;
  const Real before = at.h[own.state + own.unit];
  return is_masked(op, own.row, s) ? before : gates[0] * before + (Real(1) - gates[0]) * candidate;
}

/// Where backward keeps things.
struct Gradients {
  Real* gates;     // [time, batch, 3 * units]: of the sums
  Real* products;  // [time, batch, 3 * units]: of the state's share of them (reset_after)
  Real* dh;        // [batch, units]
};

/// Gradients of the sums of z and the candidate, with reset_after also of r; z's part of dh.
LAPIS_DEVICE inline void mix_backward(const Recurrent& op, const Saved<const Real>& at, const Gradients& to,
                                      const Unit& own, Index s) {
  const Index units = op.units;
  Real* const dgates = to.gates + 3 * own.state + own.unit;
  Real* const dproducts = to.products + 3 * own.state + own.unit;
  if (is_masked(op, own.row, s)) {  // the state passed by: so does its gradient
    for (Index gate = 0; gate < 3; ++gate) dgates[gate * units] = dproducts[gate * units] = 0;
    return;
  }
  const Real* const gates = at.gates + 3 * own.state + own.unit;
  const Real z = gates[0];
  const Real r = gates[units];
  const Real candidate = gates[2 * units];
  Real& dh = to.dh[own.row * units + own.unit];
  const Real dz = dh * (at.h[own.state + own.unit] - candidate) * slope(op.recurrent_activation, z);
  const Real dcandidate = dh * (Real(1) - z) * slope(op.activation, candidate);
  dh *= z;
  dgates[0] = dproducts[0] = dz;
  dgates[2 * units] = dcandidate;
  dproducts[2 * units] = dcandidate * r;
  if (!op.reset_after) return;
  dgates[units] = dproducts[units] =
      dcandidate * at.share[own.state + own.unit] * slope(op.recurrent_activation, r);
}

}  // namespace

Index CudaBackend::gru_saved(const Recurrent& op) const {
  return (5 * op.time + 1) * step_size(op);
}

// forward: steps [time, batch, inputs]; predicting also what is saved. backward: steps (then d steps), dgates
// and dproducts [time, batch, 3 * units], dh.
Index CudaBackend::gru_scratch(const Recurrent& op) const {
  return op.time * op.batch * op.inputs + (6 * op.time + 1) * step_size(op);
}

void CudaBackend::gru(const Recurrent& op, const Real* x, const RecurrentParameters& parameters, Real* y,
                      Real* saved, Real* scratch) {
  const Index size = step_size(op);
  const Saved<Real> at = split_saved(op, saved != nullptr ? saved : scratch + op.time * op.batch * op.inputs);
  const Real* const recurrent = parameters.recurrent_kernel;
  const Real* const bias =
      op.reset_after && parameters.bias != nullptr ? parameters.bias + 3 * op.units : nullptr;
  to_steps(*device_, op, x, parameters.table, scratch);
  device_->zero(at.h, static_cast<std::size_t>(size) * sizeof(Real));
  project_inputs(*this, op, scratch, parameters, 3 * op.units, at.gates);
  for (Index s = 0; s < op.time; ++s) {
    for_each(*device_, size,
             [=] LAPIS_KERNEL(Index i) { reset_gates(op, at, recurrent, bias, Unit(op, s, i)); });
    for_each(*device_, size, [=] LAPIS_KERNEL(Index i) {
      const Unit own(op, s, i);
      const Real h = next_state(op, at, recurrent, own, s);
      at.h[(s + 1) * size + i] = h;
      write_output(op, h, own.row, own.unit, s, y);
    });
  }
}

void CudaBackend::gru_backward(const Recurrent& op, const Real* x, const RecurrentParameters& parameters,
                               const Real* dy, const Real* saved, Real* dx,
                               const RecurrentGradients& gradients, Real* scratch) {
  const Index units = op.units;
  const Index size = step_size(op);
  const Index rows = op.time * op.batch;
  const Saved<const Real> at = split_saved(op, saved);
  Real* const steps = scratch;
  Real* const dgates = steps + rows * op.inputs;
  const Gradients to = {dgates, dgates + 3 * op.time * size, dgates + 6 * op.time * size};
  const Real* const recurrent = parameters.recurrent_kernel;
  device_->zero(to.dh, static_cast<std::size_t>(size) * sizeof(Real));
  for (Index s = op.time - 1; s >= 0; --s) {
    for_each(*device_, size, [=] LAPIS_KERNEL(Index i) {
      const Unit own(op, s, i);
      to.dh[i] += output_gradient(op, dy, own.row, own.unit, s);
      mix_backward(op, at, to, own, s);
    });
    if (!op.reset_after) {
      for_each(*device_, size, [=] LAPIS_KERNEL(Index i) {
        const Unit own(op, s, i);
        if (is_masked(op, own.row, s)) return;
        const Real* const dcandidate = to.gates + 3 * own.state + 2 * units;
        const Real dscaled = dot(dcandidate, recurrent + (3 * own.unit + 2) * units, 1, units);
        const Real r = at.gates[3 * own.state + units + own.unit];
        const Real before = at.h[own.state + own.unit];
        to.gates[3 * own.state + units + own.unit] = dscaled * before * slope(op.recurrent_activation, r);
        to.dh[i] += dscaled * r;
      });
    }
    for_each(*device_, size, [=] LAPIS_KERNEL(Index i) {
      const Unit own(op, s, i);
      const Real* const sums = (op.reset_after ? to.products : to.gates) + 3 * own.state;
      to.dh[i] += dot(sums, recurrent + 3 * own.unit * units, 1, (op.reset_after ? 3 : 2) * units);
    });
  }
  to_steps(*device_, op, x, nullptr, steps);
  add_weight_gradient(*this, op, steps, op.inputs, to.gates, 3 * units, 3 * units, gradients.kernel);
  if (op.reset_after) {
    add_weight_gradient(*this, op, at.h, units, to.products, 3 * units, 3 * units,
                        gradients.recurrent_kernel);
  } else {
    add_weight_gradient(*this, op, at.h, units, to.gates, 2 * units, 3 * units, gradients.recurrent_kernel);
    add_weight_gradient(*this, op, at.share, units, to.gates + 2 * units, units, 3 * units,
                        gradients.recurrent_kernel + 2 * units);
  }
  if (gradients.bias != nullptr) {
    sum_rows(to.gates, rows, 3 * units, gradients.bias);
    if (op.reset_after) sum_rows(to.products, rows, 3 * units, gradients.bias + 3 * units);
  }
  input_gradient(*this, *device_, op, to.gates, 3 * units, parameters.kernel, steps, dx);
}

}  // namespace lapis::cuda
