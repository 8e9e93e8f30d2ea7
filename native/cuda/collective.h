#pragma once

#include <memory>
#include <span>

#include "cuda_backend.h"
#include "lapis/train/collective.h"

namespace lapis::cuda {

/// Sums over these GPUs by NCCL, which is loaded now. Its order of adding follows from the GPUs and their
/// links, so that two runs on one machine are equal bit by bit. The backends must outlive it. Throws Error
/// where NCCL is missing or cannot connect them.
std::unique_ptr<Collective> make_collective(std::span<CudaBackend* const> backends);

}  // namespace lapis::cuda
