#include "device.h"

#include <cuda_runtime.h>

#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "lapis/core/error.h"
#include "recording.h"

namespace lapis::cuda {

const void* probe_kernel();  // memory.cu

namespace {

/// Throws Error where `status` says that something went wrong.
void check(cudaError_t status, const char* what) {
  if (status == cudaSuccess) return;
  fail("cuda: ", what, ": ", cudaGetErrorString(status));
}

std::string version_text(int version) {
  return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

/// Throws Error with the reason where there is no driver, one that is too old, or no such GPU.
void check_driver(int number) {
  int driver = 0;
  int runtime = 0;
  // Without a driver the first succeeds with 0, and everything else speaks of an old one.
  if (cudaDriverGetVersion(&driver) != cudaSuccess || driver == 0)
    fail("cuda: no NVIDIA driver on this machine");
  check(cudaRuntimeGetVersion(&runtime), "runtime version");
  int count = 0;
  const cudaError_t status = cudaGetDeviceCount(&count);
  if (status == cudaErrorInsufficientDriver) {
    fail("cuda: the NVIDIA driver serves CUDA ", version_text(driver), ", expected at least ",
         version_text(runtime), "; update the driver");
  }
  if (status == cudaErrorNoDevice || (status == cudaSuccess && count == 0))
    fail("cuda: no NVIDIA GPU on this machine");
  check(status, "looking for a GPU");
  if (number >= count)
    fail("cuda: ", number + 1, " GPUs asked for, this machine has ", count, "; lower --gpus");
}

cudaDeviceProp properties_of(int number) {
  cudaDeviceProp properties = {};
  if (cudaGetDeviceProperties(&properties, number) != cudaSuccess)
    std::strcpy(properties.name, "unknown GPU");
  return properties;
}

cudaKernelNodeParams node_of(Recording::Entry& entry) {
  cudaKernelNodeParams node = {};
  node.func = const_cast<void*>(entry.launch.function);
  node.gridDim = dim3(entry.launch.blocks);
  node.blockDim = dim3(entry.launch.threads);
  node.sharedMemBytes = static_cast<unsigned>(entry.launch.shared_bytes);
  node.kernelParams = entry.arguments.data();
  return node;
}

LibraryCall* library_call(const Launch& launch) {
  return reinterpret_cast<LibraryCall*>(const_cast<void*>(launch.function));
}

/// A recording and the CUDA graph made of it: its kernels, one after another.
struct Graph {
  Recording recording;
  cudaGraph_t graph = nullptr;
  std::vector<cudaGraphNode_t> nodes;
  cudaGraphExec_t executable = nullptr;

  Graph() = default;
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;
  ~Graph() { clear(); }

  void clear() {
    if (executable != nullptr) cudaGraphExecDestroy(executable);
    if (graph != nullptr) cudaGraphDestroy(graph);
    executable = nullptr;
    graph = nullptr;
    nodes.clear();
  }

  void build(cudaStream_t stream) {
    clear();
    check(cudaGraphCreate(&graph, 0), "making a graph");
    for (Recording::Entry& entry : recording.entries()) {
      if (entry.launch.blocks == 0) {
        nodes.push_back(add_library_call(entry, stream));
        continue;
      }
      const cudaKernelNodeParams parameters = node_of(entry);
      cudaGraphNode_t node = nullptr;
      check(cudaGraphAddKernelNode(&node, graph, nodes.empty() ? nullptr : &nodes.back(),
                                   nodes.empty() ? 0 : 1, &parameters),
            "recording a kernel");
      nodes.push_back(node);
    }
    check(cudaGraphInstantiate(&executable, graph, 0), "making a graph");
  }

  /// What the library would start now, as a graph of its own.
  cudaGraphNode_t add_library_call(const Recording::Entry& entry, cudaStream_t stream) {
    constexpr const char* kWhat = "recording a library's work";
    check(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), kWhat);
    cudaGraph_t work = nullptr;
    try {
      library_call(entry.launch)(entry.arguments[0], stream);
    } catch (...) {  // nothing can be started in a stream that is still being recorded
      if (cudaStreamEndCapture(stream, &work) == cudaSuccess) cudaGraphDestroy(work);
      throw;
    }
    check(cudaStreamEndCapture(stream, &work), kWhat);
    cudaGraphNode_t node = nullptr;
    const cudaError_t added = cudaGraphAddChildGraphNode(
        &node, graph, nodes.empty() ? nullptr : &nodes.back(), nodes.empty() ? 0 : 1, work);
    cudaGraphDestroy(work);  // the node has a copy
    check(added, kWhat);
    return node;
  }

  void update() {
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      Recording::Entry& entry = recording.entries()[i];
      if (!entry.has_changed) continue;
      const cudaKernelNodeParams parameters = node_of(entry);
      check(cudaGraphExecKernelNodeSetParams(executable, nodes[i], &parameters),
            "changing a recorded kernel");
    }
  }
};

}  // namespace

struct Device::Recorder {
  std::map<Index, Graph> graphs;
  Graph* now = nullptr;  // while recording

  /// A kernel gets more than 48 KB of shared memory only after this.
  void allow_shared(const Launch& launch) {
    constexpr std::size_t kWithoutAsking = std::size_t{48} << 10;
    if (launch.shared_bytes <= kWithoutAsking) return;
    std::size_t& allowed = allowed_[launch.function];
    if (allowed >= launch.shared_bytes) return;
    check(cudaFuncSetAttribute(launch.function, cudaFuncAttributeMaxDynamicSharedMemorySize,
                               static_cast<int>(launch.shared_bytes)),
          "shared memory");
    allowed = launch.shared_bytes;
  }

