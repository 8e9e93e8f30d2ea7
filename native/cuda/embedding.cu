#include "cuda_backend.h"
#include "launch.h"

namespace lapis::cuda {

void CudaBackend::embedding(const Real* ids, const Real* table, Real* y, Index count, Index n) {
  for_each(*device_, count * n,
           [=] LAPIS_KERNEL(Index i) { y[i] = table[static_cast<Index>(ids[i / n]) * n + i % n]; });
}

/// Deterministic and without a sort: each id's first occurrence in a piece of the batch walks along the
/// others in their order, so the sums are the CPU's bit by bit.
void CudaBackend::embedding_backward(const Real* ids, const Real* dy, Real* dtable, Index count, Index n) {
  constexpr Index kPiece = 1 << 14;
  Index* const next = device_->workspace<Index>();  // where this id comes again; `last` where it does not
  Index* const is_first = next + kPiece;
  for (Index first = 0; first < count; first += kPiece) {
    const Index last = std::min(first + kPiece, count);
    for_each(*device_, last - first, [=] LAPIS_KERNEL(Index at) {
      const Index i = first + at;
      Index later = i + 1;
      while (later < last && ids[later] != ids[i]) ++later;
      next[at] = later;
      Index earlier = i - 1;
      while (earlier >= first && ids[earlier] != ids[i]) --earlier;
      is_first[at] = earlier < first ? 1 : 0;
    });
    for_each(*device_, (last - first) * n, [=] LAPIS_KERNEL(Index position) {
      const Index at = position / n;
      const Index column = position % n;
      if (is_first[at] == 0) return;
      Real* const to = dtable + static_cast<Index>(ids[first + at]) * n + column;
      Real sum = *to;
      for (Index i = first + at; i < last; i = next[i - first]) sum += dy[i * n + column];
      *to = sum;
    });
  }
}

void CudaBackend::mask_nonzero(const Real* ids, std::uint8_t* mask, Index count) {
  for_each(*device_, count, [=] LAPIS_KERNEL(Index i) { mask[i] = ids[i] != 0 ? 1 : 0; });
}

}  // namespace lapis::cuda
