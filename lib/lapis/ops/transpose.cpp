#include "lapis/ops/transpose.h"

namespace lapis::cpu {

void transpose(const Real* from, Index from_stride, Index rows, Index columns, Real* to, Index to_stride) {
  // 4 x 4 at a time in registers.
  constexpr int kFour = 4 * sizeof(Real);
  using Four = Real __attribute__((vector_size(kFour)));
  typedef Real UnalignedFour __attribute__((vector_size(kFour), aligned(sizeof(Real)), may_alias));
  Index i = 0;
  for (; i + 4 <= rows; i += 4) {
    const Real* const source = from + i * from_stride;
    Index j = 0;
    for (; j + 4 <= columns; j += 4) {
      Four r[4];
      for (int q = 0; q < 4; ++q)
        r[q] = *reinterpret_cast<const UnalignedFour*>(source + q * from_stride + j);
      const Four low01 = __builtin_shufflevector(r[0], r[1], 0, 4, 1, 5);
      const Four low23 = __builtin_shufflevector(r[2], r[3], 0, 4, 1, 5);
      const Four high01 = __builtin_shufflevector(r[0], r[1], 2, 6, 3, 7);
      const Four high23 = __builtin_shufflevector(r[2], r[3], 2, 6, 3, 7);
      const Four turned[4] = {__builtin_shufflevector(low01, low23, 0, 1, 4, 5),
                              __builtin_shufflevector(low01, low23, 2, 3, 6, 7),
                              __builtin_shufflevector(high01, high23, 0, 1, 4, 5),
                              __builtin_shufflevector(high01, high23, 2, 3, 6, 7)};
      for (int q = 0; q < 4; ++q) *reinterpret_cast<UnalignedFour*>(to + (j + q) * to_stride + i) = turned[q];
    }
    for (; j < columns; ++j) {
      for (Index q = 0; q < 4; ++q) to[j * to_stride + i + q] = source[q * from_stride + j];
    }
  }
  for (; i < rows; ++i) {
    for (Index j = 0; j < columns; ++j) to[j * to_stride + i] = from[i * from_stride + j];
  }
}

}  // namespace lapis::cpu