 private:
  std::map<const void*, std::size_t> allowed_;
};

Device::Device(int number) : number_(number), recorder_(std::make_unique<Recorder>()) {
  check_driver(number);
  check(cudaSetDevice(number), "choosing the GPU");
  cudaFuncAttributes attributes = {};
  const cudaError_t found = cudaFuncGetAttributes(&attributes, probe_kernel());
  if (found == cudaErrorNoKernelImageForDevice || found == cudaErrorInvalidDeviceFunction) {
    const cudaDeviceProp properties = properties_of(number);
    fail("cuda: ", properties.name, " (compute capability ", properties.major, ".", properties.minor,
         ") has no code in this build, expected 7.5 or newer");
  }
  check(found, "loading the kernels");
  code_version_ = attributes.ptxVersion;
  cudaStream_t stream = nullptr;
  check(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "making a stream");
  stream_ = stream;
  constexpr std::size_t kBehind = 64;  // single values of an operation, behind its partial results
  try {
    workspace_ = allocate(kWorkspace + kBehind);
  } catch (...) {
    cudaStreamDestroy(stream);
    throw;
  }
}

Device::~Device() {
  recorder_.reset();
  if (workspace_ != nullptr) release(workspace_);
  if (stream_ != nullptr) cudaStreamDestroy(static_cast<cudaStream_t>(stream_));
}

void Device::use() const {
  check(cudaSetDevice(number_), "choosing the GPU");
}

std::string Device::name() const {
  return std::string(properties_of(number_).name) + " (cuda:" + std::to_string(number_) + ")";
}

void* Device::allocate(std::size_t bytes) {
  use();
  void* memory = nullptr;
  if (cudaMalloc(&memory, bytes > 0 ? bytes : 1) == cudaSuccess) return memory;
  cudaGetLastError();  // or the next call reports it again
  std::size_t free = 0;
  std::size_t total = 0;
  cudaMemGetInfo(&free, &total);
  throw OutOfMemory("cuda: not enough GPU memory: " + std::to_string(bytes) + " bytes asked for, " +
                        std::to_string(free) + " of " + std::to_string(total) + " free",
                    bytes, free);
}

void Device::release(void* memory) {
  cudaSetDevice(number_);  // what goes wrong here went wrong before: destructors must not throw
  cudaStreamSynchronize(static_cast<cudaStream_t>(stream_));
  cudaFree(memory);
}

void Device::upload(const void* host, void* device, std::size_t bytes) {
  if (recorder_->now != nullptr) fail("cuda: copying to the GPU in a recorded step");
  use();
  auto* const stream = static_cast<cudaStream_t>(stream_);
  check(cudaMemcpyAsync(device, host, bytes, cudaMemcpyHostToDevice, stream), "copying to the GPU");
  check(cudaStreamSynchronize(stream), "copying to the GPU");
}

void Device::download(const void* device, void* host, std::size_t bytes) {
  if (recorder_->now != nullptr) fail("cuda: copying from the GPU in a recorded step");
  use();
  auto* const stream = static_cast<cudaStream_t>(stream_);
  check(cudaMemcpyAsync(host, device, bytes, cudaMemcpyDeviceToHost, stream), "copying from the GPU");
  check(cudaStreamSynchronize(stream), "a kernel, or copying from the GPU");
}

void Device::launch(const Launch& launch, void* const* arguments, const std::size_t* sizes,
                    std::size_t count) {
  if (recorder_->now != nullptr)
    recorder_->now->recording.add(launch, arguments, sizes, count);
  else
    start(launch, arguments);
}

void Device::start(const Launch& launch, void* const* arguments) {
  use();
  if (launch.blocks == 0) return library_call(launch)(arguments[0], stream_);
  recorder_->allow_shared(launch);
  check(cudaLaunchKernel(launch.function, dim3(launch.blocks), dim3(launch.threads),
                         const_cast<void**>(arguments), launch.shared_bytes,
                         static_cast<cudaStream_t>(stream_)),
        "starting a kernel");
}

void Device::begin_recording(Index key) {
  constexpr std::size_t kMostGraphs = 8;
  if (recorder_->graphs.size() == kMostGraphs && !recorder_->graphs.contains(key)) recorder_->graphs.clear();
  recorder_->now = &recorder_->graphs[key];
  recorder_->now->recording.begin();
}

void Device::end_recording() {
  Graph& graph = *recorder_->now;
  recorder_->now = nullptr;
  graph.recording.end();
  if (graph.recording.entries().empty()) return;
  auto* const stream = static_cast<cudaStream_t>(stream_);
  try {
    use();
    for (const Recording::Entry& entry : graph.recording.entries()) recorder_->allow_shared(entry.launch);
    if (graph.recording.is_same())
      graph.update();
    else
      graph.build(stream);
    check(cudaGraphLaunch(graph.executable, stream), "starting a recorded step");
  } catch (...) {
    graph.recording.forget();  // its graph may be half of it: the next time it is made anew
    throw;
  }
}

void Device::cancel_recording() {
  recorder_->now->recording.forget();
  recorder_->now = nullptr;
}

}  // namespace lapis::cuda
