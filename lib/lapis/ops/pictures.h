#pragma once

#include "lapis/ops/backend.h"
#include "lapis/ops/parallel.h"

/// Pictures of bytes into batches on the CPU. Contracts: backend.h.
namespace lapis::cpu {

/// One of them; `batch.moves` and `batch.count` do not matter.
void load_picture(const PictureBatch& batch, const PictureMove& move, Real* x);
void load_pictures(Parallel& parallel, const PictureBatch& batch, Real* x);

}  // namespace lapis::cpu
