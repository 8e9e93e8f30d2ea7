#include <algorithm>
#include <catch2/catch.hpp>

#include "lapis/model/workspace.h"
#include "support/allocations.h"
#include "support/networks.h"

using namespace lapis;
using namespace lapis_test;

namespace {

std::size_t allocations_of_predicting(const Network& network, Mode mode) {
  const auto backend = make_cpu_backend(1);
  Workspace workspace(network.model, *backend, network.x, mode);
  const std::vector<Real> x = network_input(network, network.x);
  AllocationCounter counter;
  std::copy(x.begin(), x.end(), workspace.input(network.x[0]).data);
  for (Index batch = network.x[0]; batch >= 1; --batch) workspace.run(batch);
  return counter.count();
}

std::size_t allocations_of_training(const Network& network) {
  const auto backend = make_cpu_backend(1);
  Workspace workspace(network.model, *backend, network.x, Mode::train, /*input_gradient=*/true);
  const std::vector<Real> x = network_input(network, network.x);
  const std::vector<Real> labels(x.size(), 1);
  AllocationCounter counter;
  std::copy(x.begin(), x.end(), workspace.input(network.x[0]).data);
  for (std::uint64_t step = 0; step < 3; ++step) {
    const ConstView y = workspace.run(network.x[0], true, 1, step);
    Real loss = 0;
    backend->softmax_cross_entropy(y.data, labels.data(), workspace.output_mask(), y.shape.rows(),
                                   y.shape[-1], &loss, workspace.output_gradient().data);
    workspace.zero_gradients();
    workspace.backward(true);
  }
  return counter.count();
}

}  // namespace

TEST_CASE("the counter sees a workspace being made") {
  const auto backend = make_cpu_backend(1);
  const Network network = cnn();
  AllocationCounter counter;
  const Workspace workspace(network.model, *backend, network.x, Mode::predict);
  CHECK(counter.count() > 0);
}

TEST_CASE("predicting allocates nothing once the workspace is made") {
  for (const Network& network : networks()) {
    INFO(network.model.name());
    CHECK(allocations_of_predicting(network, Mode::predict) == 0);
    CHECK(allocations_of_predicting(network, Mode::inspect) == 0);
  }
}

TEST_CASE("a training step allocates nothing once the workspace is made") {
  for (const Network& network : networks()) {
    INFO(network.model.name());
    CHECK(allocations_of_training(network) == 0);
  }
}

TEST_CASE("sizes past every small path allocate nothing either: a CNN and a masked BiLSTM") {
  Network pictures = cnn(16);
  pictures.x = pictures.x.with_batch(32);
  CHECK(allocations_of_predicting(pictures, Mode::predict) == 0);
  CHECK(allocations_of_training(pictures) == 0);
  Network words = masked_bilstm(16);
  words.x = {32, 40};
  CHECK(allocations_of_predicting(words, Mode::predict) == 0);
  CHECK(allocations_of_training(words) == 0);
}
