#include "recurrent.h"

namespace lapis::cuda {

namespace {

constexpr Index kGates = 3;

/// What training keeps of each place, in this order.
template <class Value>
struct Saved {
  Value* h;      // [batch, time, units]: the state before the step
  Value* share;  // [batch, time, units]: reset_after: the state's share of the candidate's sum; else r h
  Value* gates;  // [batch, time, 3 * units]: z, r, candidate: first the inputs' sums, then activated
};

template <class Value>
Saved<Value> split_saved(const Recurrent& op, Value* saved) {
  const Index size = aligned_count(places_of(op) * op.units);
  return {saved, saved + size, saved + 2 * size};
}

/// With reset_after one product a step; without it a second, of r h, of which the candidate's columns alone
/// are used, as the first's others are: the same weights in the same places serve both.
struct Forward {
  static constexpr int kStates = 3;  // h, z, r
  static constexpr bool kBackward = false;

  struct Ahead {
    Real sums[kGates];
    Real bias;  // of the state's share of the candidate
    bool masked;
  };

  Recurrent op;
  Saved<Real> to;    // predicting: of gates the inputs' sums alone
  const Real* bias;  // [3 * units] of the state, or nullptr
  Real* y;

  LAPIS_DEVICE int phases() const { return op.reset_after ? 1 : 2; }

  LAPIS_KERNEL Ahead load(Index row, int unit, Index s) const {
    const Index place = place_of(op, row, s);
    const Real* const sums = to.gates + place * kGates * op.units + unit;
    Ahead ahead = {{sums[0], sums[op.units], sums[2 * op.units]}, 0, is_masked(op, place)};
    if (bias != nullptr) {
      ahead.sums[0] += bias[unit];
      ahead.sums[1] += bias[op.units + unit];
      ahead.bias = bias[2 * op.units + unit];
    }
    return ahead;
  }

  LAPIS_KERNEL void step(const CellRow& at, const Ahead& ahead, Index row, int unit, Index s,
                         int phase) const {
    const Real h = at.state(0, unit);
    if (phase == 0) {
      const Real r = activated(op.recurrent_activation, ahead.sums[1] + at.product(at.units + unit));
      at.state(1, unit) = activated(op.recurrent_activation, ahead.sums[0] + at.product(unit));
      at.state(2, unit) = r;
      if (!op.reset_after) {
        at.v[unit] = r * h;
        return;
      }
    }
    const Real z = at.state(1, unit);
    const Real r = at.state(2, unit);
    const Real product = at.product(2 * at.units + unit) + ahead.bias;
    const Real candidate = activated(op.activation, ahead.sums[2] + (op.reset_after ? r * product : product));
    const Real after = ahead.masked ? h : z * h + (Real(1) - z) * candidate;
    at.state(0, unit) = after;
    at.v[unit] = after;
    const Index place = place_of(op, row, s);
    if (to.h != nullptr) {
      to.h[place * op.units + unit] = h;
      to.share[place * op.units + unit] = op.reset_after ? product : r * h;
      Real* const gates = to.gates + place * kGates * op.units + unit;
      gates[0] = z;
      gates[op.units] = r;
      gates[2 * op.units] = candidate;
    }
    const Index out = output_at(op, row, unit, s);
    if (out >= 0) y[out] = op.zero_output_for_mask && ahead.masked ? Real(0) : after;
  }
};

/// With reset_after one product a step, of the gradients of the state's shares of the sums. Without it first
/// one of the candidate's alone, for r, and then one of the others.
struct Backward {
  static constexpr int kStates = 2;  // what reaches h beside the product; between two products dz
  static constexpr bool kBackward = true;

  struct Ahead {
    Real gates[kGates];
    Real h, share, dy;
    bool masked;
  };

  Recurrent op;
  Saved<const Real> from;
  const Real* dy;
  Real* dgates;     // [batch, time, 3 * units]: of the sums
  Real* dproducts;  // [batch, time, 3 * units]: of the state's share of them (reset_after)

  LAPIS_DEVICE int phases() const { return op.reset_after ? 1 : 2; }

  LAPIS_KERNEL Ahead load(Index row, int unit, Index s) const {
    const Index place = place_of(op, row, s);
    const Index own = place * op.units + unit;
    const Real* const gates = from.gates + place * kGates * op.units + unit;
    const bool masked = is_masked(op, place);
    const Index out = output_at(op, row, unit, s);
    const bool reaches = out >= 0 && !(masked && op.zero_output_for_mask);
    return {{gates[0], gates[op.units], gates[2 * op.units]},
            from.h[own],
            from.share[own],
            reaches ? dy[out] : Real(0),
            masked};
  }

