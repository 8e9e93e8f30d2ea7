#pragma once

#include <memory>
#include <string>

#include "lapis/ops/backend.h"
#include "lapis/train/collective.h"

/// What native/device.cpp and the CUDA module, which is loaded at run time, know of each other.
namespace lapis::cuda {

/// Grows whenever Backend or this file changes: a module of another build is refused, not called.
inline constexpr int kModuleVersion = 3;
/// In what products are taken: float32 strictly, or on tensor cores with both sides rounded to 10 (tf32) or 7
/// (bf16) bits behind the point. Sums and everything else are float32.
enum class Precision { float32, tf32, bf16 };

inline const char* precision_name(Precision precision) {
  return precision == Precision::float32 ? "float32" : precision == Precision::tf32 ? "tf32" : "bf16";
}

inline constexpr const char* kModuleFile = "lapis_cuda.so";

/// extern "C" int lapis_cuda_module_version()
using ModuleVersion = int();
/// extern "C" Backend* lapis_cuda_make_backend(int device, Precision, char* why, size_t why_size): nullptr,
/// and one line in `why`, where that GPU cannot be used. Whoever gets a backend deletes it.
using MakeBackend = Backend*(int device, Precision precision, char* why, std::size_t why_size);

/// extern "C" Collective* lapis_cuda_make_collective(Backend* const* backends, int count, char* why, size_t
/// why_size), of backends that lapis_cuda_make_backend made; likewise.
using MakeCollective = Collective*(Backend* const* backends, int count, char* why, std::size_t why_size);

}  // namespace lapis::cuda
