#pragma once

#include "device.h"

/// The half of launch.h that nvcc compiles: kernels on the GPU.
namespace lapis::cuda {

template <class... Arguments>
using KernelOf = void(Arguments...);

template <class Body>
__global__ void __launch_bounds__(kEachThreads) run_each(Index count, Body body) {
  const Index step = static_cast<Index>(gridDim.x) * blockDim.x;
  for (Index i = static_cast<Index>(blockIdx.x) * blockDim.x + threadIdx.x; i < count; i += step) body(i);
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

}  // namespace lapis::cuda
