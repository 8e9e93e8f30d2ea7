#pragma once

#include <algorithm>

#include "device.h"

// For loops in kernels; the host's compiler does not know the pragma.
#ifdef __CUDA_ARCH__
#define LAPIS_UNROLL _Pragma("unroll")
#define LAPIS_NO_UNROLL _Pragma("unroll 1")
#else
#define LAPIS_UNROLL
#define LAPIS_NO_UNROLL
#endif

/// How kernels are written: as the body for one index, or for one block in steps between barriers. CUDA runs
/// the indices side by side, the host one after another (in either order: bodies must not depend on it).
///
///     for_each(device, count, body)
///         body(i) for every i in [0, count)
///     for_each_block(device, blocks, body)
///         body(block, shared) of Body::kBlockThreads threads with a Body::State each, one Body::Shared
///     for_each_block(device, blocks, threads, bytes, body)
///         the same with at most Body::kMostThreads threads and `bytes` of shared memory as Real*
///     block.each([&](int thread, State& state) {...})
///         one step; then all wait for each other
///
/// `most_shared_bytes()`: of one block; `processor_count()`: blocks that run side by side however large they
/// are.
namespace lapis::cuda {

/// Of for_each()'s blocks.
inline constexpr int kEachThreads = 256;

}  // namespace lapis::cuda

// What the compiler at hand makes kernels of: KernelOf<Arguments...>, Block, run_each, run_blocks,
// run_sized_blocks.
#ifdef __CUDACC__
#include "launch_device.h"
#else
#include "launch_host.h"
#endif

namespace lapis::cuda {

/// kernel(arguments...) on the device.
template <class... Arguments>
void launch(Device& device, KernelOf<Arguments...>* kernel, Index blocks, Index threads,
            std::size_t shared_bytes, const Arguments&... arguments) {
  void* const pointers[] = {const_cast<void*>(static_cast<const void*>(&arguments))...};
  const std::size_t sizes[] = {sizeof(Arguments)...};
  device.launch({reinterpret_cast<const void*>(kernel), static_cast<unsigned>(blocks),
                 static_cast<unsigned>(threads), shared_bytes},
                pointers, sizes, sizeof...(Arguments));
}

/// body(i) for every i in [0, count).
template <class Body>
void for_each(Device& device, Index count, const Body& body) {
  if (count <= 0) return;
  constexpr Index kMostBlocks = Index{1} << 30;
  const Index blocks = std::min((count + kEachThreads - 1) / kEachThreads, kMostBlocks);
  launch(device, &run_each<Body>, blocks, kEachThreads, 0, count, body);
}

/// body(block, shared) for every block, of Body::kBlockThreads threads.
template <class Body>
void for_each_block(Device& device, Index blocks, const Body& body) {
  if (blocks <= 0) return;
  launch(device, &run_blocks<Body>, blocks, Body::kBlockThreads, 0, body);
}

/// body(block, shared) for every block, of `threads` threads (at most Body::kMostThreads), `shared` being
/// `bytes` of undefined contents.
template <class Body>
void for_each_block(Device& device, Index blocks, Index threads, Index bytes, const Body& body) {
  if (blocks <= 0) return;
  launch(device, &run_sized_blocks<Body>, blocks, threads, static_cast<std::size_t>(bytes), body);
}

}  // namespace lapis::cuda
