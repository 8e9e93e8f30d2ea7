// The stand-in for CUDA's runtime refuses what CUDA refuses: else its tests would show nothing.
#include <catch2/catch.hpp>

#include "cuda_device/cuda_runtime_stand_in.h"
#include "cuda_device/stand_in_objects.h"

using namespace lapis_test;
using namespace lapis_test::stand_in;

namespace {

void store(const lapis::cuda::Launch& /*launch*/, void* const* arguments) {
  **static_cast<int* const*>(arguments[0]) = *static_cast<const int*>(arguments[1]);
}

/// A stream, memory for one int, and a kernel that writes there.
struct Bench {
  CudaMachine machine;
  cudaStream_t stream = nullptr;
  int* memory = nullptr;
  int value = 5;
  void* arguments[2] = {&memory, &value};
  cudaKernelNodeParams kernel = {};

  Bench() {
    state().parameters[function()] = {sizeof(memory), sizeof(value)};
    REQUIRE(cudaSetDevice(0) == cudaSuccess);
    REQUIRE(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking) == cudaSuccess);
    void* bytes = nullptr;
    REQUIRE(cudaMalloc(&bytes, sizeof(int)) == cudaSuccess);
    memory = static_cast<int*>(bytes);
    kernel.func = const_cast<void*>(function());
    kernel.gridDim = dim3(1);
    kernel.blockDim = dim3(32);
    kernel.kernelParams = arguments;
  }
  ~Bench() {
    cudaStreamSynchronize(stream);
    cudaFree(memory);
    cudaStreamDestroy(stream);
  }

  static const void* function() { return reinterpret_cast<const void*>(&store); }
  cudaError_t launch(unsigned blocks, unsigned threads, std::size_t shared = 0) {
    return cudaLaunchKernel(function(), dim3(blocks), dim3(threads), arguments, shared, stream);
  }
  int read() {
    int found = 0;
    CHECK(cudaMemcpyAsync(&found, memory, sizeof(found), cudaMemcpyDeviceToHost, stream) == cudaSuccess);
    CHECK(found == 0);  // nothing is done before somebody waits
    CHECK(cudaStreamSynchronize(stream) == cudaSuccess);
    return found;
  }
  /// So many calls were refused since the last time.
  bool refused(std::size_t count) {
    const bool is_so = cuda_stand_in().faults.size() == count;
    cuda_stand_in().faults.clear();
    return is_so;
  }
};

}  // namespace

TEST_CASE("stand-in: kernels' arguments are taken at the start, work is done when somebody waits") {
  Bench bench;
  CHECK(bench.launch(1, 32) == cudaSuccess);
  bench.value = 6;
  CHECK(bench.read() == 5);
}

TEST_CASE("stand-in: launches that CUDA refuses") {
  Bench bench;
  CHECK(bench.launch(0, 32) == cudaErrorInvalidConfiguration);
  CHECK(bench.launch(1, 0) == cudaErrorInvalidConfiguration);
  CHECK(bench.launch(1, 1025) == cudaErrorInvalidConfiguration);
  CHECK(bench.launch(1, 32, (48 << 10) + 1) == cudaErrorInvalidValue);
  CHECK(cudaGetLastError() == cudaErrorInvalidValue);
  CHECK(cudaGetLastError() == cudaSuccess);
  CHECK(cudaFuncSetAttribute(Bench::function(), cudaFuncAttributeMaxDynamicSharedMemorySize, 50 << 10) ==
        cudaSuccess);
  CHECK(bench.launch(1, 32, 50 << 10) == cudaSuccess);
  CHECK(cudaSetDevice(1) == cudaSuccess);
  CHECK(bench.launch(1, 32) == cudaErrorInvalidResourceHandle);
  CHECK(cudaSetDevice(2) == cudaErrorInvalidDevice);
  CHECK(cudaSetDevice(0) == cudaSuccess);
  CHECK(cudaLaunchKernel(&bench, dim3(1), dim3(1), bench.arguments, 0, bench.stream) ==
        cudaErrorInvalidDeviceFunction);
  CHECK(cudaLaunchKernel(Bench::function(), dim3(1), dim3(1), bench.arguments, 0,
                         reinterpret_cast<cudaStream_t>(&bench)) == cudaErrorInvalidResourceHandle);
  CHECK(bench.refused(8));
}

TEST_CASE("stand-in: copies and memory that CUDA refuses") {
  Bench bench;
  int value = 0;
  CHECK(cudaMemcpyAsync(&value, bench.memory, 4, cudaMemcpyHostToDevice, bench.stream) ==
        cudaErrorInvalidValue);
  CHECK(cudaMemcpyAsync(bench.memory, &value, 5, cudaMemcpyHostToDevice, bench.stream) ==
        cudaErrorInvalidValue);
  CHECK(cudaMemcpyAsync(&value, &bench.value, 4, cudaMemcpyDeviceToHost, bench.stream) ==
        cudaErrorInvalidValue);
  CHECK(cudaFree(&value) == cudaErrorInvalidValue);
  CHECK(cudaFree(bench.memory + 1) == cudaErrorInvalidValue);
  CHECK(bench.refused(5));
  void* other = nullptr;
  CHECK(cudaMalloc(&other, 8) == cudaSuccess);
  CHECK(cuda_stand_in().living() == "1 streams, 2 blocks");
  CHECK(bench.launch(1, 32) == cudaSuccess);
  CHECK(cudaFree(other) == cudaSuccess);  // while a kernel is queued
  CHECK(bench.refused(1));
}

