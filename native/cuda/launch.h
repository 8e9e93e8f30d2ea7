#pragma once

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
#ifdef __CUDACC__
#include "launch_device.h"
#else
#include "launch_host.h"
#endif
