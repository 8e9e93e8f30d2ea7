#pragma once

#include <algorithm>

#include "device.h"

#ifndef __CUDACC__
#include <cmath>
#include <limits>
#include <vector>

#include "lapis/core/error.h"
#endif

/// How kernels are written: as the body for one index, or for one block in steps between barriers. CUDA runs
/// the indices side by side, tests/backend one after another (in either order: bodies must not depend on it).
/// Sums are always added in an order that follows from the sizes alone, never by atomics: two runs are equal
/// bit by bit.
namespace lapis::cuda {

#ifdef __CUDACC__

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

#else

/// Set by tests: kernels run from the last index to the first.
extern bool runs_backwards;

/// Kernels are started as CUDA starts them, from copies of their arguments (host_device.cpp): each is a
/// function of Launch and pointers to the arguments.
using HostKernel = void(const Launch& launch, void* const* arguments);

template <class Body>
void run_each(const Launch& /*launch*/, void* const* arguments) {
  const Index count = *static_cast<const Index*>(arguments[0]);
  const Body& body = *static_cast<const Body*>(arguments[1]);
  for (Index i = 0; i < count; ++i) body(runs_backwards ? count - 1 - i : i);
}

template <class... Arguments>
void launch(Device& device, HostKernel* kernel, Index blocks, Index threads, std::size_t shared_bytes,
            const Arguments&... arguments) {
  void* const pointers[] = {const_cast<void*>(static_cast<const void*>(&arguments))...};
  const std::size_t sizes[] = {sizeof(Arguments)...};
  device.launch({reinterpret_cast<const void*>(kernel), static_cast<unsigned>(blocks),
                 static_cast<unsigned>(threads), shared_bytes},
                pointers, sizes, sizeof...(Arguments));
}

template <class Body>
void for_each(Device& device, Index count, const Body& body) {
  if (count <= 0) return;
  launch(device, &run_each<Body>, 1, 1, 0, count, body);
}

template <class State>
struct Block {
  Index number = 0;
  std::vector<State> states;

