#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "device.h"
#include "lapis/core/error.h"

/// The half of launch.h that the host's compiler compiles, for tests: the same kernels, index after index.
namespace lapis::cuda {

/// Set by tests: kernels run from the last index to the first.
extern bool runs_backwards;

/// Kernels are started as CUDA starts them, from copies of their arguments (host_device.cpp): each is a
/// function of Launch and pointers to the arguments.
using HostKernel = void(const Launch& launch, void* const* arguments);

template <class... Arguments>
using KernelOf = HostKernel;

template <class Body>
void run_each(const Launch& /*launch*/, void* const* arguments) {
  const Index count = *static_cast<const Index*>(arguments[0]);
  const Body& body = *static_cast<const Body*>(arguments[1]);
  for (Index i = 0; i < count; ++i) body(runs_backwards ? count - 1 - i : i);
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
  if (launch.threads > Body::kMostThreads ||
      launch.shared_bytes > static_cast<std::size_t>(most_shared_bytes()))
    fail("host device: a block of ", launch.threads, " threads and ", launch.shared_bytes, " bytes");
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

}  // namespace lapis::cuda
