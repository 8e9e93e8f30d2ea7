#include "recurrent.h"

namespace lapis::cuda {

namespace {

/// What training keeps of each place, in this order.
template <class Value>
struct Saved {
  Value* h;    // [batch, time, units]: the state before the step
  Value* own;  // [batch, time, units]: first the inputs' sums, then the step's own state, masked or not
};

template <class Value>
Saved<Value> split_saved(const Recurrent& op, Value* saved) {
  return {saved, saved + aligned_count(places_of(op) * op.units)};
}

struct Forward {
  static constexpr int kStates = 0;  // h is what the next product is of
  static constexpr bool kBackward = false;

  struct Ahead {
    Real sum;
    bool masked;
  };

  Recurrent op;
  Saved<Real> to;  // predicting: the inputs' sums alone
  Real* y;

  LAPIS_DEVICE int phases() const { return 1; }

  LAPIS_KERNEL Ahead load(Index row, int unit, Index s) const {
    const Index place = place_of(op, row, s);
    return {to.own[place * op.units + unit], is_masked(op, place)};
  }

  LAPIS_KERNEL void step(const CellRow& at, const Ahead& ahead, Index row, int unit, Index s, int) const {
    const Index place = place_of(op, row, s) * op.units + unit;
    Real& h = at.v[unit];
    const Real own = activated(op.activation, ahead.sum + at.product(unit));
    if (to.h != nullptr) {
      to.h[place] = h;
      to.own[place] = own;
    }
    if (!ahead.masked) h = own;
    const Index out = output_at(op, row, unit, s);
    if (out >= 0) y[out] = op.zero_output_for_mask && ahead.masked ? Real(0) : h;
  }
};

struct Backward {
  static constexpr int kStates = 1;  // what reaches h beside the product
  static constexpr bool kBackward = true;

  struct Ahead {
    Real own, dy;
    bool masked;
  };

  Recurrent op;
  Saved<const Real> from;
  const Real* dy;
  Real* dz;  // [batch, time, units]

  LAPIS_DEVICE int phases() const { return 1; }

  LAPIS_KERNEL Ahead load(Index row, int unit, Index s) const {
    const Index place = place_of(op, row, s);
    const bool masked = is_masked(op, place);
    const Index out = output_at(op, row, unit, s);
    const bool reaches = out >= 0 && !(masked && op.zero_output_for_mask);
    return {from.own[place * op.units + unit], reaches ? dy[out] : Real(0), masked};
  }

  LAPIS_KERNEL void step(const CellRow& at, const Ahead& ahead, Index row, int unit, Index s, int) const {
    Real& passed = at.state(0, unit);
    const Real dh = passed + at.product(unit) + ahead.dy;
    passed = ahead.masked ? dh : Real(0);  // the state passed by: so does its gradient
    const Real sum = ahead.masked ? Real(0) : dh * slope(op.activation, ahead.own);
    at.v[unit] = sum;
    dz[place_of(op, row, s) * op.units + unit] = sum;
  }
};

}  // namespace

Index CudaBackend::simple_rnn_prepared(const Recurrent& /*op*/) const {
  return 0;
}

void CudaBackend::prepare_simple_rnn(const Recurrent& /*op*/, const RecurrentParameters& /*parameters*/,
                                     Real* /*prepared*/) {}

Index CudaBackend::simple_rnn_saved(const Recurrent& op) const {
  return 2 * aligned_count(places_of(op) * op.units);
}

Index CudaBackend::simple_rnn_scratch(const Recurrent& op) const {
  return sequence_scratch(op, 1, op.units);
}

void CudaBackend::simple_rnn(const Recurrent& op, const Real* x, const RecurrentParameters& parameters,
                             Real* y, Real* saved, Real* scratch) {
  Saved<Real> to = {};
  if (saved != nullptr)
    to = split_saved(op, saved);
  else
    to.own = scratch + aligned_count(places_of(op) * op.inputs);
  project_inputs(*this, op, x, parameters, op.units, scratch, to.own);
  run_sequence(*device_, Forward{op, to, y}, parameters.recurrent_kernel, op.units, op.units);
}

void CudaBackend::simple_rnn_backward(const Recurrent& op, const Real* x,
                                      const RecurrentParameters& parameters, const Real* dy,
                                      const Real* saved, Real* dx, const RecurrentGradients& gradients,
                                      Real* scratch) {
  const Index units = op.units;
  const Saved<const Real> from = split_saved(op, saved);
  Real* const dz = scratch;
  Real* const transposed = dz + aligned_count(places_of(op) * units);
  run_sequence_back(*device_, Backward{op, from, dy, dz}, parameters.recurrent_kernel, units, transposed);
  add_weight_gradient(*this, op, x, op.inputs, dz, units, units, gradients.kernel);
  add_weight_gradient(*this, op, from.h, units, dz, units, units, gradients.recurrent_kernel);
  if (gradients.bias != nullptr) sum_rows(dz, places_of(op), units, gradients.bias);
  input_gradient(*this, op, dz, units, parameters.kernel, dx);
}

}  // namespace lapis::cuda
