#include "lapis/ops/sequence.h"

#include "lapis/ops/gemm.h"
#include "lapis/ops/vector.h"

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

void input_product(Parallel& parallel, const Recurrent& op, const Real* steps,
                   const RecurrentParameters& parameters, Index columns, Real* z) {
  gemm(parallel, {.m = op.time * op.batch,
                  .n = columns,
                  .k = op.inputs,
                  .a = steps,
                  .lda = op.inputs,
                  .b = parameters.kernel,
                  .ldb = columns,
                  .c = z,
                  .ldc = columns,
                  .bias = parameters.bias});
}

void parameter_gradients(Parallel& parallel, const Recurrent& op, const Real* steps, const Real* states,
                         const Real* dz, Index columns, const RecurrentParameters& parameters,
                         const RecurrentGradients& gradients, Real* dsteps) {
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
  product.m = product.lda = op.units;
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

namespace {

/// kRows x (kVectors vectors) of c at once; accumulators stay in registers over the whole k.
template <int kRows, int kVectors>
void product_tile(const Real* a, const Real* b, Real* c, Index k, Index n) {
  simd::Vector sums[kRows][kVectors];
  for (int row = 0; row < kRows; ++row)
    for (int v = 0; v < kVectors; ++v) sums[row][v] = simd::load(c + row * n + v * simd::kLanes);
  for (Index p = 0; p < k; ++p) {
    simd::Vector weights[kVectors];
    for (int v = 0; v < kVectors; ++v) weights[v] = simd::load(b + p * n + v * simd::kLanes);
    for (int row = 0; row < kRows; ++row) {
      const simd::Vector factor = simd::splat(a[row * k + p]);
      for (int v = 0; v < kVectors; ++v) sums[row][v] += factor * weights[v];
    }
  }
  for (int row = 0; row < kRows; ++row)
    for (int v = 0; v < kVectors; ++v) simd::store(c + row * n + v * simd::kLanes, sums[row][v]);
}

/// The columns that fill no vector.
void product_rest(const Real* a, const Real* b, Real* c, Index rows, Index k, Index n, Index first) {
  for (Index row = 0; row < rows; ++row)
    for (Index p = 0; p < k; ++p)
      for (Index j = first; j < n; ++j) c[row * n + j] += a[row * k + p] * b[p * n + j];
}

}  // namespace

void step_product(const Real* a, const Real* b, Real* c, Index rows, Index k, Index n) {
  constexpr Index kPair = 2 * simd::kLanes;
  Index column = 0;
  for (; column + kPair <= n; column += kPair) {
    Index row = 0;
    for (; row + 4 <= rows; row += 4) product_tile<4, 2>(a + row * k, b + column, c + row * n + column, k, n);
    for (; row < rows; ++row) product_tile<1, 2>(a + row * k, b + column, c + row * n + column, k, n);
  }
  for (; column + simd::kLanes <= n; column += simd::kLanes)
    for (Index row = 0; row < rows; ++row)
      product_tile<1, 1>(a + row * k, b + column, c + row * n + column, k, n);
  if (column < n) product_rest(a, b, c, rows, k, n, column);
}

void transpose(const Real* from, Real* to, Index m, Index n) {
  for (Index i = 0; i < m; ++i)
    for (Index j = 0; j < n; ++j) to[j * m + i] = from[i * n + j];
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
