#include "cuda_device/stand_in_objects.h"

#include <cstring>
#include <exception>

#include "native/cuda/launch.h"
#include "native/cuda/product.h"

namespace lapis::cuda {

bool runs_backwards = false;
const Cut* only_cut = nullptr;

namespace {
void probe(const Launch& /*launch*/, void* const* /*arguments*/) {}
}  // namespace

const void* probe_kernel() {
  return reinterpret_cast<const void*>(&probe);
}

}  // namespace lapis::cuda

// CUDA knows how large a kernel's parameters are. Here that is taken from Device::launch, which the linker
// sends through this (--wrap): a kernel that never went through it is unknown.
extern "C" {
void __real__ZN5lapis4cuda6Device6launchERKNS0_6LaunchEPKPvPKmm(lapis::cuda::Device* device,
                                                                const lapis::cuda::Launch& launch,
                                                                void* const* arguments,
                                                                const std::size_t* sizes, std::size_t count);
void __wrap__ZN5lapis4cuda6Device6launchERKNS0_6LaunchEPKPvPKmm(lapis::cuda::Device* device,
                                                                const lapis::cuda::Launch& launch,
                                                                void* const* arguments,
                                                                const std::size_t* sizes, std::size_t count) {
  lapis_test::stand_in::state().parameters[launch.function].assign(sizes, sizes + count);
  __real__ZN5lapis4cuda6Device6launchERKNS0_6LaunchEPKPvPKmm(device, launch, arguments, sizes, count);
}
}

namespace lapis_test::stand_in {

namespace {

struct Kernel {
  lapis::cuda::Launch launch;
  std::vector<std::vector<std::max_align_t>> arguments;

  void run(int device) const {
    std::vector<void*> pointers;
    for (const auto& argument : arguments)
      pointers.push_back(const_cast<std::max_align_t*>(argument.data()));  // kernels have copies of their own
    arena(device).allow(true);
    try {
      reinterpret_cast<lapis::cuda::HostKernel*>(const_cast<void*>(launch.function))(launch, pointers.data());
    } catch (...) {
      arena(device).allow(false);
      throw;
    }
    arena(device).allow(false);
    ++state().settings.counts.kernels;
  }
};

}  // namespace

lapis::cuda::DeviceArena& arena(int device) {
  std::vector<std::unique_ptr<lapis::cuda::DeviceArena>>& all = state().memory;
  while (all.size() <= static_cast<std::size_t>(device))
    all.push_back(std::make_unique<lapis::cuda::DeviceArena>());
  return *all[static_cast<std::size_t>(device)];
}

int owner_of(const void* memory) {
  for (std::size_t i = 0; i < state().memory.size(); ++i)
    if (state().memory[i]->contains(memory)) return static_cast<int>(i);
  return -1;
}

State& state() {
  static State only;
  return only;
}

cudaError_t enter(const char* call, bool may_fail) {
  CudaStandIn& settings = state().settings;
  if (state().fatal != cudaSuccess) return state().fatal;
  if (!may_fail || settings.failing_call == 0 || --settings.failing_call > 0) return cudaSuccess;
  settings.failed_call = call;
  state().last = settings.failure;
  return settings.failure;
}

cudaError_t refuse(cudaError_t error, const std::string& why) {
  state().settings.faults.push_back(why);
  state().last = error;
  return error;
}

void drain(Stream& stream) {
  try {
    while (!stream.queue.empty()) {
      const std::function<void()> work = std::move(stream.queue.front());
      stream.queue.pop_front();
      work();
    }
  } catch (const std::exception& error) {
    stream.queue.clear();
    state().fatal = cudaErrorLaunchFailure;
  }
}

Stream* find_stream(cudaStream_t handle, cudaError_t& error) {
  Stream* const stream = state().streams.find(handle);
  if (stream == nullptr) error = refuse(cudaErrorInvalidResourceHandle, "an unknown stream");
  return stream;
}

cudaError_t make_kernel(Node& node, const void* function, dim3 grid, dim3 block, void* const* arguments,
                        std::size_t shared_bytes) {
  constexpr unsigned kMostThreads = 1024;
  constexpr std::size_t kWithoutAsking = 48 << 10;
  const auto known = state().parameters.find(function);
  if (known == state().parameters.end())
    return refuse(cudaErrorInvalidDeviceFunction, "a kernel that the module does not have");
  if (grid.x == 0 || grid.y != 1 || grid.z != 1 || block.y != 1 || block.z != 1)
    return refuse(cudaErrorInvalidConfiguration, "a grid of another shape, or none");
  if (block.x == 0 || block.x > kMostThreads)
    return refuse(cudaErrorInvalidConfiguration, "a block of " + std::to_string(block.x) + " threads");
  const auto allowed = state().allowed_shared.find({state().current, function});
  if (shared_bytes > (allowed == state().allowed_shared.end() ? kWithoutAsking : allowed->second))
    return refuse(cudaErrorInvalidValue, std::to_string(shared_bytes) + " bytes of shared memory");
  Kernel kernel;
  kernel.launch = {function, grid.x, block.x, shared_bytes};
  for (std::size_t i = 0; i < known->second.size(); ++i) {
    const std::size_t size = known->second[i];
    auto& copy =
        kernel.arguments.emplace_back((size + sizeof(std::max_align_t) - 1) / sizeof(std::max_align_t));
    std::memcpy(copy.data(), arguments[i], size);
  }
  node.device = state().current;
  node.is_kernel = true;
  node.work = [kernel = std::move(kernel), device = node.device] { kernel.run(device); };
  return cudaSuccess;
}

}  // namespace lapis_test::stand_in

namespace lapis_test {

using namespace stand_in;

CudaStandIn& cuda_stand_in() {
  return state().settings;
}

std::size_t CudaStandIn::bytes_used() const {
  std::size_t sum = 0;
  for (const auto& memory : state().memory) sum += memory->bytes();
  return sum;
}

std::size_t CudaStandIn::overruns() const {
  std::size_t sum = 0;
  for (const auto& memory : state().memory) sum += memory->overruns();
  return sum;
}

std::size_t CudaStandIn::living_graphs() const {
  return state().executables.size();
}

std::string CudaStandIn::living() const {
  std::size_t blocks = 0;
  for (const auto& memory : state().memory) blocks += memory->blocks();
  std::string text;
  const auto add = [&](std::size_t count, const char* what) {
    if (count > 0) text += (text.empty() ? "" : ", ") + std::to_string(count) + what;
  };
  add(state().streams.size(), " streams");
  add(state().graphs.size(), " graphs");
  add(state().executables.size(), " executable graphs");
  add(blocks, " blocks");
  return text;
}

}  // namespace lapis_test
