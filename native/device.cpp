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

/// The module at `path`, loaded; never closed: what it makes may live to the end.
class CudaModule {
 public:
  explicit CudaModule(const std::string& path) : path_(path) {
    std::error_code error;
    if (!std::filesystem::exists(path, error))
      fail("cuda: no module ", path, "; build it with the preset `cuda`");
    module_ = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (module_ == nullptr) fail("cuda: cannot load the module: ", dlerror());
    const int version = find<cuda::ModuleVersion>(module_, "lapis_cuda_module_version", path)();
    if (version != cuda::kModuleVersion) {
      fail("cuda: ", path, ": a module of version ", version, ", expected ", cuda::kModuleVersion,
           "; build both together");
    }
  }

  std::unique_ptr<Backend> make_backend(int number, cuda::Precision precision) const {
    char why[512] = "";
    Backend* const backend = find<cuda::MakeBackend>(module_, "lapis_cuda_make_backend", path_)(
        number, precision, why, sizeof(why));
    if (backend == nullptr) fail(static_cast<const char*>(why));
    return std::unique_ptr<Backend>(backend);
  }

  std::unique_ptr<Collective> make_collective(std::span<Backend* const> backends) const {
    char why[512] = "";
    Collective* const collective = find<cuda::MakeCollective>(module_, "lapis_cuda_make_collective", path_)(
        backends.data(), static_cast<int>(backends.size()), why, sizeof(why));
    if (collective == nullptr) fail(static_cast<const char*>(why));
    return std::unique_ptr<Collective>(collective);
  }

 private:
  std::string path_;
  void* module_ = nullptr;
};

void check_precision(Device device, cuda::Precision precision) {
  if (precision != cuda::Precision::float32 && device != Device::cuda)
    fail("--precision ", cuda::precision_name(precision), " needs --device cuda");
}

}  // namespace

std::unique_ptr<Backend> make_cuda_backend(const std::string& path, cuda::Precision precision) {
  return CudaModule(path.empty() ? module_beside_program() : path).make_backend(0, precision);
}

std::unique_ptr<Backend> make_backend(Device device, int threads, cuda::Precision precision) {
  check_precision(device, precision);
  if (device == Device::cpu) return make_cpu_backend(threads);
  try {
    return make_cuda_backend("", precision);
  } catch (const Error& error) {
    if (device == Device::cuda) throw;
    std::fprintf(stderr, "lapis: on the CPU (%s)\n", error.what());
    return make_cpu_backend(threads);
  }
}

Devices make_devices(Device device, int gpus, int threads, cuda::Precision precision) {
  Devices devices;
  if (gpus == 1) {
    devices.owned.push_back(make_backend(device, threads, precision));
  } else {
    if (device != Device::cuda) fail("--gpus ", gpus, " needs --device cuda");
    const CudaModule module(module_beside_program());
    for (int i = 0; i < gpus; ++i) devices.owned.push_back(module.make_backend(i, precision));
  }
  for (const auto& backend : devices.owned) devices.backends.push_back(backend.get());
  if (gpus > 1) devices.collective = CudaModule(module_beside_program()).make_collective(devices.backends);
  return devices;
}

Error too_large_batch(const OutOfMemory& error, Index batch, const std::string& option) {
  // What is asked for grows with the batch; a power of two that leaves a tenth of what is free.
  constexpr double kUsable = 0.9;
  const double share = kUsable * static_cast<double>(error.free()) / static_cast<double>(error.asked());
  Index smaller = 1;
  while (2 * smaller < batch && static_cast<double>(2 * smaller) <= share * static_cast<double>(batch))
    smaller *= 2;
  std::string text = std::string(error.what()) + "; batch " + std::to_string(batch) + " is too large";
  if (batch > 1) text += ", try " + option + " " + std::to_string(smaller);
  return Error(text);
}

}  // namespace lapis::native
