#include "cuda_device/probe.h"

#include "cuda_device/stand_in_objects.h"
#include "lapis/core/error.h"
#include "native/cuda/launch.h"

namespace lapis_test {

using lapis::Index;
using lapis::Real;

namespace {

void write_shared_bytes(const lapis::cuda::Launch& launch, void* const* arguments) {
  **static_cast<Real* const*>(arguments[0]) = static_cast<Real>(launch.shared_bytes);
}

void go_wrong(const lapis::cuda::Launch& /*launch*/, void* const* /*arguments*/) {
  lapis::fail("a wrong address");
}

void add_one(const lapis::cuda::Launch& /*launch*/, void* const* arguments) {
  Real* const values = *static_cast<Real* const*>(arguments[0]);
  const Index count = *static_cast<const Index*>(arguments[1]);
  for (Index i = 0; i < count; ++i) values[i] += 1;
}

void multiply_each(const lapis::cuda::Launch& /*launch*/, void* const* arguments) {
  Real* const values = *static_cast<Real* const*>(arguments[0]);
  const Index count = *static_cast<const Index*>(arguments[1]);
  for (Index i = 0; i < count; ++i) values[i] *= *static_cast<const Real*>(arguments[2]);
}

struct LibraryArguments {
  Real* values;
  Index count;
  std::int64_t kernels, throws, allocates;
};

void library(const void* arguments, void* stream) {
  LibraryArguments own = *static_cast<const LibraryArguments*>(arguments);
  const void* const kernel = reinterpret_cast<const void*>(&add_one);
  stand_in::state().parameters[kernel] = {sizeof(own.values), sizeof(own.count)};  // the library's own code
  for (std::int64_t i = 0; i < own.kernels; ++i) {
    void* pointers[] = {&own.values, &own.count};
    const cudaError_t status =
        cudaLaunchKernel(kernel, dim3(1), dim3(1), pointers, 0, static_cast<cudaStream_t>(stream));
    if (status != cudaSuccess) lapis::fail("cuda: a library: ", cudaGetErrorString(status));
  }
  if (own.allocates != 0) {
    void* memory = nullptr;
    if (cudaMalloc(&memory, 1) == cudaSuccess) cudaFree(memory);
  }
  if (own.throws != 0) lapis::fail("cuda: a library failed");
}

}  // namespace

std::size_t shared_bytes_seen(lapis::cuda::CudaBackend& backend, const Numbers& numbers, std::size_t bytes,
                              bool recorded) {
  const auto start = [&] {
    lapis::cuda::launch(backend.device(), &write_shared_bytes, 1, 1, bytes, numbers.at());
  };
  if (recorded)
    backend.run_as_one(1000, start);
  else
    start();
  return static_cast<std::size_t>(numbers.read()[0]);
}

void multiply(lapis::cuda::CudaBackend& backend, const Numbers& numbers, Real factor) {
  lapis::cuda::launch(backend.device(), &multiply_each, 1, 1, 0, numbers.at(), numbers.count(), factor);
}

void fail_in_kernel(lapis::cuda::CudaBackend& backend) {
  lapis::cuda::launch(backend.device(), &go_wrong, 1, 1, 0);
}

void call_library(lapis::cuda::CudaBackend& backend, const Numbers& numbers, const LibraryWork& work) {
  backend.device().call(&library, LibraryArguments{numbers.at(), numbers.count(), work.kernels,
                                                   work.throws ? 1 : 0, work.allocates ? 1 : 0});
}

}  // namespace lapis_test
