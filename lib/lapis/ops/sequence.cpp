#include "lapis/ops/sequence.h"

#include "lapis/ops/gemm.h"

namespace lapis::cpu {

void to_steps(Parallel& parallel, const Recurrent& op, const Real* x, Real* steps) {
  parallel.for_each(op.time, [&](Index s) {
    for (Index row = 0; row < op.batch; ++row)
      simd::copy(x + (row * op.time + time_of(op, s)) * op.inputs, steps + (s * op.batch + row) * op.inputs,
                 op.inputs);
  });
}

void from_steps(Parallel& parallel, const Recurrent& op, const Real* steps, Real* x) {
  parallel.for_each(op.time, [&](Index s) {
    for (Index row = 0; row < op.batch; ++row)
      simd::copy(steps + (s * op.batch + row) * op.inputs, x + (row * op.time + time_of(op, s)) * op.inputs,
                 op.inputs);
  });
}

namespace {

/// inputs kernel + bias.
RowProduct input_product(const Recurrent& op, const Projection& weights, RowAddresses& addresses) {
  return {.n = weights.columns,
          .a = addresses.a,
          .runs = {.length = op.inputs},
          .panels = weights.kernel,
          .panel_step = op.inputs * kPanel,
          .c = addresses.c,
          .bias = weights.bias};
}

}  // namespace

void project_words(const Recurrent& op, const Real* x, const Real* table, const Projection& weights) {
  RowAddresses addresses;
  RowProduct product = input_product(op, weights, addresses);
  for (Index i = 0; i < op.batch * op.time; ++i) {
    const auto word = static_cast<Index>(x[i]);
    if (weights.known[word] != 0) continue;
    weights.known[word] = 1;
    addresses.a[product.rows] = table + word * op.inputs;
    addresses.c[product.rows] = weights.words + word * weights.columns;
    if (++product.rows < kMostRows) continue;
    multiply_rows(product);
    product.rows = 0;
  }
  multiply_rows(product);
}

void project_inputs(const Recurrent& op, const Real* x, const Projection& weights, const Chunk& chunk,
                    Index s, Index last) {
  RowAddresses addresses;
  RowProduct product = input_product(op, weights, addresses);
  for (; s < last; ++s) {
    for (Index i = 0; i < chunk.rows; ++i) {
      if (is_masked(op, chunk.first + i, s)) continue;
      const Index position = (chunk.first + i) * op.time + time_of(op, s);
      if (op.words > 0) {
        simd::copy(weights.words + static_cast<Index>(x[position]) * weights.columns, chunk.z_at(s, i),
                   weights.columns);
        continue;
      }
      addresses.a[product.rows] = x + position * op.inputs;
      addresses.c[product.rows] = chunk.z_at(s, i);
      ++product.rows;
    }
  }
  multiply_rows(product);
}

void parameter_gradients(Parallel& parallel, const Recurrent& op, const Real* steps, const Real* states,
                         Index state_size, const Real* dz, Index columns,
                         const RecurrentParameters& parameters, const RecurrentGradients& gradients,
                         Real* dsteps) {
  const Index rows = op.time * op.batch;
  Gemm product = {.n = columns,
                  .k = rows,
                  .transpose_a = true,
                  .b = dz,
                  .ldb = columns,
                  .ldc = columns,
                  .accumulate = true};
  product.m = product.lda = op.inputs;
  product.a = steps;
  product.c = gradients.kernel;
  gemm(parallel, product);
  product.m = op.units;
  product.lda = state_size;
  product.a = states;
  product.c = gradients.recurrent_kernel;
  gemm(parallel, product);
  if (gradients.bias != nullptr) sum_rows(parallel, dz, rows, columns, gradients.bias);
  if (dsteps == nullptr) return;
  gemm(parallel, {.m = rows,
                  .n = op.inputs,
                  .k = columns,
                  .a = dz,
                  .lda = columns,
                  .b = parameters.kernel,
                  .ldb = columns,
                  .transpose_b = true,
                  .c = dsteps,
                  .ldc = op.inputs});
}

void add_output_gradient(const Recurrent& op, const Real* dy, Index row, Index s, Real* dh) {
  if (is_zeroed(op, row, s)) return;
  if (!op.return_sequences && s + 1 != op.time) return;
  const Real* from = dy + (op.return_sequences ? row * op.time + s : row) * op.units;
  simd::map(dh, from, dh, op.units, [](simd::Vector a, simd::Vector b) { return a + b; });
}

void write_output(const Recurrent& op, const Real* h, Index row, Index s, Real* y) {
  if (!op.return_sequences && s + 1 != op.time) return;
  Real* const to = y + (op.return_sequences ? row * op.time + s : row) * op.units;
  if (is_zeroed(op, row, s))
    simd::fill_zero(to, op.units);
  else
    simd::copy(h, to, op.units);
}

}  // namespace lapis::cpu
