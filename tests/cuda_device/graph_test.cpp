// native/cuda/device.cpp: recorded steps, as CUDA graphs.
#include <catch2/catch.hpp>
#include <stdexcept>

#include "cuda_device/probe.h"
#include "lapis/core/error.h"

using namespace lapis;
using namespace lapis_test;

TEST_CASE("a recorded step is one graph: made once for each key, then changed where arguments have changed") {
  const CudaMachine machine;
  const CudaStandIn::Counts& counts = cuda_stand_in().counts;
  cuda::CudaBackend backend(0);
  const Numbers numbers(backend, 4);
  numbers.write({1, 2, 3, 4});
  const int before = counts.kernels;
  const int waits = counts.waits;
  std::vector<Real> expected = {1, 2, 3, 4};
  const auto step = [&](Index key, Real first, Real second) {
    backend.run_as_one(key, [&] {
      multiply(backend, numbers, first);
      call_library(backend, numbers);
      multiply(backend, numbers, second);
    });
    for (Real& value : expected) value = (value * first + 1) * second;
  };
  step(1, 1, 2);
  CHECK(counts.graphs_made == 1);
  CHECK(counts.kernels == before);  // queued as a whole
  step(1, 1, 2);
  CHECK(counts.nodes_changed == 0);
  step(1, 3, 2);
  CHECK(counts.nodes_changed == 1);
  step(1, 1, 0);
  CHECK(counts.nodes_changed == 3);
  step(2, 1, 0);
  step(1, 1, 3);
  step(2, 0, 1);
  CHECK(counts.graphs_made == 2);
  CHECK(counts.graphs_started == 7);
  CHECK(counts.nodes_changed == 6);
  CHECK(counts.waits == waits);  // nothing in a step waits
  CHECK(numbers.read() == expected);
  CHECK(counts.kernels == before + 7 * 3);
}

TEST_CASE("the launches of a step changed: its graph is made anew and the old one goes") {
  const CudaMachine machine;
  cuda::CudaBackend backend(0);
  const Numbers numbers(backend, 4);
  numbers.write({1, 1, 1, 1});
  for (const int kernels : {1, 2, 2, 1, 3, 0, 3}) {
    backend.run_as_one(1, [&] {
      for (int i = 0; i < kernels; ++i) backend.add(numbers.at(), numbers.at(), 4);
    });
    CHECK(cuda_stand_in().living_graphs() == 1);
  }
  CHECK(cuda_stand_in().counts.graphs_made == 5);
  CHECK(numbers.read() == std::vector<Real>(4, Real(1 << 12)));
}

TEST_CASE("graphs of more than eight keys: the old ones go, also while they are still queued") {
  const CudaMachine machine;
  cuda::CudaBackend backend(0);
  const Numbers numbers(backend, 4);
  numbers.write({1, 1, 1, 1});
  for (Index key = 1; key <= 20; ++key) {
    backend.run_as_one(key, [&] { backend.add_scaled(Real(0.5), numbers.at(), numbers.at(), 4); });
    CHECK(cuda_stand_in().living_graphs() == static_cast<std::size_t>((key - 1) % 8 + 1));
  }
  backend.run_as_one(20, [&] { backend.add_scaled(Real(0.5), numbers.at(), numbers.at(), 4); });
  CHECK(cuda_stand_in().counts.graphs_made == 20);
  Real expected = 1;
  for (int i = 0; i < 21; ++i) expected += Real(0.5) * expected;
  CHECK(numbers.read() == std::vector<Real>(4, expected));
}

