#pragma once

#include <algorithm>

#include "device.h"

/// launch.h as nvcc compiles it: kernels on the GPU.
namespace lapis::cuda {

/// kernel(arguments...) on the device.
template <class... Arguments>
void launch(Device& device, void (*kernel)(Arguments...), Index blocks, Index threads,
            std::size_t shared_bytes, const Arguments&... arguments) {
  void* const pointers[] = {const_cast<void*>(static_cast<const void*>(&arguments))...};
  const std::size_t sizes[] = {sizeof(Arguments)...};
  device.launch({reinterpret_cast<const void*>(kernel), static_cast<unsigned>(blocks),
                 static_cast<unsigned>(threads), shared_bytes},
                pointers, sizes, sizeof...(Arguments));
}

inline constexpr int kThreads = 256;

template <class Body>
__global__ void __launch_bounds__(kThreads) run_each(Index count, Body body) {
  const Index step = static_cast<Index>(gridDim.x) * blockDim.x;
  for (Index i = static_cast<Index>(blockIdx.x) * blockDim.x + threadIdx.x; i < count; i += step) body(i);
}

/// body(i) for every i in [0, count).
template <class Body>
void for_each(Device& device, Index count, const Body& body) {
  if (count <= 0) return;
  constexpr Index kMostBlocks = Index{1} << 30;
  const Index blocks = std::min((count + kThreads - 1) / kThreads, kMostBlocks);
  launch(device, &run_each<Body>, blocks, kThreads, 0, count, body);
}

/// The threads of one block. Each has a State of its own that lives from step to step.
template <class State>
struct Block {
  Index number = 0;
  State state = {};

  /// step(thread, state) for every thread; then all wait for each other.
  template <class Step>
  __device__ void each(const Step& step) {
    step(static_cast<int>(threadIdx.x), state);
    __syncthreads();
  }
};

/// Body::kLeastBlocks, where there is one: how many blocks a multiprocessor is to hold at once, which limits
/// their registers.
template <class Body>
constexpr int least_blocks() {
  if constexpr (requires { Body::kLeastBlocks; }) {
    return Body::kLeastBlocks;
  } else {
    return 1;
  }
}

template <class Body>
__global__ void __launch_bounds__(Body::kBlockThreads, least_blocks<Body>()) run_blocks(Body body) {
  __shared__ typename Body::Shared shared;
  Block<typename Body::State> block;
  block.number = blockIdx.x;
  body(block, shared);
}

/// body(block, shared) for every block, of Body::kBlockThreads threads.
template <class Body>
void for_each_block(Device& device, Index blocks, const Body& body) {
  if (blocks <= 0) return;
  launch(device, &run_blocks<Body>, blocks, Body::kBlockThreads, 0, body);
}

// Blocks whose size and shared memory follow from the operation.

/// Bytes of shared memory that one block can have at most.
inline Index most_shared_bytes() {
  int device = 0, bytes = 0;
  cudaGetDevice(&device);
  cudaDeviceGetAttribute(&bytes, cudaDevAttrMaxSharedMemoryPerBlockOptin, device);
  return bytes;
}

/// Blocks that run side by side however large they are.
inline Index processor_count() {
  int device = 0, count = 0;
  cudaGetDevice(&device);
  cudaDeviceGetAttribute(&count, cudaDevAttrMultiProcessorCount, device);
  return count > 0 ? count : 1;
}

template <class Body>
__global__ void __launch_bounds__(Body::kMostThreads, 1) run_sized_blocks(Body body) {
  extern __shared__ __align__(16) unsigned char sized_shared[];
  Block<typename Body::State> block;
  block.number = blockIdx.x;
  body(block, reinterpret_cast<Real*>(sized_shared));
}

/// body(block, shared) for every block, of `threads` threads (at most Body::kMostThreads), `shared` being
/// `bytes` of undefined contents.
template <class Body>
void for_each_block(Device& device, Index blocks, Index threads, Index bytes, const Body& body) {
  if (blocks <= 0) return;
  launch(device, &run_sized_blocks<Body>, blocks, threads, static_cast<std::size_t>(bytes), body);
}

}  // namespace lapis::cuda
