// native/cuda/device.cpp: memory, the queue, kernels, and what goes wrong there.
#include <catch2/catch.hpp>
#include <stdexcept>

#include "cuda_device/probe.h"
#include "lapis/core/error.h"

using namespace lapis;
using namespace lapis_test;

TEST_CASE("copies are done when they return, kernels in the order of the calls") {
  const CudaMachine machine;
  cuda::CudaBackend backend(0);
  const Numbers numbers(backend, 8);
  std::vector<Real> values(8, Real(1));
  backend.upload(values.data(), numbers.at(), 8 * sizeof(Real));
  values.assign(8, Real(9));  // the caller's again
  for (int i = 0; i < 3; ++i) backend.add(numbers.at(), numbers.at(), 8);
  const int before = cuda_stand_in().counts.kernels;
  CHECK(numbers.read() == std::vector<Real>(8, Real(8)));
  CHECK(cuda_stand_in().counts.kernels == before + 3);  // they were in the queue
  Real one = 3;
  backend.upload(&one, numbers.at() + 7, sizeof(one));
  backend.zero(numbers.at(), 6);
  CHECK(numbers.read() == std::vector<Real>{0, 0, 0, 0, 0, 0, 8, 3});
}

TEST_CASE("a kernel gets more than 48 KB of shared memory when it asks, once for each size that is larger") {
  const CudaMachine machine;
  for (const int number : {0, 1}) {  // what one GPU was asked says nothing of another
    cuda::CudaBackend backend(number);
    Numbers numbers(backend, 1);
    cuda_stand_in().counts.shared_asked = 0;
    for (const std::size_t kilobytes :
         {std::size_t{48}, std::size_t{100}, std::size_t{60}, std::size_t{200}}) {
      CHECK(shared_bytes_seen(backend, numbers, kilobytes << 10) == kilobytes << 10);
      CHECK(shared_bytes_seen(backend, numbers, kilobytes << 10, true) == kilobytes << 10);
    }
    CHECK(cuda_stand_in().counts.shared_asked == 2);
  }
  cuda::CudaBackend backend(0);
  Numbers numbers(backend, 1);
  CHECK_THROWS_WITH(shared_bytes_seen(backend, numbers, 300 << 10), "cuda: shared memory: invalid argument");
  CHECK_THROWS_WITH(shared_bytes_seen(backend, numbers, 300 << 10, true),
                    "cuda: shared memory: invalid argument");
  CHECK(shared_bytes_seen(backend, numbers, 1000, true) == 1000);
}

TEST_CASE("out of memory: the bytes asked for and free, and everything as it was") {
  const CudaMachine machine;
  cuda::CudaBackend backend(1);
  const Backend::Buffer held = backend.allocate(1000);
  const std::size_t used = cuda_stand_in().bytes_used();
  const std::size_t all = cuda_stand_in().gpus[1].memory;
  try {
    backend.allocate(all);
    FAIL("there is no room");
  } catch (const OutOfMemory& error) {
    CHECK(error.asked() == all);
    CHECK(error.free() == all - used);
    CHECK(std::string(error.what()) == "cuda: not enough GPU memory: " + std::to_string(all) +
                                           " bytes asked for, " + std::to_string(all - used) + " of " +
                                           std::to_string(all) + " free");
  }
  CHECK(cuda_stand_in().bytes_used() == used);
  CHECK(cudaGetLastError() == cudaSuccess);  // or the next kernel is blamed
  const Numbers numbers(backend, 4);
  numbers.write({1, 2, 3, 4});
  CHECK(numbers.read() == std::vector<Real>{1, 2, 3, 4});
}

TEST_CASE("a kernel that fails is reported where its results are fetched, and nothing ends the program") {
  const CudaMachine machine;
  cuda::CudaBackend backend(0);
  const Numbers numbers(backend, 4);
  fail_in_kernel(backend);
  CHECK_THROWS_WITH(numbers.read(), "cuda: a kernel, or copying from the GPU: unspecified launch failure");
  CHECK_THROWS_WITH(backend.zero(numbers.at(), 4), "cuda: choosing the GPU: unspecified launch failure");
}

TEST_CASE("two GPUs: each has its own memory, queue and graphs, whichever was used last") {
  const CudaMachine machine;
  cuda::CudaBackend first(0);
  cuda::CudaBackend second(1);
  const Numbers ours(first, 4), theirs(second, 4);
  ours.write({1, 2, 3, 4});
  theirs.write({10, 20, 30, 40});
  for (int step = 0; step < 3; ++step) {
    first.run_as_one(1, [&] {
      first.add(ours.at(), ours.at(), 4);
      second.add(theirs.at(), theirs.at(), 4);  // in its own queue, and at once
    });
    second.run_as_one(1, [&] { second.add(theirs.at(), theirs.at(), 4); });
  }
  CHECK(theirs.read() == std::vector<Real>{640, 1280, 1920, 2560});
  CHECK(ours.read() == std::vector<Real>{8, 16, 24, 32});
}

TEST_CASE("whichever call of CUDA fails: one line, nothing leaked, and the next time all is well") {
  const CudaMachine machine;
  const auto scenario = [] {
    cuda::CudaBackend backend(0);
    const Numbers numbers(backend, 4);
    numbers.write({1, 2, 3, 4});
    const auto record = [&](Real factor, bool with_library) {
      backend.run_as_one(7, [&] {
        backend.add(numbers.at(), numbers.at(), 4);
        if (with_library) call_library(backend, numbers);
        backend.add_scaled(factor, numbers.at(), numbers.at(), 4);
      });
    };
    std::string said;
    // The step may be lost; what comes after it must be done whole.
    for (int i = 0; i < 5; ++i) {
      try {
        record(static_cast<Real>(i), i >= 2);
      } catch (const Error& error) {
        said = error.what();
      }
    }
    numbers.write({1, 2, 3, 4});
    cuda_stand_in().failing_call = 0;
    for (int i = 0; i < 2; ++i) record(1, true);  // (2x + 1) * 2, twice
    CHECK(numbers.read() == std::vector<Real>{26, 42, 58, 74});
    if (!said.empty()) throw Error(said);
  };
  int calls = 0;
  for (;; ++calls) {
    CudaStandIn& cuda = cuda_stand_in();
    cuda.failed_call = "";
    cuda.failing_call = calls + 1;
    cuda.failure = cudaErrorLaunchOutOfResources;
    std::string said;
    try {
      scenario();
    } catch (const Error& error) {
      said = error.what();
    }
    INFO("call " << calls + 1 << ", " << cuda.failed_call << ": " << said);
    cuda.failing_call = 0;
    if (cuda.failed_call.empty()) break;
    CHECK(cuda.living() == "");
    CHECK(cuda.faults.empty());
    CHECK(said.starts_with("cuda: "));
    CHECK(said.find('\n') == std::string::npos);
  }
  CHECK(calls > 35);
}
