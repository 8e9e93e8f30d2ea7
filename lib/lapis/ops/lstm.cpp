#include "lapis/ops/activation.h"
#include "lapis/ops/recurrent.h"
#include "lapis/ops/sequence.h"
#include "lapis/ops/vector.h"

namespace lapis::cpu {

namespace {

using simd::Vector;

Index step_size(const Recurrent& op) {
  return op.batch * op.units;
}

/// What training keeps, in this order. Value: Real while forward writes it, const Real while backward reads
/// it.
template <class Value>
struct Saved {
  Value* h;            // [time + 1, batch, units]: the state before each step and after the last
  Value* c;            // [time + 1, batch, units]: the cell state
  Value* activated_c;  // [time, batch, units]: activation(c) after each step
  Value* gates;        // [time, batch, 4 * units]: i, f, candidate, o after their activations
};

template <class Value>
Saved<Value> split_saved(const Recurrent& op, Value* saved) {
  const Index size = step_size(op);
  Value* const c = saved + (op.time + 1) * size;
  Value* const activated_c = c + (op.time + 1) * size;
  return {saved, c, activated_c, activated_c + op.time * size};
}

/// One row of one step: gates [4 * units] hold the sums and get the activated gates.
void cell(const Recurrent& op, Real* gates, const Real* c_before, Real* c, Real* activated_c, Real* h) {
  const Index units = op.units;
  activate_values(op.recurrent_activation, gates, gates, 2 * units);
  activate_values(op.activation, gates + 2 * units, gates + 2 * units, units);
  activate_values(op.recurrent_activation, gates + 3 * units, gates + 3 * units, units);
  const Real* const i = gates;
  const Real* const f = gates + units;
  const Real* const candidate = gates + 2 * units;
  const Real* const o = gates + 3 * units;
  simd::map(f, c_before, c, units, [](Vector a, Vector b) { return a * b; });
  simd::map(i, candidate, activated_c, units, [](Vector a, Vector b) { return a * b; });
  simd::map(c, activated_c, c, units, [](Vector a, Vector b) { return a + b; });
  activate_values(op.activation, c, activated_c, units);
  simd::map(o, activated_c, h, units, [](Vector a, Vector b) { return a * b; });
}

/// One row of one step backwards. dh: gradient of h; dc: gradient of c after the step, then of c before it;
/// dgates [4 * units]: gradient of the sums.
void cell_backward(const Recurrent& op, const Real* gates, const Real* c_before, const Real* activated_c,
                   const Real* dh, Real* dc, Real* dgates) {
  const Index units = op.units;
  const auto times = [](Vector a, Vector b) { return a * b; };
  const Real* const i = gates;
  const Real* const f = gates + units;
  const Real* const candidate = gates + 2 * units;
  const Real* const o = gates + 3 * units;
  Real* const di = dgates;
  Real* const df = dgates + units;
  Real* const dcandidate = dgates + 2 * units;
  Real* const d_o = dgates + 3 * units;

  // dc += dh * o * activation'(c); di serves as a buffer.
  simd::map(dh, o, di, units, times);
  activate_values_backward(op.activation, activated_c, di, di, units);
  simd::map(dc, di, dc, units, [](Vector a, Vector b) { return a + b; });

  simd::map(dh, activated_c, d_o, units, times);
  simd::map(dc, candidate, di, units, times);
  simd::map(dc, c_before, df, units, times);
  simd::map(dc, i, dcandidate, units, times);
  simd::map(dc, f, dc, units, times);
  activate_values_backward(op.recurrent_activation, gates, dgates, dgates, 2 * units);
  activate_values_backward(op.activation, candidate, dcandidate, dcandidate, units);
  activate_values_backward(op.recurrent_activation, o, d_o, d_o, units);
}

}  // namespace

Index lstm_saved(const Recurrent& op) {
  return (7 * op.time + 2) * step_size(op);
}

// forward: steps [time, batch, inputs]; predicting also gates [time, batch, 4 * units] and h, c, activated c.
// backward: steps (then d steps), dgates [time, batch, 4 * units], dh, dc, recurrent_kernel turned [4 *
// units, units].
Index lstm_scratch(const Recurrent& op) {
  return op.time * op.batch * op.inputs + (4 * op.time + 3) * step_size(op) + 4 * op.units * op.units;
}

void lstm(Parallel& parallel, const Recurrent& op, const Real* x, const RecurrentParameters& parameters,
          Real* y, Real* saved, Real* scratch) {
  const Index units = op.units;
  const Index size = step_size(op);
  Real* const steps = scratch;
  Real* const rest = steps + op.time * op.batch * op.inputs;
  const bool training = saved != nullptr;
  const Saved<Real> at =
      training ? split_saved(op, saved)
               : Saved<Real>{
                     .h = rest, .c = rest + size, .activated_c = rest + 2 * size, .gates = rest + 3 * size};
  const Index stride = training ? size : 0;  // predicting: one state, overwritten step by step
  to_steps(parallel, op, x, steps);
  input_product(parallel, op, steps, parameters, 4 * units, at.gates);

  for_each_chunk(parallel, op, [&](Index first, Index rows) {
    simd::fill_zero(at.h + first * units, rows * units);
    simd::fill_zero(at.c + first * units, rows * units);
    for (Index s = 0; s < op.time; ++s) {
      const Index state = s * stride + first * units;
      Real* const gates = at.gates + (s * op.batch + first) * 4 * units;
      step_product(at.h + state, parameters.recurrent_kernel, gates, rows, units, 4 * units);
      for (Index row = 0; row < rows; ++row) {
        const Index before = state + row * units;
        const Index after = before + stride;
        if (is_masked(op, first + row, s)) {
          simd::copy(at.h + before, at.h + after, units);
          simd::copy(at.c + before, at.c + after, units);
        } else {
          cell(op, gates + row * 4 * units, at.c + before, at.c + after, at.activated_c + before,
               at.h + after);
        }
        write_output(op, at.h + after, first + row, s, y);
      }
    }
  });
}

void lstm_backward(Parallel& parallel, const Recurrent& op, const Real* x,
                   const RecurrentParameters& parameters, const Real* dy, const Real* saved, Real* dx,
                   const RecurrentGradients& gradients, Real* scratch) {
  const Index units = op.units;
  const Index size = step_size(op);
  const Saved<const Real> at = split_saved(op, saved);
  Real* const steps = scratch;
  Real* const dgates = steps + op.time * op.batch * op.inputs;
  Real* const dh = dgates + 4 * op.time * size;
  Real* const dc = dh + size;
  Real* const turned = dc + size;
  transpose(parameters.recurrent_kernel, turned, units, 4 * units);

  for_each_chunk(parallel, op, [&](Index first, Index rows) {
    Real* const carried = dh + first * units;  // gradient of the state after the step, then of the one before
    Real* const cell_gradient = dc + first * units;
    simd::fill_zero(carried, rows * units);
    simd::fill_zero(cell_gradient, rows * units);
    for (Index s = op.time - 1; s >= 0; --s) {
      const Index state = s * size + first * units;
      const Index gate = (s * op.batch + first) * 4 * units;
      for (Index row = 0; row < rows; ++row) {
        Real* const gradient = carried + row * units;
        Real* const dsums = dgates + gate + row * 4 * units;
        add_output_gradient(op, dy, first + row, s, gradient);
        if (is_masked(op, first + row, s)) {
          simd::fill_zero(dsums, 4 * units);  // both states passed by: so do their gradients
        } else {
          cell_backward(op, at.gates + gate + row * 4 * units, at.c + state + row * units,
                        at.activated_c + state + row * units, gradient, cell_gradient + row * units, dsums);
          simd::fill_zero(gradient, units);
        }
      }
      step_product(dgates + gate, turned, carried, rows, 4 * units, units);
    }
  });

  to_steps(parallel, op, x, steps);
  parameter_gradients(parallel, op, steps, at.h, dgates, 4 * units, parameters, gradients,
                      dx != nullptr ? steps : nullptr);
  if (dx != nullptr) from_steps(parallel, op, steps, dx);
}

}  // namespace lapis::cpu
