#include "recurrent.h"

namespace lapis::cuda {

namespace {

constexpr Index kGates = 4;

/// What training keeps of each place, in this order.
template <class Value>
struct Saved {
  Value* h;            // [batch, time, units]: the state before the step
  Value* c;            // [batch, time, units]: the cell state before it
  Value* activated_c;  // [batch, time, units]: activation(c) after it
  Value* gates;        // [batch, time, 4 * units]: i, f, candidate, o: first the inputs' sums, then activated
};

template <class Value>
Saved<Value> split_saved(const Recurrent& op, Value* saved) {
  const Index size = aligned_count(places_of(op) * op.units);
  return {saved, saved + size, saved + 2 * size, saved + 3 * size};
}

struct Forward {
  static constexpr int kStates = 1;  // c; h is what the next product is of
  static constexpr bool kBackward = false;

  struct Ahead {
    Real sums[kGates];
    bool masked;
  };

  Recurrent op;
  Saved<Real> to;  // predicting: of gates the inputs' sums alone
  Real* y;

  LAPIS_DEVICE int phases() const { return 1; }

  LAPIS_KERNEL Ahead load(Index row, int unit, Index s) const {
    const Index place = place_of(op, row, s);
    const Real* const sums = to.gates + place * kGates * op.units + unit;
    return {{sums[0], sums[op.units], sums[2 * op.units], sums[3 * op.units]}, is_masked(op, place)};
  }

  LAPIS_KERNEL void step(const CellRow& at, const Ahead& ahead, Index row, int unit, Index s, int) const {
    const Index place = place_of(op, row, s);
    const Index own = place * op.units + unit;
    Real& h = at.v[unit];
    Real& c = at.state(0, unit);
    if (to.h != nullptr) {
      to.h[own] = h;
      to.c[own] = c;
    }
    if (!ahead.masked) {
      const Real i = activated(op.recurrent_activation, ahead.sums[0] + at.product(unit));
      const Real f = activated(op.recurrent_activation, ahead.sums[1] + at.product(at.units + unit));
      const Real candidate = activated(op.activation, ahead.sums[2] + at.product(2 * at.units + unit));
      const Real o = activated(op.recurrent_activation, ahead.sums[3] + at.product(3 * at.units + unit));
      c = f * c + i * candidate;
      const Real activated_c = activated(op.activation, c);
      h = o * activated_c;
      if (to.h != nullptr) {
        Real* const gates = to.gates + place * kGates * op.units + unit;
        gates[0] = i;
        gates[op.units] = f;
        gates[2 * op.units] = candidate;
        gates[3 * op.units] = o;
        to.activated_c[own] = activated_c;
      }
    }
    const Index out = output_at(op, row, unit, s);
    if (out >= 0) y[out] = op.zero_output_for_mask && ahead.masked ? Real(0) : h;
  }
};

struct Backward {
  static constexpr int kStates = 2;  // what reaches h beside the product, and c
  static constexpr bool kBackward = true;

  struct Ahead {
    Real gates[kGates];
    Real activated_c, c, dy;
    bool masked;
  };

  Recurrent op;
  Saved<const Real> from;
  const Real* dy;
  Real* dgates;  // [batch, time, 4 * units]

  LAPIS_DEVICE int phases() const { return 1; }

  LAPIS_KERNEL Ahead load(Index row, int unit, Index s) const {
    const Index place = place_of(op, row, s);
    const Index own = place * op.units + unit;
    const Real* const gates = from.gates + place * kGates * op.units + unit;
    const bool masked = is_masked(op, place);
    const Index out = output_at(op, row, unit, s);
    const bool reaches = out >= 0 && !(masked && op.zero_output_for_mask);
    return {{gates[0], gates[op.units], gates[2 * op.units], gates[3 * op.units]},
            from.activated_c[own],
            from.c[own],
            reaches ? dy[out] : Real(0),
            masked};
  }

  LAPIS_KERNEL void step(const CellRow& at, const Ahead& ahead, Index row, int unit, Index s, int) const {
    Real& passed = at.state(0, unit);
    Real& dc = at.state(1, unit);
    const Real dh = passed + at.product(unit) + ahead.dy;
    Real sums[kGates] = {};
    if (ahead.masked) {  // both states passed by: so do their gradients
      passed = dh;
    } else {
      passed = 0;
      const Real i = ahead.gates[0];
      const Real f = ahead.gates[1];
      const Real candidate = ahead.gates[2];
      const Real o = ahead.gates[3];
      const Real own = dc + dh * o * slope(op.activation, ahead.activated_c);
      dc = own * f;
      sums[0] = own * candidate * slope(op.recurrent_activation, i);
      sums[1] = own * ahead.c * slope(op.recurrent_activation, f);
      sums[2] = own * i * slope(op.activation, candidate);
      sums[3] = dh * ahead.activated_c * slope(op.recurrent_activation, o);
    }
    Real* const to = dgates + place_of(op, row, s) * kGates * op.units + unit;
    LAPIS_UNROLL
    for (int gate = 0; gate < static_cast<int>(kGates); ++gate) {
      at.v[gate * at.units + unit] = sums[gate];
      to[gate * op.units] = sums[gate];
    }
  }
};

}  // namespace

Index CudaBackend::lstm_prepared(const Recurrent& /*op*/) const {
  return 0;
}

void CudaBackend::prepare_lstm(const Recurrent& /*op*/, const RecurrentParameters& /*parameters*/,
                               Real* /*prepared*/) {}

Index CudaBackend::lstm_saved(const Recurrent& op) const {
  return 3 * aligned_count(places_of(op) * op.units) + places_of(op) * kGates * op.units;
}

Index CudaBackend::lstm_scratch(const Recurrent& op) const {
  return sequence_scratch(op, kGates, kGates * op.units);
}

void CudaBackend::lstm(const Recurrent& op, const Real* x, const RecurrentParameters& parameters, Real* y,
                       Real* saved, Real* scratch) {
  const Index columns = kGates * op.units;
  Saved<Real> to = {};
  if (saved != nullptr)
    to = split_saved(op, saved);
  else
    to.gates = scratch + aligned_count(places_of(op) * op.inputs);
  project_inputs(*this, op, x, parameters, columns, scratch, to.gates);
  run_sequence(*device_, Forward{op, to, y}, parameters.recurrent_kernel, op.units, columns);
}

void CudaBackend::lstm_backward(const Recurrent& op, const Real* x, const RecurrentParameters& parameters,
                                const Real* dy, const Real* saved, Real* dx,
                                const RecurrentGradients& gradients, Real* scratch) {
  const Index columns = kGates * op.units;
  const Saved<const Real> from = split_saved(op, saved);
  Real* const dgates = scratch;
  Real* const transposed = dgates + aligned_count(places_of(op) * columns);
  run_sequence_back(*device_, Backward{op, from, dy, dgates}, parameters.recurrent_kernel, columns,
                    transposed);
  add_weight_gradient(*this, op, x, op.inputs, dgates, columns, columns, gradients.kernel);
  add_weight_gradient(*this, op, from.h, op.units, dgates, columns, columns, gradients.recurrent_kernel);
  if (gradients.bias != nullptr) sum_rows(dgates, places_of(op), columns, gradients.bias);
  input_gradient(*this, op, dgates, columns, parameters.kernel, dx);
}

}  // namespace lapis::cuda
