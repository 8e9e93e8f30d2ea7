#pragma once

#include <algorithm>

#include "device.h"

#ifndef __CUDACC__
#include <cmath>
#include <limits>
#include <vector>

#include "lapis/core/error.h"
#endif

// For loops in kernels; the host's compiler does not know the pragma.
#ifdef __CUDA_ARCH__
#define LAPIS_UNROLL _Pragma("unroll")
#define LAPIS_NO_UNROLL _Pragma("unroll 1")
#else
#define LAPIS_UNROLL
#define LAPIS_NO_UNROLL
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

  LAPIS_DEVICE Sums& operator+=(const Sums& other) {
    first += other.first;
    second += other.second;
    return *this;
  }
};

/// Sums of [rows, n] along the rows: a block takes `width` neighbouring columns of one part of the rows, its
/// threads every `lanes`-th row, and then adds up what they have in the order of a tree.
template <class Value, class Term, class Finish>
struct ColumnSums {
  static constexpr int kBlockThreads = 256;

  struct State {};
  struct Shared {
    Value sums[kBlockThreads];
  };

  Index rows, n, parts;
  int width;      // a power of two
  Term term;      // (row, column)
  Finish finish;  // (part, column, sum)

  static int width_for(Index n) {
    int width = 1;
    while (width < 32 && width < n) width *= 2;
    return width;
  }
  Index blocks() const { return (n + width - 1) / width * parts; }

  LAPIS_KERNEL void operator()(Block<State>& block, Shared& shared) const {
    const Index part = block.number % parts;
    const Index first_column = block.number / parts * width;
    const Index last = rows * (part + 1) / parts;
    const int lanes = kBlockThreads / width;
    block.each([&](int thread, State&) {
      const Index column = first_column + thread % width;
      Value sum = {};
      if (column < n)
        for (Index row = rows * part / parts + thread / width; row < last; row += lanes)
          sum += term(row, column);
      shared.sums[thread] = sum;
    });
    for (int half = kBlockThreads / 2; half >= width; half /= 2) {
      block.each([&](int thread, State&) {
        if (thread < half) shared.sums[thread] += shared.sums[thread + half];
      });
    }
    block.each([&](int thread, State&) {
      if (thread < width && first_column + thread < n)
        finish(part, first_column + thread, shared.sums[thread]);
    });
  }
};

template <class Value, class Term, class Finish>
void sum_columns_in(Device& device, Index rows, Index n, Index parts, const Term& term,
                    const Finish& finish) {
  using Kernel = ColumnSums<Value, Term, Finish>;
  const Kernel kernel = {rows, n, parts, Kernel::width_for(n), term, finish};
  for_each_block(device, kernel.blocks(), kernel);
}

/// The first half of the workspace at most is used: an operation may keep something in the second.
inline constexpr std::size_t kSumsWorkspace = Device::kWorkspace / 2;

/// finish(column, sum of term(row, column) over all rows) for every column; Value is double or Sums.
template <class Value = double, class Term, class Finish>
void sum_columns(Device& device, Index rows, Index n, const Term& term, const Finish& finish) {
  if (n <= 0) return;
  constexpr Index kMostBlocks = 512, kThreadRows = 8, kMostWidth = 32;
  constexpr Index kBlockRows = kThreadRows * ColumnSums<Value, Term, Finish>::kBlockThreads;
  const Index across = (n + kMostWidth - 1) / kMostWidth;
  const Index parts =
      std::max(Index{1}, std::min(kMostBlocks / across, rows * std::min(n, kMostWidth) / kBlockRows));
  const auto whole = [=] LAPIS_KERNEL(Index, Index column, const Value& sum) { finish(column, sum); };
  if (parts == 1) return sum_columns_in<Value>(device, rows, n, 1, term, whole);
  Value* const partial = device.workspace<Value>();
  sum_columns_in<Value>(
      device, rows, n, parts, term,
      [=] LAPIS_KERNEL(Index part, Index column, const Value& sum) { partial[part * n + column] = sum; });
  sum_columns_in<Value>(
      device, parts, n, 1, [=] LAPIS_KERNEL(Index part, Index column) { return partial[part * n + column]; },
      whole);
}

/// finish(sums of term(i) over all i) on the device, by one thread.
template <class Term, class Finish>
void sum_all(Device& device, Index count, const Term& term, const Finish& finish) {
  sum_columns<Sums>(
      device, count, 1, [=] LAPIS_KERNEL(Index i, Index) { return term(i); },
      [=] LAPIS_KERNEL(Index, const Sums& sums) { finish(sums); });
}

/// sum_all and then each(i) for every i in [0, others), in one kernel where that is little work.
template <class Term, class Finish, class Each>
struct SumThenEach {
  static constexpr int kBlockThreads = 512;

  struct State {};
  struct Shared {
    Sums sums[kBlockThreads];
  };

  Index count, others;
  Term term;
  Finish finish;
  Each then;

  LAPIS_KERNEL void operator()(Block<State>& block, Shared& shared) const {
    block.each([&](int thread, State&) {
      Sums sum;
      for (Index i = thread; i < count; i += kBlockThreads) sum += term(i);
      shared.sums[thread] = sum;
    });
    for (int half = kBlockThreads / 2; half > 0; half /= 2) {
      block.each([&](int thread, State&) {
        if (thread < half) shared.sums[thread] += shared.sums[thread + half];
      });
    }
    block.each([&](int thread, State&) {
      if (thread == 0) finish(shared.sums[0]);
    });
    block.each([&](int thread, State&) {
      for (Index i = thread; i < others; i += kBlockThreads) then(i);
    });
  }
};

template <class Term, class Finish, class Each>
void sum_then_each(Device& device, Index count, const Term& term, const Finish& finish, Index others,
                   const Each& then) {
  constexpr Index kLittle = 8192;
  if (std::max(count, others) <= kLittle) {
    for_each_block(device, 1, SumThenEach<Term, Finish, Each>{count, others, term, finish, then});
    return;
  }
  sum_all(device, count, term, finish);
  for_each(device, others, then);
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
