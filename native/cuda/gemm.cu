#include "cuda_backend.h"
#include "functions.h"
#include "product.h"
#include "sums.h"

namespace lapis::cuda {

namespace {

template <class A, class B>
void multiply_sides(Device& device, Precision precision, const Gemm& gemm, const A& a, const B& b) {
  Output output(gemm.c, gemm.ldc);
  output.accumulate = gemm.accumulate;
  output.bias = gemm.bias;
  output.activation = gemm.activation;
  multiply(device, precision, gemm.m, gemm.n, gemm.k, a, b, output);
}

/// In pieces of at most kMostLines each way, so that kernels count in 32 bits.
void multiply_pieces(Device& device, Precision precision, const Gemm& gemm) {
  if (gemm.m > kMostLines) {
    Gemm top = gemm;
    top.m = kMostLines;
    Gemm rest = gemm;
    rest.m -= kMostLines;
    rest.a += kMostLines * (gemm.transpose_a ? 1 : gemm.lda);
    rest.c += kMostLines * gemm.ldc;
    multiply_pieces(device, precision, top);
    return multiply_pieces(device, precision, rest);
  }
  if (gemm.n > kMostLines) {
    Gemm left = gemm;
    left.n = kMostLines;
    Gemm rest = gemm;
    rest.n -= kMostLines;
    rest.b += kMostLines * (gemm.transpose_b ? gemm.ldb : 1);
    rest.c += kMostLines;
    if (gemm.bias != nullptr) rest.bias += kMostLines;
    multiply_pieces(device, precision, left);
    return multiply_pieces(device, precision, rest);
  }
  if (gemm.k > kMostLines) {
    Gemm first = gemm;
    first.k = kMostLines;
    first.bias = nullptr;
    first.activation = Activation::linear;
    Gemm rest = gemm;
    rest.k -= kMostLines;
    rest.a += kMostLines * (gemm.transpose_a ? gemm.lda : 1);
    rest.b += kMostLines * (gemm.transpose_b ? 1 : gemm.ldb);
    rest.accumulate = true;
    multiply_pieces(device, precision, first);
    return multiply_pieces(device, precision, rest);
  }
  const Lines a(gemm.a, gemm.lda);
  const Columns a_turned(gemm.a, gemm.lda);
  const Columns b(gemm.b, gemm.ldb);
  const Lines b_turned(gemm.b, gemm.ldb);
  if (gemm.transpose_a && gemm.transpose_b)
    return multiply_sides(device, precision, gemm, a_turned, b_turned);
  if (gemm.transpose_a) return multiply_sides(device, precision, gemm, a_turned, b);
  if (gemm.transpose_b) return multiply_sides(device, precision, gemm, a, b_turned);
  multiply_sides(device, precision, gemm, a, b);
}

}  // namespace

void CudaBackend::gemm(const Gemm& gemm) {
  if (blas_ != nullptr && blas_->multiply(*device_, gemm)) return;
  multiply_pieces(*device_, precision_, gemm);
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
