#pragma once

#include "lapis/core/real.h"

namespace lapis::cpu {

/// to[j * to_stride + i] = from[i * from_stride + j] for i < rows, j < columns.
void transpose(const Real* from, Index from_stride, Index rows, Index columns, Real* to, Index to_stride);

}  // namespace lapis::cpu
