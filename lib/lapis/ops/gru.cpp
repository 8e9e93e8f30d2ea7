#include "lapis/ops/activation.h"
#include "lapis/ops/gemm.h"
#include "lapis/ops/pieces.h"
#include "lapis/ops/recurrent.h"
#include "lapis/ops/sequence.h"
#include "lapis/ops/vector.h"

namespace lapis::cpu {

namespace {

Index step_size(const Recurrent& op) {
  return Size(op.batch) * op.units;
}

/// What training keeps, in this order. Value: Real while forward writes it, const Real while backward reads
/// it.
template <class Value>
struct Saved {
  Value* h;      // [time + 1, batch, units]: the state before each step and after the last
  Value* gates;  // [time, batch, 3 * units]: z, r, candidate after their activations
  Value* share;  // [time, batch, units]: the state's share of the candidate's sum, before r scales it
};

template <class Value>
Saved<Value> split_saved(const Recurrent& op, Value* saved) {
  const Index size = step_size(op);
  Value* const gates = saved + (op.time + 1) * size;
  return {saved, gates, gates + 3 * op.time * size};
}

/// function(row) for every row of the batch.
template <class Function>
void for_rows(Parallel& parallel, const Recurrent& op, const Function& function) {
  for_pieces(parallel, op.batch, rows_per_piece(8 * op.units), [&](Index first, Index count) {
    for (Index row = first; row < first + count; ++row) function(row);
  });
}

/// Columns [first, first + count) of c [batch, 3 * units] = a [batch, units] times those of recurrent_kernel.
void state_product(Parallel& parallel, const Recurrent& op, const Real* a, const Real* recurrent_kernel,
                   const Real* bias, Real* c, Index first, Index count) {
  gemm(parallel, {.m = op.batch,
                  .n = count,
                  .k = op.units,
                  .a = a,
                  .lda = op.units,
                  .b = recurrent_kernel + first,
                  .ldb = 3 * op.units,
                  .c = c + first,
                  .ldc = 3 * op.units,
                  .bias = bias});
}

/// c [batch, units] (+)= columns [first, first + count) of a [batch, 3 * units] times those of
/// recurrent_kernel, turned.
void turned_product(Parallel& parallel, const Recurrent& op, const Real* a, const Real* recurrent_kernel,
                    Real* c, Index first, Index count, bool accumulate) {
  gemm(parallel, {.m = op.batch,
                  .n = op.units,
                  .k = count,
                  .a = a + first,
                  .lda = 3 * op.units,
                  .b = recurrent_kernel + first,
                  .ldb = 3 * op.units,
                  .transpose_b = true,
                  .c = c,
                  .ldc = op.units,
                  .accumulate = accumulate});
}

/// Gates of one row: the inputs' sums in `gates`, the state's in `products`; z and r, then the candidate.
void activate_zr(const Recurrent& op, Real* gates, const Real* products) {
  for (Index i = 0; i < 2 * op.units; ++i) gates[i] += products[i];
  activate_values(op.recurrent_activation, gates, gates, 2 * op.units);
}

void activate_candidate(const Recurrent& op, Real* gates, const Real* products) {
  const Index units = op.units;
  const Real* const r = gates + units;
  const Real* const share = products + 2 * units;
  Real* const candidate = gates + 2 * units;
  for (Index i = 0; i < units; ++i) candidate[i] += op.reset_after ? r[i] * share[i] : share[i];
  activate_values(op.activation, candidate, candidate, units);
}

/// h[t] = z h[t-1] + (1 - z) candidate; `before` may be `after`.
void mix(const Recurrent& op, const Real* gates, const Real* before, Real* after) {
  const Real* const candidate = gates + 2 * op.units;
  for (Index i = 0; i < op.units; ++i) after[i] = gates[i] * before[i] + (Real(1) - gates[i]) * candidate[i];
}

/// One row of one step backwards. dh: gradient of the state after the step, then z's part of that of the one
/// before. Writes the gradients of the sums of z and of the candidate.
void mix_backward(const Recurrent& op, const Real* gates, const Real* before, Real* dh, Real* dgates) {
  const Index units = op.units;
  const Real* const z = gates;
  const Real* const candidate = gates + 2 * units;
  Real* const dz = dgates;
  Real* const dcandidate = dgates + 2 * units;
  for (Index i = 0; i < units; ++i) {
    dz[i] = dh[i] * (before[i] - candidate[i]);
    dcandidate[i] = dh[i] * (Real(1) - z[i]);
    dh[i] *= z[i];
  }
  activate_values_backward(op.recurrent_activation, z, dz, dz, units);
  activate_values_backward(op.activation, candidate, dcandidate, dcandidate, units);
}

}  // namespace

Index gru_saved(const Recurrent& op) {
  return (Size(5) * op.time + 1) * step_size(op);
}

// forward: steps [time, batch, inputs], products [batch, 3 * units], scaled [batch, units]; predicting also
// h [batch, units], gates [time, batch, 3 * units].
// backward: steps (then d steps), dgates [time, batch, 3 * units], dproducts [time, batch, 3 * units] or
// scaled [time, batch, units], dh, dscaled.
Index gru_scratch(const Recurrent& op) {
  return Size(op.time) * op.batch * op.inputs + (Size(6) * op.time + 5) * step_size(op);
}

void gru(Parallel& parallel, const Recurrent& op, const Real* x, const RecurrentParameters& parameters,
         Real* y, Real* saved, Real* scratch) {
  const Index units = op.units;
  const Index size = step_size(op);
  Real* const steps = scratch;
  Real* const products = steps + op.time * op.batch * op.inputs;
  Real* const scaled = products + 3 * size;
  Real* const rest = scaled + size;
  const bool training = saved != nullptr;
  const Saved<Real> at =
      training ? split_saved(op, saved) : Saved<Real>{.h = rest, .gates = rest + size, .share = nullptr};
  const Index stride = training ? size : 0;  // predicting: one state, overwritten step by step
  const bool has_bias = parameters.bias != nullptr;
  const Real* const state_bias = op.reset_after && has_bias ? parameters.bias + 3 * units : nullptr;
  to_steps(parallel, op, x, steps);
  gemm(parallel, {.m = op.time * op.batch,
                  .n = 3 * units,
                  .k = op.inputs,
                  .a = steps,
                  .lda = op.inputs,
                  .b = parameters.kernel,
                  .ldb = 3 * units,
                  .c = at.gates,
                  .ldc = 3 * units,
                  .bias = parameters.bias});
  simd::fill_zero(at.h, size);

  for (Index s = 0; s < op.time; ++s) {
    Real* const before = at.h + s * stride;
    Real* const after = before + stride;
    Real* const gates = at.gates + s * 3 * size;
    const Index first_product = op.reset_after ? 3 * units : 2 * units;
    state_product(parallel, op, before, parameters.recurrent_kernel, state_bias, products, 0, first_product);
    for_rows(parallel, op, [&](Index row) {
      const Real* const r = gates + (row * 3 + 1) * units;
      activate_zr(op, gates + row * 3 * units, products + row * 3 * units);
      if (!op.reset_after)
        for (Index i = 0; i < units; ++i) scaled[row * units + i] = r[i] * before[row * units + i];
      else if (training)
        simd::copy(products + (row * 3 + 2) * units, at.share + s * size + row * units, units);
    });
    if (!op.reset_after)
      state_product(parallel, op, scaled, parameters.recurrent_kernel, nullptr, products, 2 * units, units);
    for_rows(parallel, op, [&](Index row) {
      activate_candidate(op, gates + row * 3 * units, products + row * 3 * units);
      if (!is_masked(op, row, s))
        mix(op, gates + row * 3 * units, before + row * units, after + row * units);
      else if (training)
        simd::copy(before + row * units, after + row * units, units);
      write_output(op, after + row * units, row, s, y);
    });
  }
}

namespace {

/// Where backward keeps things.
struct Gradients {
  Real* gates;     // [time, batch, 3 * units]: of the sums
  Real* products;  // reset_after: [time, batch, 3 * units]: of the state's share of them
  Real* scaled;    // else: [time, batch, units]: r h (no gradient)
  Real* dh;        // [batch, units]
  Real* dscaled;   // else: [batch, units]
};

void step_backward_after(Parallel& parallel, const Recurrent& op, const Saved<const Real>& at,
                         const Real* recurrent_kernel, const Gradients& to, Index s) {
  const Index units = op.units;
  for_rows(parallel, op, [&](Index row) {
    const Index state = (s * op.batch + row) * units;
    Real* const dgates = to.gates + 3 * state;
    Real* const dproducts = to.products + 3 * state;
    if (is_masked(op, row, s)) {  // the state passed by: so does its gradient
      simd::fill_zero(dgates, 3 * units);
      simd::fill_zero(dproducts, 3 * units);
      return;
    }
    const Real* const r = at.gates + 3 * state + units;
    Real* const dr = dgates + units;
    const Real* const dcandidate = dgates + 2 * units;
    mix_backward(op, at.gates + 3 * state, at.h + state, to.dh + row * units, dgates);
    for (Index i = 0; i < units; ++i) {
      dr[i] = dcandidate[i] * at.share[state + i];
      dproducts[2 * units + i] = dcandidate[i] * r[i];
    }
    activate_values_backward(op.recurrent_activation, r, dr, dr, units);
    simd::copy(dgates, dproducts, 2 * units);
  });
  turned_product(parallel, op, to.products + s * 3 * op.batch * units, recurrent_kernel, to.dh, 0, 3 * units,
                 /*accumulate=*/true);
}

void step_backward_before(Parallel& parallel, const Recurrent& op, const Saved<const Real>& at,
                          const Real* recurrent_kernel, const Gradients& to, Index s) {
  const Index units = op.units;
  Real* const step_gates = to.gates + s * 3 * op.batch * units;
  for_rows(parallel, op, [&](Index row) {
    const Index state = (s * op.batch + row) * units;
    const Real* const r = at.gates + 3 * state + units;
    for (Index i = 0; i < units; ++i) to.scaled[state + i] = r[i] * at.h[state + i];
    if (is_masked(op, row, s))
      simd::fill_zero(to.gates + 3 * state, 3 * units);
    else
      mix_backward(op, at.gates + 3 * state, at.h + state, to.dh + row * units, to.gates + 3 * state);
  });
  turned_product(parallel, op, step_gates, recurrent_kernel, to.dscaled, 2 * units, units,
                 /*accumulate=*/false);
  for_rows(parallel, op, [&](Index row) {
    if (is_masked(op, row, s)) return;
    const Index state = (s * op.batch + row) * units;
    const Real* const r = at.gates + 3 * state + units;
    const Real* const dscaled = to.dscaled + row * units;
    Real* const dr = to.gates + 3 * state + units;
    Real* const dh = to.dh + row * units;
    for (Index i = 0; i < units; ++i) {
      dr[i] = dscaled[i] * at.h[state + i];
      dh[i] += dscaled[i] * r[i];
    }
    activate_values_backward(op.recurrent_activation, r, dr, dr, units);
  });
  turned_product(parallel, op, step_gates, recurrent_kernel, to.dh, 0, 2 * units, /*accumulate=*/true);
}

/// c [k, n] += a^T b over all steps: a [time * batch, k], b [time * batch, n] with rows 3 * units apart.
void add_weight_gradient(Parallel& parallel, const Recurrent& op, const Real* a, Index k, const Real* b,
                         Index n, Real* c) {
  gemm(parallel, {.m = k,
                  .n = n,
                  .k = op.time * op.batch,
                  .a = a,
                  .lda = k,
                  .transpose_a = true,
                  .b = b,
                  .ldb = 3 * op.units,
                  .c = c,
                  .ldc = 3 * op.units,
                  .accumulate = true});
}

}  // namespace

void gru_backward(Parallel& parallel, const Recurrent& op, const Real* x,
                  const RecurrentParameters& parameters, const Real* dy, const Real* saved, Real* dx,
                  const RecurrentGradients& gradients, Real* scratch) {
  const Index units = op.units;
  const Index size = step_size(op);
  const Index rows = op.time * op.batch;
  const Saved<const Real> at = split_saved(op, saved);
  Real* const steps = scratch;
  Gradients to = {};
  to.gates = steps + rows * op.inputs;
  to.products = to.scaled = to.gates + 3 * op.time * size;
  to.dh = to.products + 3 * op.time * size;
  to.dscaled = to.dh + size;

  simd::fill_zero(to.dh, size);
  for (Index s = op.time - 1; s >= 0; --s) {
    for_rows(parallel, op, [&](Index row) { add_output_gradient(op, dy, row, s, to.dh + row * units); });
    if (op.reset_after)
      step_backward_after(parallel, op, at, parameters.recurrent_kernel, to, s);
    else
      step_backward_before(parallel, op, at, parameters.recurrent_kernel, to, s);
  }

  to_steps(parallel, op, x, steps);
  add_weight_gradient(parallel, op, steps, op.inputs, to.gates, 3 * units, gradients.kernel);
  if (op.reset_after) {
    add_weight_gradient(parallel, op, at.h, units, to.products, 3 * units, gradients.recurrent_kernel);
  } else {
    add_weight_gradient(parallel, op, at.h, units, to.gates, 2 * units, gradients.recurrent_kernel);
    add_weight_gradient(parallel, op, to.scaled, units, to.gates + 2 * units, units,
                        gradients.recurrent_kernel + 2 * units);
  }
  if (gradients.bias != nullptr) {
    sum_rows(parallel, to.gates, rows, 3 * units, gradients.bias);
    if (op.reset_after) sum_rows(parallel, to.products, rows, 3 * units, gradients.bias + 3 * units);
  }
  if (dx == nullptr) return;
  gemm(parallel, {.m = rows,
                  .n = op.inputs,
                  .k = 3 * units,
                  .a = to.gates,
                  .lda = 3 * units,
                  .b = parameters.kernel,
                  .ldb = 3 * units,
                  .transpose_b = true,
                  .c = steps,
                  .ldc = op.inputs});
  from_steps(parallel, op, steps, dx);
}

}  // namespace lapis::cpu