TEST_CASE("a step that fails while it is recorded starts nothing and leaves the device usable") {
  const CudaMachine machine;
  cuda::CudaBackend backend(0);
  const Numbers numbers(backend, 4);
  numbers.write({1, 2, 3, 4});
  const auto twice = [&] { backend.add(numbers.at(), numbers.at(), 4); };
  backend.run_as_one(1, twice);
  CHECK_THROWS_AS(backend.run_as_one(1,
                                     [&] {
                                       twice();
                                       throw std::runtime_error("no");
                                     }),
                  std::runtime_error);
  CHECK(numbers.read() == std::vector<Real>{2, 4, 6, 8});
  twice();
  for (int i = 0; i < 2; ++i) backend.run_as_one(1, twice);
  CHECK(numbers.read() == std::vector<Real>{16, 32, 48, 64});
  CHECK_THROWS_WITH(backend.run_as_one(1, [&] { numbers.read(); }),
                    "cuda: copying from the GPU in a recorded step");
  CHECK_THROWS_WITH(backend.run_as_one(1,
                                       [&] {
                                         numbers.write({1, 2, 3, 4});
                                       }),
                    "cuda: copying to the GPU in a recorded step");
  backend.run_as_one(1, twice);
  CHECK(numbers.read() == std::vector<Real>{32, 64, 96, 128});
}

TEST_CASE("what a step that failed had recorded is not taken for what its graph does") {
  const CudaMachine machine;
  cuda::CudaBackend backend(0);
  const Numbers numbers(backend, 1);
  numbers.write({1});
  const auto step = [&](Real factor, bool fails) {
    backend.run_as_one(1, [&] {
      backend.add_scaled(factor, numbers.at(), numbers.at(), 1);
      if (fails) throw std::runtime_error("no");
    });
  };
  step(1, false);
  CHECK_THROWS_AS(step(4, true), std::runtime_error);
  step(4, false);
  CHECK(numbers.read() == std::vector<Real>{10});
}

TEST_CASE("a library's work is captured: as a part of the step's graph, in its place") {
  const CudaMachine machine;
  const CudaStandIn::Counts& counts = cuda_stand_in().counts;
  cuda::CudaBackend backend(0);
  const Numbers numbers(backend, 2);
  const auto step = [&](Real factor, int library_kernels) {
    backend.run_as_one(1, [&] {
      backend.add(numbers.at(), numbers.at(), 2);
      call_library(backend, numbers, {.kernels = library_kernels});
      multiply(backend, numbers, 1 + factor);
      call_library(backend, numbers);
    });
  };
  numbers.write({1, 2});
  const int before = counts.kernels;
  call_library(backend, numbers, {.kernels = 2});  // at once
  CHECK(counts.captures == 0);
  CHECK(numbers.read() == std::vector<Real>{3, 4});
  step(2, 3);  // ((2x + 3) * 3) + 1
  CHECK(counts.captures == 2);
  CHECK(counts.kernels == before + 2);
  CHECK(numbers.read() == std::vector<Real>{28, 34});
  step(0, 3);
  CHECK(counts.graphs_made == 1);
  CHECK(counts.nodes_changed == 1);
  CHECK(numbers.read() == std::vector<Real>{60, 72});
  step(0, 1);  // a library's work cannot be changed
  CHECK(counts.graphs_made == 2);
  CHECK(numbers.read() == std::vector<Real>{122, 146});
  step(0, 0);  // nothing to do for it
  CHECK(numbers.read() == std::vector<Real>{245, 293});
}

TEST_CASE("a library that fails in a recorded step: its line, and the device and the step go on") {
  const CudaMachine machine;
  cuda::CudaBackend backend(0);
  const Numbers numbers(backend, 2);
  numbers.write({1, 2});
  const auto step = [&](const LibraryWork& work) {
    backend.run_as_one(1, [&] {
      backend.add(numbers.at(), numbers.at(), 2);
      call_library(backend, numbers, work);
    });
  };
  step({});
  CHECK_THROWS_WITH(step({.kernels = 2, .throws = true}), "cuda: a library failed");
  CHECK(numbers.read() == std::vector<Real>{3, 5});
  for (int i = 0; i < 2; ++i) step({.kernels = 2});
  CHECK(numbers.read() == std::vector<Real>{18, 26});
  CHECK_THROWS_WITH(
      step({.allocates = true}),
      "cuda: recording a library's work: operation failed due to a previous error during capture");
  CHECK(cuda_stand_in().faults == std::vector<std::string>{"memory asked for in a capture"});
  cuda_stand_in().faults.clear();
  step({.kernels = 0});
  CHECK(numbers.read() == std::vector<Real>{36, 52});
}