TEST_CASE("stand-in: what cannot be done to a stream that is captured") {
  Bench bench;
  cudaGraph_t graph = nullptr;
  CHECK(cudaStreamEndCapture(bench.stream, &graph) == cudaErrorIllegalState);
  void* memory = nullptr;
  const auto begin = [&] {
    CHECK(cudaStreamBeginCapture(bench.stream, cudaStreamCaptureModeThreadLocal) == cudaSuccess);
  };
  begin();
  CHECK(cudaStreamBeginCapture(bench.stream, cudaStreamCaptureModeThreadLocal) == cudaErrorIllegalState);
  CHECK(cudaStreamSynchronize(bench.stream) == cudaErrorStreamCaptureUnsupported);
  CHECK(cudaStreamEndCapture(bench.stream, &graph) == cudaErrorStreamCaptureInvalidated);
  begin();
  CHECK(cudaMalloc(&memory, 1) == cudaErrorStreamCaptureUnsupported);
  CHECK(cudaStreamEndCapture(bench.stream, &graph) == cudaErrorStreamCaptureInvalidated);
  CHECK(graph == nullptr);
  begin();
  CHECK(cudaMemcpyAsync(&bench.value, bench.memory, 4, cudaMemcpyDeviceToHost, bench.stream) ==
        cudaErrorStreamCaptureUnsupported);
  CHECK(cudaStreamEndCapture(bench.stream, &graph) == cudaErrorStreamCaptureInvalidated);
  CHECK(bench.refused(5));
  begin();
  CHECK(bench.launch(1, 32) == cudaSuccess);
  CHECK(cudaStreamEndCapture(bench.stream, &graph) == cudaSuccess);
  CHECK(cudaStreamSynchronize(bench.stream) == cudaSuccess);
  CHECK(cuda_stand_in().counts.kernels == 0);  // captured, not done
  CHECK(cudaGraphDestroy(graph) == cudaSuccess);
}

TEST_CASE("stand-in: a graph is what it was when it was made executable, its order what its edges say") {
  Bench bench;
  cudaGraph_t graph = nullptr;
  cudaGraphNode_t first = nullptr, second = nullptr, third = nullptr;
  cudaGraphExec_t executable = nullptr;
  CHECK(cudaGraphCreate(&graph, 0) == cudaSuccess);
  CHECK(cudaGraphAddKernelNode(&first, graph, nullptr, 0, &bench.kernel) == cudaSuccess);
  bench.value = 6;
  CHECK(cudaGraphAddKernelNode(&second, graph, nullptr, 0, &bench.kernel) == cudaSuccess);
  CHECK(cudaGraphInstantiate(&executable, graph, 0) == cudaSuccess);
  CHECK(cudaGraphLaunch(executable, bench.stream) == cudaSuccess);
  CHECK(bench.read() == 5);  // the last one first: no edge says otherwise
  bench.value = 7;
  CHECK(cudaGraphExecKernelNodeSetParams(executable, first, &bench.kernel) == cudaSuccess);
  bench.value = 8;
  CHECK(cudaGraphLaunch(executable, bench.stream) == cudaSuccess);
  CHECK(cudaGraphExecKernelNodeSetParams(executable, first, &bench.kernel) == cudaSuccess);  // for the next
  CHECK(bench.read() == 7);
  CHECK(cudaGraphAddKernelNode(&third, graph, &first, 1, &bench.kernel) == cudaSuccess);
  CHECK(cudaGraphExecKernelNodeSetParams(executable, reinterpret_cast<cudaGraphNode_t>(&bench),
                                         &bench.kernel) == cudaErrorInvalidValue);
  cudaGraph_t other = nullptr;
  cudaGraphNode_t foreign = nullptr;
  CHECK(cudaGraphCreate(&other, 0) == cudaSuccess);
  CHECK(cudaGraphAddKernelNode(&foreign, other, nullptr, 0, &bench.kernel) == cudaSuccess);
  CHECK(cudaGraphExecKernelNodeSetParams(executable, foreign, &bench.kernel) == cudaErrorInvalidValue);
  CHECK(cudaGraphAddKernelNode(&third, graph, &foreign, 1, &bench.kernel) == cudaErrorInvalidValue);
  CHECK(cudaGraphDestroy(other) == cudaSuccess);
  CHECK(cudaGraphDestroy(other) == cudaErrorInvalidValue);
  CHECK(cudaGraphDestroy(graph) == cudaSuccess);
  CHECK(cudaGraphExecKernelNodeSetParams(executable, first, &bench.kernel) == cudaErrorInvalidValue);
  CHECK(cudaGraphExecDestroy(executable) == cudaSuccess);
  CHECK(cudaGraphLaunch(executable, bench.stream) == cudaErrorInvalidValue);
  CHECK(bench.refused(6));
}
