// native/cuda/device.cpp and the stand-in as a module that the command line loads: what the machine has is
// said by the environment.
#include <cstdlib>
#include <string>

#include "cuda_device/cuda_runtime_stand_in.h"

namespace {

long setting(const char* name, long otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : std::atol(text);
}

const bool is_set = [] {
  lapis_test::CudaStandIn& cuda = lapis_test::cuda_stand_in();
  cuda.driver = static_cast<int>(setting("LAPIS_STAND_IN_DRIVER", cuda.driver));
  cuda.gpus.resize(static_cast<std::size_t>(setting("LAPIS_STAND_IN_GPUS", 1)));
  cuda.failing_call = static_cast<int>(setting("LAPIS_STAND_IN_FAILING_CALL", 0));
  for (lapis_test::GpuStandIn& gpu : cuda.gpus) {
    gpu.has_code = setting("LAPIS_STAND_IN_CODE", 1) != 0;
    gpu.memory = static_cast<std::size_t>(setting("LAPIS_STAND_IN_MEMORY", static_cast<long>(gpu.memory)));
  }
  return true;
}();

}  // namespace
