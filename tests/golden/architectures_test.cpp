// The 25 networks of the source document's experiments, full-size, against what Keras (float64) made of them
// (make_architectures.py). Weights and inputs are drawn (drawn_values.h).
#include <catch2/catch.hpp>

#include "golden/check_experiment.h"
#include "golden/golden_backend.h"

namespace {

void check_experiments(int first, int last) {
  LAPIS_NEED_BACKEND(backend);
  for (int number = first; number <= last; ++number) lapis_test::check_experiment(number, backend);
}

}  // namespace

TEST_CASE("The source's CNNs give Keras's outputs, loss, gradients and losses of training steps") {
  check_experiments(1, 11);
}

TEST_CASE("The source's simple RNNs give Keras's outputs, loss, gradients and losses of training steps") {
  check_experiments(12, 18);
}

TEST_CASE("The source's LSTMs give Keras's outputs, loss, gradients and losses of training steps") {
  check_experiments(19, 25);
}
