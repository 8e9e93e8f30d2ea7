#include "device.h"

#include <cuda_runtime.h>

#include <cstdint>
#include <string>

#include "lapis/core/error.h"

namespace lapis::cuda {

namespace {

__global__ void probe() {}

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
  if (number < 0 || number >= count) fail("cuda: GPU ", number, " asked for, expected 0 to ", count - 1);
}

}  // namespace

Device::Device(int number) : number_(number) {
  check_driver(number);
  check(cudaSetDevice(number), "choosing the GPU");
  cudaFuncAttributes attributes = {};
  if (cudaFuncGetAttributes(&attributes, probe) != cudaSuccess) {
    cudaDeviceProp properties = {};
    cudaGetDeviceProperties(&properties, number);
    fail("cuda: ", properties.name, " (compute capability ", properties.major, ".", properties.minor,
         ") has no code in this build, expected 7.5 or newer");
  }
  cudaStream_t stream = nullptr;
  check(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "making a stream");
  stream_ = stream;
  constexpr std::size_t kBehind = 64;  // single values of an operation, behind its partial results
  workspace_ = allocate(kWorkspace + kBehind);
}

Device::~Device() {
  if (workspace_ != nullptr) release(workspace_);
  if (stream_ != nullptr) cudaStreamDestroy(static_cast<cudaStream_t>(stream_));
}

std::string Device::name() const {
  return "cuda:" + std::to_string(number_);
}

void* Device::allocate(std::size_t bytes) {
  void* memory = nullptr;
  if (cudaMalloc(&memory, bytes > 0 ? bytes : 1) == cudaSuccess) return memory;
  cudaGetLastError();  // or the next call reports it again
  std::size_t free = 0;
  std::size_t total = 0;
  cudaMemGetInfo(&free, &total);
  fail("cuda: not enough GPU memory: ", static_cast<std::uint64_t>(bytes), " bytes asked for, ",
       static_cast<std::uint64_t>(free), " of ", static_cast<std::uint64_t>(total),
       " free; make the batch smaller");
}

void Device::release(void* memory) {
  cudaStreamSynchronize(static_cast<cudaStream_t>(stream_));
  cudaFree(memory);
}

void Device::copy(const void* from, void* to, std::size_t bytes) {
  check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToDevice, static_cast<cudaStream_t>(stream_)),
        "copying");
}

void Device::upload(const void* host, void* device, std::size_t bytes) {
  auto* const stream = static_cast<cudaStream_t>(stream_);
  check(cudaMemcpyAsync(device, host, bytes, cudaMemcpyHostToDevice, stream), "copying to the GPU");
  check(cudaStreamSynchronize(stream), "copying to the GPU");
}

void Device::download(const void* device, void* host, std::size_t bytes) {
  auto* const stream = static_cast<cudaStream_t>(stream_);
  check(cudaMemcpyAsync(host, device, bytes, cudaMemcpyDeviceToHost, stream), "copying from the GPU");
  check(cudaStreamSynchronize(stream), "a kernel, or copying from the GPU");
}

void Device::zero(void* memory, std::size_t bytes) {
  check(cudaMemsetAsync(memory, 0, bytes, static_cast<cudaStream_t>(stream_)), "filling with zeros");
}

void* Device::begin_kernel() {
  return stream_;
}

void Device::end_kernel() {
  check(cudaGetLastError(), "starting a kernel");
}

}  // namespace lapis::cuda
