// The CUDA backend on a GPU, where the module is built and there is one.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <memory>
#include <string>

#include "backend/compare.h"
#include "lapis/core/error.h"
#include "native/device.h"
#include "support/skip.h"

using namespace lapis;
using namespace lapis_test;

namespace {

/// nullptr, and the test counted as skipped, without a GPU.
std::unique_ptr<Backend> gpu() {
  const char* const path = std::getenv("LAPIS_CUDA_MODULE");
  try {
    return native::make_cuda_backend(path != nullptr ? path : "");
  } catch (const Error& error) {
    skip("no device (" + std::string(error.what()) + ")");
    return nullptr;
  }
}

}  // namespace

TEST_CASE("GPU: every operation agrees with the CPU") {
  const auto device = gpu();
  if (device == nullptr) return;
  compare_operations(*device);
}

TEST_CASE("GPU: two runs give the same bits") {
  const auto device = gpu();
  if (device == nullptr) return;
  for (const OpCase& test : op_cases()) {
    INFO(test.name);
    const std::vector<Result> first = test.run(*device);
    const std::vector<Result> second = test.run(*device);
    for (std::size_t i = 0; i < first.size(); ++i) {
      INFO(first[i].name);
      CHECK(normalised_error(first[i].values, second[i].values) == 0);
    }
  }
}

TEST_CASE("GPU: two trainings give the same bits") {
  const auto device = gpu();
  if (device == nullptr) return;
  const std::size_t count = networks().size();
  for (std::size_t i = 0; i < count; ++i) {
    if (networks()[i].model.output_shape().rank() != 2) continue;
    INFO(networks()[i].model.name());
    const std::vector<Result> first = train_network(*device, std::move(networks()[i]));
    const std::vector<Result> second = train_network(*device, std::move(networks()[i]));
    for (std::size_t j = 0; j < first.size(); ++j)
      CHECK(normalised_error(first[j].values, second[j].values) == 0);
  }
}

TEST_CASE("GPU: whole networks, forward, backward and trained") {
  const auto device = gpu();
  if (device == nullptr) return;
  const auto cpu = make_cpu_backend(1);
  const auto compare = [](const std::vector<Result>& actual, const std::vector<Result>& expected) {
    for (std::size_t i = 0; i < actual.size(); ++i) {
      INFO(actual[i].name);
      CHECK(normalised_error(actual[i].values, expected[i].values) <= kGradient);
    }
  };
  const std::size_t count = networks().size();
  for (std::size_t i = 0; i < count; ++i) {
    const Network network = std::move(networks()[i]);
    INFO(network.model.name());
    compare(run_network(*device, network), run_network(*cpu, network));
    if (network.model.output_shape().rank() != 2) continue;
    compare(train_network(*device, std::move(networks()[i])), train_network(*cpu, std::move(networks()[i])));
  }
}
