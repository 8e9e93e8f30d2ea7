// Keras's answers from the CUDA backend's kernels, compiled for the host: with this, the tests of
// golden/keras_test.cpp, families_test.cpp and training_test.cpp run on them in this executable.
#include <catch2/catch.hpp>

#include "golden/check_experiment.h"
#include "golden/golden_backend.h"
#include "native/cuda/cuda_backend.h"

namespace lapis_test {

std::unique_ptr<lapis::Backend> golden_backend() {
  return std::make_unique<lapis::cuda::CudaBackend>(0);
}

}  // namespace lapis_test

TEST_CASE("kernels on the host: architectures of the source document give Keras's answers") {
  LAPIS_NEED_BACKEND(backend);
  // Of the CNNs one, of each kind of recurrent network some: one index after another takes its time.
  for (const int number : {11, 12, 15, 18, 19, 22, 25}) lapis_test::check_experiment(number, backend);
}
