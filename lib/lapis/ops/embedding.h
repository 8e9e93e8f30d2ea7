#pragma once

#include <cstdint>

#include "lapis/ops/backend.h"
#include "lapis/ops/parallel.h"

/// Internal to ops: table look-up on the CPU. Contracts: backend.h.
namespace lapis::cpu {

void embedding(Parallel& parallel, const Real* ids, const Real* table, Real* y, Index count, Index n);
void embedding_backward(Parallel& parallel, const Real* ids, const Real* dy, Real* dtable, Index count,
                        Index n);
void mask_nonzero(const Real* ids, std::uint8_t* mask, Index count);

}  // namespace lapis::cpu
