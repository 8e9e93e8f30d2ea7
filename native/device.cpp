#include "device.h"

#include <dlfcn.h>

#include <cstdio>
#include <filesystem>
#include <system_error>

#include "cuda/module.h"
#include "lapis/core/error.h"

namespace lapis::native {
namespace {

/// The module lies beside the program that loads it.
std::string module_beside_program() {
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  return (program.parent_path() / cuda::kModuleFile).string();
}

template <class Function>
Function* find(void* module, const char* name, const std::string& path) {
  void* const found = dlsym(module, name);
  if (found == nullptr) fail("cuda: ", path, ": no ", name, "; expected lapis's own module");
  return reinterpret_cast<Function*>(found);
}

}  // namespace

std::unique_ptr<Backend> make_cuda_backend(const std::string& given) {
  const std::string path = given.empty() ? module_beside_program() : given;
  std::error_code error;
  if (!std::filesystem::exists(path, error))
    fail("cuda: no module ", path, "; build it with the preset `cuda`");
  // Never closed: what it makes may live to the end.
  void* const module = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (module == nullptr) fail("cuda: cannot load the module: ", dlerror());
  const int version = find<cuda::ModuleVersion>(module, "lapis_cuda_module_version", path)();
  if (version != cuda::kModuleVersion) {
    fail("cuda: ", path, ": a module of version ", version, ", expected ", cuda::kModuleVersion,
         "; build both together");
  }
  char why[512] = "";
  Backend* const backend =
      find<cuda::MakeBackend>(module, "lapis_cuda_make_backend", path)(0, why, sizeof(why));
  if (backend == nullptr) fail(static_cast<const char*>(why));
  return std::unique_ptr<Backend>(backend);
}

std::unique_ptr<Backend> make_backend(Device device, int threads) {
  if (device == Device::cpu) return make_cpu_backend(threads);
  try {
    return make_cuda_backend();
  } catch (const Error& error) {
    if (device == Device::cuda) throw;
    std::fprintf(stderr, "lapis: on the CPU (%s)\n", error.what());
    return make_cpu_backend(threads);
  }
}

}  // namespace lapis::native
