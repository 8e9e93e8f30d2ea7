#include "cuda_backend.h"
#include "functions.h"
#include "launch.h"

namespace lapis::cuda {

void CudaBackend::dropout(const Real* x, Real* y, Index count, float rate, RandomStream random) {
  const Real factor = rate < 1 ? Real(1) / (Real(1) - static_cast<Real>(rate)) : Real(0);
  // uniform_from_bits(bits) >= rate, in whole numbers: both sides times 2^24.
  const auto threshold = static_cast<std::uint32_t>(std::ceil(rate * 0x1p24F));
  const std::uint64_t seed = random.seed();
  const std::uint64_t stream = random.stream();
  for_each(*device_, count, [=] LAPIS_KERNEL(Index i) {
    const auto index = static_cast<std::uint64_t>(i);
    const std::uint32_t bits = random_bits(seed, stream, index / 4, static_cast<int>(index % 4));
    y[i] = (bits >> 8) >= threshold ? x[i] * factor : Real(0);
  });
}

}  // namespace lapis::cuda
