// The device, memory, streams and kernels of the stand-in; graphs are in cuda_graph_stand_in.cpp.
#include "cuda_device/cuda_runtime_stand_in.h"

#include <cstdio>
#include <cstring>
#include <exception>
#include <utility>

#include "cuda_device/stand_in_objects.h"

namespace lapis::cuda {
const void* probe_kernel();
}

using lapis_test::GpuStandIn;
using namespace lapis_test::stand_in;

namespace {

/// Those bytes are inside one block of a GPU.
bool is_inside(const void* memory, std::size_t bytes) {
  const int owner = owner_of(memory);
  if (owner < 0) return false;
  try {
    arena(owner).check(memory, bytes);
  } catch (const std::exception&) {
    return false;
  }
  return true;
}

void copy(void* to, const void* from, std::size_t bytes, int device) {
  arena(device).allow(true);
  std::memcpy(to, from, bytes);
  arena(device).allow(false);
}

/// Calls that may wait for other streams' work spoil what is being captured.
bool is_capturing() {
  bool found = false;
  state().streams.each([&](Stream& stream) {
    if (stream.captured == nullptr) return;
    stream.is_spoilt = true;
    found = true;
  });
  return found;
}

}  // namespace

extern "C" {

cudaError_t cudaDriverGetVersion(int* version) {
  *version = state().settings.driver;
  return cudaSuccess;
}

cudaError_t cudaRuntimeGetVersion(int* version) {
  if (const cudaError_t error = enter("cudaRuntimeGetVersion")) return error;
  *version = CUDART_VERSION;
  return cudaSuccess;
}

cudaError_t cudaGetDeviceCount(int* count) {
  if (const cudaError_t error = enter("cudaGetDeviceCount")) return error;
  if (state().settings.driver < CUDART_VERSION) return cudaErrorInsufficientDriver;
  *count = static_cast<int>(state().settings.gpus.size());
  return state().settings.counting;
}

cudaError_t cudaSetDevice(int device) {
  if (const cudaError_t error = enter("cudaSetDevice")) return error;
  if (device < 0 || device >= static_cast<int>(state().settings.gpus.size()))
    return refuse(cudaErrorInvalidDevice, "a GPU that is not there");
  state().current = device;
  return cudaSuccess;
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device) {
  if (const cudaError_t error = enter("cudaGetDeviceProperties")) return error;
  const GpuStandIn& gpu = state().settings.gpus.at(static_cast<std::size_t>(device));
  *properties = {};
  std::snprintf(properties->name, sizeof(properties->name), "%s", gpu.name.c_str());
  properties->major = gpu.major;
  properties->minor = gpu.minor;
  return cudaSuccess;
}

cudaError_t cudaFuncGetAttributes(cudaFuncAttributes* attributes, const void* function) {
  if (const cudaError_t error = enter("cudaFuncGetAttributes")) return error;
  if (function != lapis::cuda::probe_kernel())
    return refuse(cudaErrorInvalidDeviceFunction, "attributes of an unknown kernel");
  const GpuStandIn& gpu = state().settings.gpus[static_cast<std::size_t>(state().current)];
  if (!gpu.has_code) return cudaErrorNoKernelImageForDevice;
  attributes->ptxVersion = gpu.code_version;
  return state().settings.asking_kernels;
}

cudaError_t cudaFuncSetAttribute(const void* function, cudaFuncAttribute attribute, int value) {
  constexpr int kMost = 227 << 10;
  if (const cudaError_t error = enter("cudaFuncSetAttribute")) return error;
  ++state().settings.counts.shared_asked;
  if (attribute != cudaFuncAttributeMaxDynamicSharedMemorySize || value < 0)
    return refuse(cudaErrorInvalidValue, "an unknown attribute of a kernel");
  if (value > kMost) {  // not a fault: a GPU may have less than was hoped for
    state().last = cudaErrorInvalidValue;
    return cudaErrorInvalidValue;
  }
  state().allowed_shared[{state().current, function}] = static_cast<std::size_t>(value);
  return cudaSuccess;
}

cudaError_t cudaGetLastError() {
  if (state().fatal != cudaSuccess) return state().fatal;
  return std::exchange(state().last, cudaSuccess);
}

const char* cudaGetErrorString(cudaError_t error) {
  switch (error) {
    case cudaErrorInvalidValue:
      return "invalid argument";
    case cudaErrorMemoryAllocation:
      return "out of memory";
    case cudaErrorInitializationError:
      return "initialization error";
    case cudaErrorLaunchFailure:
      return "unspecified launch failure";
    case cudaErrorInvalidConfiguration:
      return "invalid configuration argument";
    case cudaErrorInvalidDeviceFunction:
      return "invalid device function";
    case cudaErrorInvalidResourceHandle:
      return "invalid resource handle";
    case cudaErrorStreamCaptureUnsupported:
      return "operation not permitted when stream is capturing";
    case cudaErrorStreamCaptureInvalidated:
      return "operation failed due to a previous error during capture";
    case cudaErrorDevicesUnavailable:
      return "CUDA-capable device(s) is/are busy or unavailable";
    default:
      return "unknown error";
  }
}

cudaError_t cudaMalloc(void** memory, std::size_t bytes) {
  if (const cudaError_t error = enter("cudaMalloc")) return error;
  if (is_capturing()) return refuse(cudaErrorStreamCaptureUnsupported, "memory asked for in a capture");
  lapis::cuda::DeviceArena& own = arena(state().current);
  const std::size_t all = state().settings.gpus[static_cast<std::size_t>(state().current)].memory;
  if (bytes > all || own.bytes() > all - bytes) {
    state().last = cudaErrorMemoryAllocation;
    return cudaErrorMemoryAllocation;
  }
  *memory = own.take(bytes);
  return cudaSuccess;
}

cudaError_t cudaFree(void* memory) {
  if (const cudaError_t error = enter("cudaFree", false)) return error;
  if (is_capturing()) return refuse(cudaErrorStreamCaptureUnsupported, "memory given back in a capture");
  const int owner = owner_of(memory);
  if (owner < 0 || !arena(owner).is_block(memory))
    return refuse(cudaErrorInvalidValue, "memory given back that is not the GPU's");
  state().streams.each([&](Stream& stream) {
    if (stream.device != owner || stream.queue.empty()) return;
    refuse(cudaErrorUnknown, "memory given back that queued work may still use");
    drain(stream);
  });
  arena(owner).give_back(memory);
  return cudaSuccess;
}

cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* total) {
  if (const cudaError_t error = enter("cudaMemGetInfo")) return error;
  *total = state().settings.gpus[static_cast<std::size_t>(state().current)].memory;
  *free = *total - arena(state().current).bytes();
  return cudaSuccess;
}

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* handle, unsigned flags) {
  if (const cudaError_t error = enter("cudaStreamCreateWithFlags")) return error;
  if (flags > cudaStreamNonBlocking) return refuse(cudaErrorInvalidValue, "unknown flags of a stream");
  Stream* const stream = state().streams.make();
  stream->device = state().current;
  *handle = reinterpret_cast<cudaStream_t>(stream);
  return cudaSuccess;
}

