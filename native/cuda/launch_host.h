#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "device.h"
#include "lapis/core/error.h"

/// launch.h as the host's compiler compiles it, for tests: the same kernels, index after index.
namespace lapis::cuda {

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

// Blocks whose size and shared memory follow from the operation.

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

}  // namespace lapis::cuda
