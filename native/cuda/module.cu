#include "module.h"

#include <cstdio>
#include <exception>
#include <vector>

#include "collective.h"
#include "cuda_backend.h"

extern "C" {

__attribute__((visibility("default"))) int lapis_cuda_module_version() {
  return lapis::cuda::kModuleVersion;
}

__attribute__((visibility("default"))) lapis::Backend* lapis_cuda_make_backend(
    int device, lapis::cuda::Precision precision, char* why, std::size_t why_size) {
  try {
    return std::make_unique<lapis::cuda::CudaBackend>(device, precision, lapis::cuda::Blas::kLibrary)
        .release();
  } catch (const std::exception& error) {
    std::snprintf(why, why_size, "%s", error.what());
    return nullptr;
  }
}

__attribute__((visibility("default"))) lapis::Collective* lapis_cuda_make_collective(
    lapis::Backend* const* backends, int count, char* why, std::size_t why_size) {
  try {
    std::vector<lapis::cuda::CudaBackend*> own;
    for (int i = 0; i < count; ++i) own.push_back(static_cast<lapis::cuda::CudaBackend*>(backends[i]));
    return lapis::cuda::make_collective(own).release();
  } catch (const std::exception& error) {
    std::snprintf(why, why_size, "%s", error.what());
    return nullptr;
  }
}

}  // extern "C"
