// libcuda.so.1, NVIDIA's driver, as far as CUDA's runtime asks it before it has found a GPU: its version, and
// that there is none. What else the runtime looks up it finds missing.
#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace {
constexpr int kNoDevice = 100, kNotFound = 500;  // CUDA_ERROR_...
}

extern "C" {

int cuDriverGetVersion(int* version) {
  const char* const text = std::getenv("LAPIS_STAND_IN_DRIVER");
  *version = text == nullptr ? 0 : std::atoi(text);
  return 0;
}

int cuInit(unsigned /*flags*/) {
  return kNoDevice;
}

int cuGetProcAddress_v2(const char* name, void** function, int /*version*/, std::uint64_t /*flags*/,
                        int* status) {
  *function = nullptr;
  if (std::strcmp(name, "cuInit") == 0) *function = reinterpret_cast<void*>(&cuInit);
  if (std::strcmp(name, "cuDriverGetVersion") == 0) *function = reinterpret_cast<void*>(&cuDriverGetVersion);
  if (std::strcmp(name, "cuGetProcAddress") == 0) *function = reinterpret_cast<void*>(&cuGetProcAddress_v2);
  if (status != nullptr) *status = *function == nullptr ? 1 : 0;
  return *function == nullptr ? kNotFound : 0;
}

}  // extern "C"
