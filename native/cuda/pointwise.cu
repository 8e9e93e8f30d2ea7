#include "cuda_backend.h"
#include "functions.h"
#include "launch.h"

namespace lapis::cuda {

namespace {

LAPIS_DEVICE inline Real value_of(const Pointwise& op, Real x) {
  switch (op.kind) {
    case Pointwise::Kind::affine:
      return x * op.slope + op.offset;
    case Pointwise::Kind::rectify:
      return x >= op.largest ? op.largest : x > op.threshold ? x : (x - op.threshold) * op.slope;
    case Pointwise::Kind::elu:
      break;
  }
  return x > 0 ? x : std::expm1(x) * op.slope;
}

LAPIS_DEVICE inline Real slope_of(const Pointwise& op, Real x) {
  switch (op.kind) {
    case Pointwise::Kind::affine:
      return op.slope;
    case Pointwise::Kind::rectify:
      return x >= op.largest ? Real(0) : x > op.threshold ? Real(1) : op.slope;
    case Pointwise::Kind::elu:
      break;
  }
  return x > 0 ? Real(1) : std::exp(x) * op.slope;
}

}  // namespace

void CudaBackend::pointwise(const Pointwise& op, const Real* x, Real* y, Index count) {
  for_each(*device_, count, [=] LAPIS_KERNEL(Index i) { y[i] = value_of(op, x[i]); });
}

void CudaBackend::pointwise_backward(const Pointwise& op, const Real* x, const Real* dy, Real* dx,
                                     Index count) {
  for_each(*device_, count, [=] LAPIS_KERNEL(Index i) { dx[i] = dy[i] * slope_of(op, x[i]); });
}

}  // namespace lapis::cuda