  template <class Step>
  void each(const Step& step) {
    const int threads = static_cast<int>(states.size());
    for (int i = 0; i < threads; ++i) {
      const int thread = runs_backwards ? threads - 1 - i : i;
      step(thread, states[static_cast<std::size_t>(thread)]);
    }
  }
};

template <class Body>
void run_blocks(const Launch& launch, void* const* arguments) {
  const Body& body = *static_cast<const Body*>(arguments[0]);
  for (Index i = 0; i < launch.blocks; ++i) {
    Block<typename Body::State> block;
    block.number = runs_backwards ? launch.blocks - 1 - i : i;
    block.states.resize(launch.threads);
    typename Body::Shared shared;
    body(block, shared);
  }
}

template <class Body>
void for_each_block(Device& device, Index blocks, const Body& body) {
  if (blocks <= 0) return;
  launch(device, &run_blocks<Body>, blocks, Body::kBlockThreads, 0, body);
}

#endif

/// Two sums that are taken at once.
struct Sums {
  double first = 0, second = 0;
};

/// finish(sums of term(i) over all i) on the device, by one thread.
template <class Term, class Finish>
void sum_all(Device& device, Index count, const Term& term, const Finish& finish) {
  constexpr Index kMostParts = 8192;
  constexpr Index kRow = 128;  // of parts that one thread adds
  const Index run = std::max(Index{16}, (count + kMostParts - 1) / kMostParts);
  const Index parts = (count + run - 1) / run;
  const Index rows = (parts + kRow - 1) / kRow;
  Sums* const partial = device.workspace<Sums>();
  Sums* const row_sums = partial + kMostParts;
  for_each(device, parts, [=] LAPIS_KERNEL(Index part) {
    Sums sums;
    const Index last = (part + 1) * run < count ? (part + 1) * run : count;
    for (Index i = part * run; i < last; ++i) {
      const Sums own = term(i);
      sums.first += own.first;
      sums.second += own.second;
    }
    partial[part] = sums;
  });
  for_each(device, rows, [=] LAPIS_KERNEL(Index row) {
    Sums sums;
    const Index last = (row + 1) * kRow < parts ? (row + 1) * kRow : parts;
    for (Index i = row * kRow; i < last; ++i) {
      sums.first += partial[i].first;
      sums.second += partial[i].second;
    }
    row_sums[row] = sums;
  });
  for_each(device, 1, [=] LAPIS_KERNEL(Index) {
    Sums sums;
    for (Index i = 0; i < rows; ++i) {
      sums.first += row_sums[i].first;
      sums.second += row_sums[i].second;
    }
    finish(sums);
  });
}

/// finish(column, sum of term(row, column) over all rows) for every column.
template <class Term, class Finish>
void sum_columns(Device& device, Index rows, Index n, const Term& term, const Finish& finish) {
  if (n <= 0) return;
  constexpr Index kMostParts = 64;
  constexpr Index kLeastRows = 16;
  const Index room = std::max(Index{1}, Device::workspace_count<double>() / n);
  const Index parts = std::max(Index{1}, std::min({kMostParts, room, rows / kLeastRows}));
  double* const partial = device.workspace<double>();
  if (parts > 1) {
    for_each(device, parts * n, [=] LAPIS_KERNEL(Index i) {
      const Index part = i / n;
      const Index column = i % n;
      double sum = 0;
      for (Index row = rows * part / parts; row < rows * (part + 1) / parts; ++row)
        sum += static_cast<double>(term(row, column));
      partial[i] = sum;
    });
  }
  for_each(device, n, [=] LAPIS_KERNEL(Index column) {
    double sum = 0;
    if (parts > 1) {
      for (Index part = 0; part < parts; ++part) sum += partial[part * n + column];
    } else {
      for (Index row = 0; row < rows; ++row) sum += static_cast<double>(term(row, column));
    }
    finish(column, sum);
  });
}

// Blocks whose size and shared memory follow from the operation.
#ifdef __CUDACC__

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
  constexpr Index kWithoutAsking = 48 << 10;  // what is refused here, the start reports
  if (bytes > kWithoutAsking) {
    cudaFuncSetAttribute(run_sized_blocks<Body>, cudaFuncAttributeMaxDynamicSharedMemorySize,
                         static_cast<int>(bytes));
  }
  launch(device, &run_sized_blocks<Body>, blocks, threads, static_cast<std::size_t>(bytes), body);
}

#else

// What a GPU has; tests make both smaller.
inline Index host_shared_bytes = 227 << 10;
inline Index host_processors = 8;

inline Index most_shared_bytes() {
  return host_shared_bytes;
}

inline Index processor_count() {
  return host_processors;
}

template <class Body>
void run_sized_blocks(const Launch& launch, void* const* arguments) {
  const Body& body = *static_cast<const Body*>(arguments[0]);
  constexpr std::size_t kGuard = 64;
  const std::size_t count = launch.shared_bytes / sizeof(Real);
  std::vector<Real> memory(count + 2 * kGuard);
  for (Index i = 0; i < launch.blocks; ++i) {
    std::fill(memory.begin(), memory.end(), std::numeric_limits<Real>::quiet_NaN());
    Block<typename Body::State> block;
    block.number = runs_backwards ? launch.blocks - 1 - i : i;
    block.states.resize(launch.threads);
    body(block, memory.data() + kGuard);
    for (std::size_t at = 0; at < kGuard; ++at)
      if (!std::isnan(memory[at]) || !std::isnan(memory[kGuard + count + at]))
        fail("host device: a kernel wrote outside its block's shared memory");
  }
}

template <class Body>
void for_each_block(Device& device, Index blocks, Index threads, Index bytes, const Body& body) {
  if (blocks <= 0) return;
  if (threads > Body::kMostThreads || bytes > most_shared_bytes())
    fail("host device: a block of ", threads, " threads and ", bytes, " bytes");
  launch(device, &run_sized_blocks<Body>, blocks, threads, static_cast<std::size_t>(bytes), body);
}

#endif

}  // namespace lapis::cuda
