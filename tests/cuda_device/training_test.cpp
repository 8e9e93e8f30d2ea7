// Operations and whole trainings through native/cuda/device.cpp: as the CPU computes them.
#include <catch2/catch.hpp>

#include "backend/compare.h"
#include "cuda_device/cuda_runtime_stand_in.h"
#include "native/cuda/cuda_backend.h"

using namespace lapis;
using namespace lapis_test;

namespace {

void check_training(Network (*make)(Index)) {
  const CudaMachine machine;
  const CudaStandIn::Counts& counts = cuda_stand_in().counts;
  cuda::CudaBackend backend(0);
  const std::vector<Result> expected = train_network(*make_cpu_backend(1), make(1));
  const std::vector<Result> actual = train_network(backend, make(1));
  for (std::size_t i = 0; i < actual.size(); ++i) {
    INFO(actual[i].name);
    CHECK(normalised_error(actual[i].values, expected[i].values) <= 1e-9);
  }
  // 3 epochs of 2 batches of 4 and one of 3.
  CHECK(counts.graphs_made == 2);
  CHECK(counts.graphs_started == 9);
  CHECK(counts.nodes_changed > 0);
  CHECK(counts.nodes_changed <= 7 * 20);
  const std::vector<Result> again = train_network(backend, make(1));
  for (std::size_t i = 0; i < again.size(); ++i) CHECK(again[i].values == actual[i].values);
}

}  // namespace

TEST_CASE("a convolutional network with dropout trains through CUDA graphs as on the CPU") {
  check_training(&cnn);
}

TEST_CASE("a bidirectional LSTM with dropout trains through CUDA graphs as on the CPU") {
  check_training(&masked_bilstm);
}

TEST_CASE("every operation, started and queued by device.cpp, agrees with the CPU") {
  const CudaMachine machine;
  cuda::CudaBackend backend(0);
  compare_operations(backend);
}
