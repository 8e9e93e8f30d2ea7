// The CUDA backend's kernels, compiled for the host and run one index after another: their index logic, and
// that no host code touches a device's memory. Speed, launches and CUDA's own arithmetic need a GPU:
// gpu_test.cpp.
#include <catch2/catch.hpp>
#include <memory>

#include "backend/compare.h"
#include "backend/host_device.h"
#include "native/cuda/cuda_backend.h"
#include "native/cuda/launch.h"

using namespace lapis;
using namespace lapis_test;

namespace {

/// The same bits in both orders: no index of a kernel depends on another's.
template <class Run>
void check_orders(const Run& run) {
  cuda::runs_backwards = false;
  const std::vector<Result> forwards = run();
  cuda::runs_backwards = true;
  const std::vector<Result> backwards = run();
  cuda::runs_backwards = false;
  for (std::size_t i = 0; i < forwards.size(); ++i) {
    INFO(forwards[i].name);
    CHECK(normalised_error(forwards[i].values, backwards[i].values) == 0);
  }
}

}  // namespace

TEST_CASE("kernels on the host: every operation agrees with the CPU backend") {
  cuda::CudaBackend device(0);
  compare_operations(device);
}

TEST_CASE("kernels on the host: the order of the threads changes no bit") {
  cuda::CudaBackend device(0);
  for (const OpCase& test : op_cases()) {
    INFO(test.name);
    check_orders([&] { return test.run(device); });
  }
}

TEST_CASE("kernels on the host: recurrent layers on smaller and larger GPUs") {
  cuda::CudaBackend device(0);
  const auto cpu = make_cpu_backend(1);
  const auto restore = [shared = cuda::host_shared_bytes, processors = cuda::host_processors](void*) {
    cuda::host_shared_bytes = shared;
    cuda::host_processors = processors;
  };
  const std::unique_ptr<void, decltype(restore)> at_end(&device, restore);
  for (const Index processors : {1, 132}) {
    cuda::host_processors = processors;
    cuda::host_shared_bytes = 48 << 10;
    for (const OpCase& test : op_cases()) {
      if (test.name.rfind("recurrent", 0) != 0) continue;
      INFO(test.name);
      const std::vector<Result> expected = test.run(*cpu);
      const std::vector<Result> actual = test.run(device);
      for (std::size_t i = 0; i < actual.size(); ++i) {
        INFO(actual[i].name);
        CHECK(normalised_error(actual[i].values, expected[i].values) <=
              (actual[i].is_gradient ? kGradient : kForward));
      }
    }
  }
  cuda::host_shared_bytes = 1 << 10;
  const Recurrent op = {.batch = 1, .time = 1, .inputs = 1, .units = 33};
  const Backend::Buffer memory = device.allocate(std::size_t{1} << 20);
  auto* const values = static_cast<Real*>(memory.get());
  CHECK_THROWS_WITH(
      device.lstm(op, values, {values, values, values}, values, nullptr, values),
      "cuda: a recurrent layer of 33 units needs 1444 bytes of shared memory, the GPU has 1024; "
      "make the layer smaller");
}

TEST_CASE("kernels on the host: whole networks, forward and backward") {
  cuda::CudaBackend device(0);
  const auto cpu = make_cpu_backend(1);
  for (const Network& network : networks()) {
    INFO(network.model.name());
    const std::vector<Result> expected = run_network(*cpu, network);
    const std::vector<Result> actual = run_network(device, network);
    for (std::size_t i = 0; i < actual.size(); ++i) {
      INFO(actual[i].name);
      CHECK(normalised_error(actual[i].values, expected[i].values) <=
            (actual[i].is_gradient ? kGradient : kForward));
    }
    check_orders([&] { return run_network(device, network); });
  }
}

TEST_CASE("kernels on the host: training follows the CPU and stores the weights") {
  cuda::CudaBackend device(0);
  const auto cpu = make_cpu_backend(1);
  const std::vector<Network> expected_networks = networks();
  for (std::size_t i = 0; i < expected_networks.size(); ++i) {
    if (expected_networks[i].model.output_shape().rank() != 2) continue;  // no loss for those
    INFO(expected_networks[i].model.name());
    const std::vector<Result> expected = train_network(*cpu, std::move(networks()[i]));
    const std::vector<Result> actual = train_network(device, std::move(networks()[i]));
    for (std::size_t j = 0; j < actual.size(); ++j) {
      INFO(actual[j].name);
      CHECK(normalised_error(actual[j].values, expected[j].values) <= 1e-9);
    }
  }
}

TEST_CASE("kernels on the host: nothing is written behind a block of memory") {
  {
    cuda::CudaBackend device(0);
    for (const OpCase& test : op_cases()) test.run(device);
  }
  CHECK(cuda::host_overruns() == 0);
}