cudaError_t cudaStreamDestroy(cudaStream_t handle) {
  if (const cudaError_t error = enter("cudaStreamDestroy", false)) return error;
  cudaError_t error = cudaSuccess;
  Stream* const stream = find_stream(handle, error);
  if (stream == nullptr) return error;
  if (stream->captured != nullptr) refuse(cudaErrorUnknown, "a stream given back while it is captured");
  drain(*stream);
  state().streams.erase(handle);
  return cudaSuccess;
}

cudaError_t cudaStreamSynchronize(cudaStream_t handle) {
  const cudaError_t asked_for = enter("cudaStreamSynchronize");
  if (state().fatal != cudaSuccess) return state().fatal;
  cudaError_t error = cudaSuccess;
  Stream* const stream = find_stream(handle, error);
  if (stream == nullptr) return error;
  if (stream->captured != nullptr) {
    stream->is_spoilt = true;
    return refuse(cudaErrorStreamCaptureUnsupported, "waiting for a stream that is captured");
  }
  ++state().settings.counts.waits;
  drain(*stream);
  return state().fatal != cudaSuccess ? state().fatal : asked_for;
}

cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t handle) {
  if (const cudaError_t error = enter("cudaMemcpyAsync")) return error;
  cudaError_t error = cudaSuccess;
  Stream* const stream = find_stream(handle, error);
  if (stream == nullptr) return error;
  if (stream->captured != nullptr) {
    stream->is_spoilt = true;
    return refuse(cudaErrorStreamCaptureUnsupported, "a copy in a capture");
  }
  const bool up = kind == cudaMemcpyHostToDevice;
  if (!up && kind != cudaMemcpyDeviceToHost)
    return refuse(cudaErrorInvalidMemcpyDirection, "a copy in another direction");
  const void* const device_side = up ? to : from;
  if (!is_inside(device_side, bytes) || owner_of(up ? from : to) >= 0)
    return refuse(cudaErrorInvalidValue, "a copy between other memory than said, or past a block's end");
  stream->queue.push_back([=, device = owner_of(device_side)] { copy(to, from, bytes, device); });
  return cudaSuccess;
}

cudaError_t cudaLaunchKernel(const void* function, dim3 grid, dim3 block, void** arguments,
                             std::size_t shared_bytes, cudaStream_t handle) {
  if (const cudaError_t error = enter("cudaLaunchKernel")) return error;
  cudaError_t error = cudaSuccess;
  Stream* const stream = find_stream(handle, error);
  if (stream == nullptr) return error;
  if (stream->device != state().current)
    return refuse(cudaErrorInvalidResourceHandle, "a kernel in the stream of another GPU");
  Node node;
  error = make_kernel(node, function, grid, block, arguments, shared_bytes);
  if (error != cudaSuccess) {
    if (stream->captured != nullptr) stream->is_spoilt = true;
    return error;
  }
  if (stream->captured == nullptr) {
    stream->queue.push_back(std::move(node.work));
    return cudaSuccess;
  }
  auto& nodes = stream->captured->content.nodes;
  if (!nodes.empty()) node.after = {nodes.size() - 1};
  nodes.push_back(std::make_shared<const Node>(std::move(node)));
  return cudaSuccess;
}

}  // extern "C"
