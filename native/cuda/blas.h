#pragma once

#include <memory>

#include "lapis/ops/backend.h"
#include "precision.h"

namespace lapis::cuda {

/// gemm by NVIDIA's cuBLASLt, which is looked for at run time: without it everything is multiplied by this
/// module's own kernels.
class Blas {
 public:
  static constexpr const char* kLibrary = "libcublasLt.so.13";

  /// nullptr where there is no such library, or it does not start.
  static std::shared_ptr<Blas> load(const char* library, Precision precision);
  virtual ~Blas() = default;

  /// False: not done, for it cannot be done here (an activation other than ReLU; more than one of bias or
  /// ReLU and accumulation; a shape without an algorithm). How a shape is done is looked up once.
  virtual bool multiply(Device& device, const Gemm& gemm) = 0;
};

}  // namespace lapis::cuda
