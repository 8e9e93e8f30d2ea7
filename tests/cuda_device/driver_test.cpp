// What native/cuda/device.cpp says of machines where a GPU cannot be used: one line each.
#include <catch2/catch.hpp>

#include "cuda_device/cuda_runtime_stand_in.h"
#include "lapis/core/error.h"
#include "native/cuda/cuda_backend.h"

using namespace lapis;
using namespace lapis_test;
using cuda::Device;
using cuda::Precision;

namespace {

/// What is said where GPU `number` is asked for; "" where there is nothing to say.
std::string refusal(int number = 0) {
  try {
    const Device device(number);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a machine without a usable GPU is one line that says why") {
  const CudaMachine machine;
  CudaStandIn& cuda = cuda_stand_in();
  CHECK(refusal() == "");
  cuda.driver = 0;
  CHECK(refusal() == "cuda: no NVIDIA driver on this machine");
  cuda.driver = 12080;
  CHECK(refusal() == "cuda: the NVIDIA driver serves CUDA 12.8, expected at least 13.0; update the driver");
  cuda.driver = 13020;
  CHECK(refusal() == "");
  cuda.counting = cudaErrorNoDevice;
  CHECK(refusal() == "cuda: no NVIDIA GPU on this machine");
  cuda.counting = cudaErrorInitializationError;
  CHECK(refusal() == "cuda: looking for a GPU: initialization error");
  cuda.counting = cudaSuccess;
  cuda.gpus.resize(1);
  CHECK(refusal(0) == "");
  CHECK(refusal(1) == "cuda: 2 GPUs asked for, this machine has 1; lower --gpus");
  CHECK(refusal(3) == "cuda: 4 GPUs asked for, this machine has 1; lower --gpus");
  cuda.gpus.clear();
  CHECK(refusal() == "cuda: no NVIDIA GPU on this machine");
}

TEST_CASE("a GPU that the module has no code for is named, with what it is") {
  const CudaMachine machine;
  GpuStandIn& gpu = cuda_stand_in().gpus[1];
  gpu = {.name = "NVIDIA GeForce GTX 1080", .major = 6, .minor = 1, .has_code = false};
  CHECK(refusal(0) == "");
  CHECK(refusal(1) ==
        "cuda: NVIDIA GeForce GTX 1080 (compute capability 6.1) has no code in this build, expected 7.5 or "
        "newer");
  // What else can go wrong is not the code's fault.
  cuda_stand_in().asking_kernels = cudaErrorDevicesUnavailable;
  CHECK(refusal(0) == "cuda: loading the kernels: CUDA-capable device(s) is/are busy or unavailable");
}

TEST_CASE("a device has its card's name, and the precision that is not float32") {
  const CudaMachine machine;
  cuda_stand_in().gpus[1].name = "Tesla T4";
  cuda_stand_in().gpus[1].code_version = 75;
  CHECK(cuda::CudaBackend(0).name() == "NVIDIA H200 (cuda:0)");
  CHECK(cuda::CudaBackend(0, Precision::tf32).name() == "NVIDIA H200 (cuda:0), tf32");
  CHECK(cuda::CudaBackend(1).name() == "Tesla T4 (cuda:1)");
  CHECK_THROWS_WITH(cuda::CudaBackend(1, Precision::bf16),
                    "cuda: --precision bf16: this build runs code for compute capability 7.5 on Tesla T4 "
                    "(cuda:1), expected 8.0 or newer; use --precision float32");
}

TEST_CASE("a GPU that is too small for a device leaves nothing behind") {
  const CudaMachine machine;
  cuda_stand_in().gpus[0].memory = 1000;
  CHECK(refusal() == "cuda: not enough GPU memory: " + std::to_string(Device::kWorkspace + 64) +
                         " bytes asked for, 1000 of 1000 free");
}
