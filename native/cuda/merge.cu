#include "cuda_backend.h"
#include "launch.h"

namespace lapis::cuda {

void CudaBackend::merge(Merge mode, const Real* a, const Real* b, Real* y, Index rows, Index n) {
  for_each(*device_, rows * n, [=] LAPIS_KERNEL(Index i) {
    const Index at = i / n * 2 * n + i % n;
    if (mode == Merge::concat) {
      y[at] = a[i];
      y[at + n] = b[i];
    } else if (mode == Merge::mul) {
      y[i] = a[i] * b[i];
    } else {
      y[i] = (a[i] + b[i]) * (mode == Merge::ave ? Real(0.5) : Real(1));
    }
  });
}

void CudaBackend::merge_backward(Merge mode, const Real* a, const Real* b, const Real* dy, Real* da, Real* db,
                                 Index rows, Index n) {
  for_each(*device_, rows * n, [=] LAPIS_KERNEL(Index i) {
    const Index at = i / n * 2 * n + i % n;
    if (mode == Merge::concat) {
      da[i] = dy[at];
      db[i] = dy[at + n];
    } else if (mode == Merge::mul) {
      const Real da_value = dy[i] * b[i];
      const Real db_value = dy[i] * a[i];
      da[i] = da_value;
      db[i] = db_value;
    } else {
      const Real gradient = dy[i] * (mode == Merge::ave ? Real(0.5) : Real(1));
      da[i] = gradient;
      db[i] = gradient;
    }
  });
}

void CudaBackend::reverse_time(const Real* x, Real* y, Index batch, Index time, Index n) {
  for_each(*device_, batch * time * n, [=] LAPIS_KERNEL(Index i) {
    const Index row = i / n;
    y[i] = x[(row / time * time + time - 1 - row % time) * n + i % n];
  });
}

void CudaBackend::scale_steps(const Real* x, const Real* factors, Real* y, Index batch, Index time, Index n) {
  for_each(*device_, batch * time * n,
           [=] LAPIS_KERNEL(Index i) { y[i] = x[i] * factors[i / (time * n) * n + i % n]; });
}

void CudaBackend::choose_rows(const RowChoice& choice) {
  for_each(*device_, choice.rows * choice.n, [=] LAPIS_KERNEL(Index i) {
    const Index row = i / choice.n;
    const Index column = i % choice.n;
    const bool is_a = choice.mask == nullptr || choice.mask[row * choice.mask_stride] != 0;
    const Real* const from = is_a ? choice.a : choice.b;
    const Index stride = is_a ? choice.a_stride : choice.b_stride;
    choice.y[row * choice.y_stride + column] = from != nullptr ? from[row * stride + column] : Real(0);
  });
}

void CudaBackend::add(const Real* x, Real* y, Index count) {
  for_each(*device_, count, [=] LAPIS_KERNEL(Index i) { y[i] += x[i]; });
}

void CudaBackend::add_scaled(Real factor, const Real* x, Real* y, Index count) {
  for_each(*device_, count, [=] LAPIS_KERNEL(Index i) { y[i] += factor * x[i]; });
}

}  // namespace lapis::cuda
