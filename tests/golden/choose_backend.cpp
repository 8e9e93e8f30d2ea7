#include <cstdlib>
#include <string>

#include "golden/golden_backend.h"
#include "lapis/core/error.h"
#include "support/skip.h"

#ifndef __EMSCRIPTEN__
#include "native/device.h"
#endif

namespace lapis_test {

namespace {

std::string environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

std::unique_ptr<lapis::Backend> golden_backend() {
  const std::string device = environment("LAPIS_DEVICE");
  if (device.empty() || device == "cpu") return lapis::make_cpu_backend(1);
#ifndef __EMSCRIPTEN__
  if (device != "cuda") lapis::fail("LAPIS_DEVICE=", device, ": expected cpu or cuda");
  try {
    return lapis::native::make_cuda_backend(environment("LAPIS_CUDA_MODULE"));
  } catch (const lapis::Error& error) {
    skip("no device (" + std::string(error.what()) + ")");
    return nullptr;
  }
#else
  lapis::fail("LAPIS_DEVICE=", device, ": WebAssembly has the CPU alone");
#endif
}

}  // namespace lapis_test