  LAPIS_KERNEL void step(const CellRow& at, const Ahead& ahead, Index row, int unit, Index s,
                         int phase) const {
    Real& passed = at.state(0, unit);
    const Real z = ahead.gates[0];
    const Real r = ahead.gates[1];
    const Real candidate = ahead.gates[2];
    const Real product = at.product(unit);
    const Index first = place_of(op, row, s) * kGates * op.units + unit;
    const auto multiply_next = [&](Real of_z, Real of_r, Real of_candidate) {
      at.v[unit] = of_z;
      at.v[at.units + unit] = of_r;
      at.v[2 * at.units + unit] = of_candidate;
    };
    if (phase == 1) {
      const Real dr = ahead.masked ? Real(0) : product * ahead.h * slope(op.recurrent_activation, r);
      if (!ahead.masked) passed += product * r;
      dgates[first + op.units] = dr;
      return multiply_next(at.state(1, unit), dr, 0);
    }
    const Real dh = passed + product + ahead.dy;
    Real dz = 0;
    Real dcandidate = 0;
    passed = dh;  // masked: the state passed by, and so does its gradient
    if (!ahead.masked) {
      passed = dh * z;
      dz = dh * (ahead.h - candidate) * slope(op.recurrent_activation, z);
      dcandidate = dh * (Real(1) - z) * slope(op.activation, candidate);
    }
    dgates[first] = dz;
    dgates[first + 2 * op.units] = dcandidate;
    if (!op.reset_after) {
      at.state(1, unit) = dz;
      return multiply_next(0, 0, dcandidate);
    }
    const Real dr = ahead.masked ? Real(0) : dcandidate * ahead.share * slope(op.recurrent_activation, r);
    const Real dshare = ahead.masked ? Real(0) : dcandidate * r;
    dgates[first + op.units] = dr;
    dproducts[first] = dz;
    dproducts[first + op.units] = dr;
    dproducts[first + 2 * op.units] = dshare;
    multiply_next(dz, dr, dshare);
  }
};

}  // namespace

Index CudaBackend::gru_saved(const Recurrent& op) const {
  return 2 * aligned_count(places_of(op) * op.units) + places_of(op) * kGates * op.units;
}

Index CudaBackend::gru_scratch(const Recurrent& op) const {
  return sequence_scratch(op, kGates, kGates * op.units) + aligned_count(places_of(op) * kGates * op.units);
}

void CudaBackend::gru(const Recurrent& op, const Real* x, const RecurrentParameters& parameters, Real* y,
                      Real* saved, Real* scratch) {
  const Index columns = kGates * op.units;
  Saved<Real> to = {};
  if (saved != nullptr)
    to = split_saved(op, saved);
  else
    to.gates = scratch + aligned_count(places_of(op) * op.inputs);
  const Real* const bias = op.reset_after && parameters.bias != nullptr ? parameters.bias + columns : nullptr;
  project_inputs(*this, op, x, parameters, columns, scratch, to.gates);
  run_sequence(*device_, Forward{op, to, bias, y}, parameters.recurrent_kernel, op.units, columns);
}

void CudaBackend::gru_backward(const Recurrent& op, const Real* x, const RecurrentParameters& parameters,
                               const Real* dy, const Real* saved, Real* dx,
                               const RecurrentGradients& gradients, Real* scratch) {
  const Index units = op.units;
  const Index places = places_of(op);
  const Index columns = kGates * units;
  const Saved<const Real> from = split_saved(op, saved);
  Real* const dgates = scratch;
  Real* const dproducts = dgates + aligned_count(places * columns);
  Real* const transposed = dproducts + aligned_count(places * columns);
  run_sequence_back(*device_, Backward{op, from, dy, dgates, dproducts}, parameters.recurrent_kernel, columns,
                    transposed);
  add_weight_gradient(*this, op, x, op.inputs, dgates, columns, columns, gradients.kernel);
  if (op.reset_after) {
    add_weight_gradient(*this, op, from.h, units, dproducts, columns, columns, gradients.recurrent_kernel);
  } else {
    add_weight_gradient(*this, op, from.h, units, dgates, 2 * units, columns, gradients.recurrent_kernel);
    add_weight_gradient(*this, op, from.share, units, dgates + 2 * units, units, columns,
                        gradients.recurrent_kernel + 2 * units);
  }
  if (gradients.bias != nullptr) {
    sum_rows(dgates, places, columns, gradients.bias);
    if (op.reset_after) sum_rows(dproducts, places, columns, gradients.bias + columns);
  }
  input_gradient(*this, op, dgates, columns, parameters.kernel, dx);
}

}  // namespace lapis::cuda
