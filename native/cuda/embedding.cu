#include <cstdint>

#include "cuda_backend.h"
#include "launch.h"

namespace lapis::cuda {

namespace {

constexpr Index kPiece = 8192;  // ids that are sorted at once
constexpr Index kParts = 16;    // of a piece, whose ids are compared by different threads
constexpr Index kChunk = 32;    // sorted ids that one thread adds up
constexpr Index kMostColumns = 8192;

/// Where the piece's ids stand when they are sorted; equal ones in the order of their places.
struct Sorted {
  std::int32_t* places;  // [count]: where the one of this rank stood
  std::int32_t* ends;    // [count]: the rank after the last of its equals
  std::int32_t* counts;  // [2, parts, count]: of ids before, and of ids not larger
  Real* heads;           // [chunks, n]: sums of ids that began in an earlier chunk
  Real* tails;           // [chunks, n]: of ids that begin here and go on
};

Sorted split_workspace(const Device& device) {
  auto* const numbers = device.workspace<std::int32_t>();
  std::int32_t* const counts = numbers + 2 * kPiece;
  auto* const sums = reinterpret_cast<Real*>(counts + 2 * kParts * kPiece);
  return {numbers, numbers + kPiece, counts, sums, sums + kPiece / kChunk * kMostColumns};
}

/// A rank is a number of ids, whoever counts them: every id is compared with every other, which for so few is
/// less work than any sort.
void sort_ids(Device& device, const Real* ids, Index count, const Sorted& sorted) {
  for_each(device, kParts * count, [=] LAPIS_KERNEL(Index thread) {
    const Index i = thread % count;
    const Index part = thread / count;
    const Index last = count * (part + 1) / kParts;
    const Real own = ids[i];
    std::int32_t before = 0;
    std::int32_t not_larger = 0;
    for (Index j = count * part / kParts; j < last; ++j) {
      const Real other = ids[j];
      before += other < own || (other == own && j < i) ? 1 : 0;
      not_larger += other <= own ? 1 : 0;
    }
    sorted.counts[thread] = before;
    sorted.counts[kParts * count + thread] = not_larger;
  });
  for_each(device, count, [=] LAPIS_KERNEL(Index i) {
    std::int32_t rank = 0;
    std::int32_t end = 0;
    for (Index part = 0; part < kParts; ++part) {
      rank += sorted.counts[part * count + i];
      end += sorted.counts[(kParts + part) * count + i];
    }
    sorted.places[rank] = static_cast<std::int32_t>(i);
    sorted.ends[rank] = end;
  });
}

/// The run of equal ids at rank `first` of a chunk, or what of it is in the chunk, in one column.
LAPIS_DEVICE inline Real sum_run(const Sorted& sorted, const Real* dy, Index first, Index last, Index n,
                                 Index column) {
  Real sum = 0;
  for (Index k = first; k < last; ++k) sum += dy[sorted.places[k] * n + column];
  return sum;
}

}  // namespace

void CudaBackend::embedding(const Real* ids, const Real* table, Real* y, Index count, Index n) {
  for_each(*device_, count * n,
           [=] LAPIS_KERNEL(Index i) { y[i] = table[static_cast<Index>(ids[i / n]) * n + i % n]; });
}

/// Equal ids become neighbours, in their order; chunks of neighbours are added up by different threads, and
/// the sums of an id that several chunks share, in their order.
void CudaBackend::embedding_backward(const Real* ids, const Real* dy, Real* dtable, Index count, Index n) {
  const Sorted sorted = split_workspace(*device_);
  const Index chunk = n <= kMostColumns ? kChunk : kPiece;  // sums of wide rows have no room to be divided
  for (Index first = 0; first < count; first += kPiece) {
    const Index own = std::min(kPiece, count - first);
    const Index chunks = (own + chunk - 1) / chunk;
    const Real* const own_ids = ids + first;
    const Real* const own_dy = dy + first * n;
    sort_ids(*device_, own_ids, own, sorted);
    for_each(*device_, chunks * n, [=] LAPIS_KERNEL(Index i) {
      const Index begin = i / n * chunk;
      const Index end = begin + chunk < own ? begin + chunk : own;
      Index k = begin;
      while (k < end) {
        const Index run_end = sorted.ends[k];
        const Index last = run_end < end ? run_end : end;
        const Real sum = sum_run(sorted, own_dy, k, last, n, i % n);
        if (k == begin && begin > 0 && sorted.ends[begin - 1] > begin)
          sorted.heads[i] = sum;
        else if (run_end > end)
          sorted.tails[i] = sum;
        else
          dtable[static_cast<Index>(own_ids[sorted.places[k]]) * n + i % n] += sum;
        k = last;
      }
    });
    if (chunks == 1) continue;
    for_each(*device_, (chunks - 1) * n, [=] LAPIS_KERNEL(Index i) {
      const Index last = (i / n + 1) * chunk - 1;  // rank
      const Index end = sorted.ends[last];
      if (end == last + 1) return;
      const Index id_place = sorted.places[last];
      // Its beginning is here if the chunk's first id, and what went before it, is another.
      const Index begin = last + 1 - chunk;
      if (begin > 0 && sorted.ends[begin - 1] > last) return;
      Real sum = sorted.tails[i];
      for (Index k = i / n + 1; k * chunk < end; ++k) sum += sorted.heads[k * n + i % n];
      dtable[static_cast<Index>(own_ids[id_place]) * n + i % n] += sum;
    });
  }
}

void CudaBackend::mask_nonzero(const Real* ids, std::uint8_t* mask, Index count) {
  for_each(*device_, count, [=] LAPIS_KERNEL(Index i) { mask[i] = ids[i] != 0 ? 1 : 0; });
}

}  // namespace lapis::cuda
