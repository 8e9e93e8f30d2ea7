#pragma once

#include <cstdint>
#include <cstdlib>

#include "precision.h"

#if defined(__CUDACC__) && (!defined(__CUDA_ARCH__) || __CUDA_ARCH__ >= 800)
#include <cuda_bf16.h>
#include <mma.h>
#endif

/// What tensor cores multiply: 16 x 16 sums by a whole warp (nvcuda::wmma). On the host the warp's first
/// thread does it with plain loops. Code for GPUs before 8.0 has none of it: module.cu makes no backend
/// there.
namespace lapis::cuda {

inline constexpr int kFragment = 16;

/// How both sides are rounded on their way into shared memory, and how deep one multiplication is.
struct Tf32 {
  using Element = float;
  static constexpr int kPad = 4;
  static constexpr int kStep = 8;
  LAPIS_DEVICE static float round(float value) { return to_tf32(value); }
};
struct Bf16 {
  using Element = std::uint16_t;
  static constexpr int kPad = 8;
  static constexpr int kStep = 16;
  LAPIS_DEVICE static std::uint16_t round(float value) { return to_bf16(value); }
};

#if !defined(__CUDACC__)

template <class Format>
struct Sum {
  float at[kFragment][kFragment];
};
template <class Format>
struct LeftFragment {
  float at[Format::kStep][kFragment];  // [depth][row]
};
template <class Format>
struct RightFragment {
  float at[Format::kStep][kFragment];  // [depth][column]
};

inline bool speaks_for_warp(int thread) {
  return thread % 32 == 0;
}

inline float widened(float value) {
  return value;
}
inline float widened(std::uint16_t bits) {
  return from_bf16(bits);
}

template <class Format>
void clear_sum(Sum<Format>& sum) {
  sum = {};
}

template <class Fragment, class Element>
void load_fragment(Fragment& fragment, const Element* from, int stride) {
  // What load_matrix_sync asks for.
  if (reinterpret_cast<std::uintptr_t>(from) % 32 != 0 || stride * sizeof(Element) % 16 != 0) std::abort();
  int depth = 0;
  for (auto& line : fragment.at) {
    for (int i = 0; i < kFragment; ++i) line[i] = widened(from[depth * stride + i]);
    ++depth;
  }
}

template <class Format>
void add_product(Sum<Format>& sum, const LeftFragment<Format>& left, const RightFragment<Format>& right) {
  for (int p = 0; p < Format::kStep; ++p)
    for (int i = 0; i < kFragment; ++i)
      for (int j = 0; j < kFragment; ++j) sum.at[i][j] += left.at[p][i] * right.at[p][j];
}

template <class Format>
void store_sum(const Sum<Format>& sum, float* to, int stride) {
  for (int i = 0; i < kFragment; ++i)
    for (int j = 0; j < kFragment; ++j) to[i * stride + j] = sum.at[i][j];
}

#else

__device__ inline bool speaks_for_warp(int) {
  return true;
}

#if !defined(__CUDA_ARCH__) || __CUDA_ARCH__ >= 800

template <class Format>
struct Stored;
template <>
struct Stored<Tf32> {
  using Type = nvcuda::wmma::precision::tf32;
  using Memory = float;
};
template <>
struct Stored<Bf16> {
  using Type = __nv_bfloat16;
  using Memory = __nv_bfloat16;
};

template <class Format>
struct Sum {
  nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, Format::kStep, float> at;
};
template <class Format>
struct LeftFragment {
  using Memory = typename Stored<Format>::Memory;
  nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, Format::kStep, typename Stored<Format>::Type,
                         nvcuda::wmma::col_major>
      at;
};
template <class Format>
struct RightFragment {
  using Memory = typename Stored<Format>::Memory;
  nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, Format::kStep, typename Stored<Format>::Type,
                         nvcuda::wmma::row_major>
      at;
};

template <class Format>
__device__ void clear_sum(Sum<Format>& sum) {
  nvcuda::wmma::fill_fragment(sum.at, 0.0F);
}

template <class Fragment, class Element>
__device__ void load_fragment(Fragment& fragment, const Element* from, unsigned stride) {
  nvcuda::wmma::load_matrix_sync(fragment.at, reinterpret_cast<const typename Fragment::Memory*>(from),
                                 stride);
}

template <class Format>
__device__ void add_product(Sum<Format>& sum, const LeftFragment<Format>& left,
                            const RightFragment<Format>& right) {
  nvcuda::wmma::mma_sync(sum.at, left.at, right.at, sum.at);
}

template <class Format>
__device__ void store_sum(const Sum<Format>& sum, float* to, unsigned stride) {
  nvcuda::wmma::store_matrix_sync(to, sum.at, stride, nvcuda::wmma::mem_row_major);
}

#else  // never run

template <class Format>
struct Sum {};
template <class Format>
struct LeftFragment {};
template <class Format>
struct RightFragment {};

template <class Format>
__device__ void clear_sum(Sum<Format>&) {
  __trap();
}
template <class Fragment, class Element>
__device__ void load_fragment(Fragment&, const Element*, unsigned) {}
template <class Format>
__device__ void add_product(Sum<Format>&, const LeftFragment<Format>&, const RightFragment<Format>&) {}
template <class Format>
__device__ void store_sum(const Sum<Format>&, float*, unsigned) {}

#endif
#endif

}  // namespace lapis::cuda
