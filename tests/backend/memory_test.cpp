// A device that runs out of memory: one line with a batch that fits, and nothing kept.
#include <catch2/catch.hpp>
#include <cstdint>

#include "lapis/core/error.h"
#include "lapis/model/workspace.h"
#include "native/cuda/cuda_backend.h"
#include "native/device.h"
#include "support/networks.h"

using namespace lapis;
using namespace lapis_test;
using Catch::Contains;

namespace lapis::cuda {
extern std::size_t host_memory_limit;  // host_device.cpp
std::size_t host_memory_used();
}  // namespace lapis::cuda

TEST_CASE("a batch that a device has no room for: one line with the bytes and a batch that fits") {
  cuda::CudaBackend device(0);
  const std::size_t before = cuda::host_memory_used();
  const std::vector<Network> all = networks();
  const Network& network = all.front();
  constexpr Index kBatch = 4096;
  const auto try_batch = [&](Index batch) {
    Workspace workspace(network.model, device, network.x.with_batch(batch), Mode::train);
  };
  const auto needed = static_cast<std::size_t>(
      Plan(network.model, device, network.x.with_batch(kBatch), Mode::train).bytes());
  cuda::host_memory_limit = before + needed / 2;
  std::string text;
  try {
    try_batch(kBatch);
  } catch (const OutOfMemory& error) {
    CHECK(error.asked() == needed);
    CHECK(error.free() == needed / 2);
    text = native::too_large_batch(error, kBatch, "--batch").what();
  }
  CHECK_THAT(text, Contains("batch 4096 is too large, try --batch 1024"));
  CHECK(text.find('\n') == std::string::npos);
  CHECK(cuda::host_memory_used() == before);
  CHECK_NOTHROW(try_batch(1024));
  cuda::host_memory_limit = SIZE_MAX;
  CHECK_NOTHROW(try_batch(kBatch));
}

TEST_CASE("a smaller batch is suggested by what is free, and never none") {
  const auto suggestion = [](std::uint64_t asked, std::uint64_t free, Index batch) {
    return std::string(native::too_large_batch({"full", asked, free}, batch, "--batch").what());
  };
  CHECK(suggestion(5'100'000'000, 3'900'000'000, 4096) == "full; batch 4096 is too large, try --batch 2048");
  CHECK(suggestion(1000, 1, 64) == "full; batch 64 is too large, try --batch 1");
  CHECK(suggestion(1000, 5000, 64) == "full; batch 64 is too large, try --batch 32");
  CHECK(suggestion(1000, 10, 1) == "full; batch 1 is too large");
}
