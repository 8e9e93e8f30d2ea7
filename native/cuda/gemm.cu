#include "cuda_backend.h"
#include "functions.h"
#include "product.h"

namespace lapis::cuda {

void CudaBackend::gemm(const Gemm& gemm) {
  const Real* const a = gemm.a;
  const Real* const b = gemm.b;
  const Index a_row = gemm.transpose_a ? 1 : gemm.lda;
  const Index a_step = gemm.transpose_a ? gemm.lda : 1;
  const Index b_step = gemm.transpose_b ? 1 : gemm.ldb;
  const Index b_column = gemm.transpose_b ? gemm.ldb : 1;
  Real* const c = gemm.c;
  const Index ldc = gemm.ldc;
  const Real* const bias = gemm.bias;
  const Activation activation = gemm.activation;
  const bool accumulate = gemm.accumulate;
  multiply(
      *device_, gemm.m, gemm.n, gemm.k,
      [=] LAPIS_KERNEL(Index row, Index p) { return a[row * a_row + p * a_step]; },
      [=] LAPIS_KERNEL(Index p, Index column) { return b[p * b_step + column * b_column]; },
      [=] LAPIS_KERNEL(Index row, Index column, Real sum) {
        Real value = sum;
        if (accumulate) value += c[row * ldc + column];
        if (bias != nullptr) value += bias[column];
        c[row * ldc + column] = activated(activation, value);
      });
}

Index CudaBackend::gemm_prepared(Index /*k*/, Index /*n*/) const {
  return 0;
}

void CudaBackend::prepare_gemm(const Real* /*b*/, Index /*k*/, Index /*n*/, Real* /*prepared*/) {}

void CudaBackend::sum_rows(const Real* dy, Index rows, Index n, Real* bias_gradient) {
  sum_columns(
      *device_, rows, n, [=] LAPIS_KERNEL(Index row, Index column) { return dy[row * n + column]; },
      [=] LAPIS_KERNEL(Index column, double sum) { bias_gradient[column] += static_cast<Real>(sum); });
}

void CudaBackend::add_bias(Real* y, Index rows, Index n, const Real* bias, Activation activation) {
  for_each(*device_, rows * n, [=] LAPIS_KERNEL(Index i) {
    y[i] = activated(activation, bias != nullptr ? y[i] + bias[i % n] : y[i]);
  });
}

}  // namespace lapis::cuda
