#include <catch2/catch.hpp>
#include <cmath>

#include "lapis/model/workspace.h"
#include "support/close.h"
#include "support/networks.h"
#include "support/random_values.h"

using namespace lapis;
using namespace lapis_test;

static_assert(sizeof(Real) == 8, "finite differences are only good to 2e-2 in float");

namespace {

/// One network with one batch and its labels, ready to train.
class Training {
 public:
  explicit Training(Network& network)
      : network_(network),
        workspace_(network.model, *backend_, network.x, Mode::train, /*input_gradient=*/true),
        classes_(network.model.output_shape()[-1]) {
    const std::vector<Real> x = network_input(network, network.x);
    std::copy(x.begin(), x.end(), input().begin());
    rows_ = run().shape.rows();
    labels_ = random_ids(rows_, classes_, 3);
  }

  Workspace& workspace() { return workspace_; }
  std::span<Real> input() {
    return {workspace_.input(network_.x[0]).data, static_cast<std::size_t>(network_.x.size())};
  }
  std::vector<Real> gradients() {
    return {workspace_.gradients(), workspace_.gradients() + network_.model.values().size()};
  }
  std::vector<Real> input_gradient() {
    const ConstView dx = workspace_.input_gradient();
    return {dx.data, dx.data + dx.shape.size()};
  }

  ConstView run() { return workspace_.run(network_.x[0], /*training=*/true, /*seed=*/5, /*step=*/8); }

  bool counts(Index row) const {
    return workspace_.output_mask() == nullptr || workspace_.output_mask()[row] != 0;
  }
  Index counted() const {
    Index count = 0;
    for (Index row = 0; row < rows_; ++row) count += counts(row) ? 1 : 0;
    return count;
  }

  /// The loss by its definition, independent of the library: -mean(log p[label]) over the rows that count.
  double loss() {
    const ConstView y = run();
    double total = 0;
    for (Index row = 0; row < rows_; ++row)
      if (counts(row)) total -= std::log(y.data[row * classes_ + label(row)]);
    return total / static_cast<double>(counted());
  }

  /// Forward and backward as the trainer does; returns the library's loss.
  Real backward_fused() {
    const ConstView y = run();
    Real loss = 0;
    backend_->softmax_cross_entropy(y.data, labels_.data(), workspace_.output_mask(), rows_, classes_, &loss,
                                    workspace_.output_gradient().data);
    workspace_.zero_gradients();
    workspace_.backward(/*dy_is_logits=*/true);
    return loss;
  }

  /// The same from the gradient of the probabilities, through the softmax's own backward.
  void backward_through_softmax() {
    const ConstView y = run();
    const View dy = workspace_.output_gradient();
    backend_->zero(dy.data, dy.shape.size());
    for (Index row = 0; row < rows_; ++row) {
      const Index at = row * classes_ + label(row);
      if (counts(row)) dy.data[at] = -1 / (y.data[at] * static_cast<Real>(counted()));
    }
    workspace_.zero_gradients();
    workspace_.backward(/*dy_is_logits=*/false);
  }

  std::vector<double> differences(std::span<Real> values) {
    constexpr double kStep = 1e-5;
    std::vector<double> result;
    for (Real& value : values) {
      const Real before = value;
      value = before + kStep;
      const double above = loss();
      value = before - kStep;
      const double below = loss();
      value = before;
      result.push_back((above - below) / (2 * kStep));
    }
    return result;
  }

 private:
  Index label(Index row) const { return static_cast<Index>(labels_[static_cast<std::size_t>(row)]); }

  Network& network_;
  std::unique_ptr<Backend> backend_ = make_cpu_backend(1);
  Workspace workspace_;
  Index classes_;
  Index rows_ = 0;
  std::vector<Real> labels_;
};

}  // namespace

TEST_CASE("whole networks: every parameter's gradient equals finite differences to 1e-6") {
  for (Network& network : networks()) {
    Training training(network);
    training.backward_fused();
    const std::vector<Real> gradients = training.gradients();
    for (const ModelParameter& parameter : network.model.parameters()) {
      if (!parameter.info.trainable) continue;  // has no gradient
      INFO(network.model.name() << ", " << parameter.path);
      const auto size = static_cast<std::size_t>(parameter.info.shape.size());
      const auto actual = std::span(gradients).subspan(static_cast<std::size_t>(parameter.offset), size);
      const std::vector<double> expected = training.differences(network.model.values(parameter));
      CHECK(max_abs(std::span<const double>(expected)) > 1e-5);  // there is something to compare
      CHECK(max_relative_diff(actual, std::span<const double>(expected)) <= 1e-6);
    }
  }
}

TEST_CASE("whole networks: the input's gradient equals finite differences to 1e-6") {
  for (Network& network : networks()) {
    INFO(network.model.name());
    Training training(network);
    training.backward_fused();
    const std::vector<Real> gradient = training.input_gradient();
    if (network.ids > 0) {
      CHECK(max_abs(std::span<const Real>(gradient)) == 0);  // whole numbers have no neighbours
      continue;
    }
    const std::vector<double> expected = training.differences(training.input());
    CHECK(max_abs(std::span<const double>(expected)) > 1e-5);
    CHECK(max_relative_diff(gradient, expected) <= 1e-6);
  }
}

TEST_CASE("whole networks: the library's loss is the definition's, masked steps left out") {
  for (Network& network : networks()) {
    INFO(network.model.name());
    Training training(network);
    CHECK(training.backward_fused() == Approx(training.loss()).epsilon(1e-12));
  }
  Network tagger = sequence_tagger();
  Training training(tagger);
  REQUIRE(training.workspace().output_mask() != nullptr);
  CHECK(training.counted() == 5 + 3 + 4 + 0);  // of 20 steps
}

TEST_CASE("whole networks: loss and softmax fused give the gradients of the two by themselves") {
  for (Network& network : networks()) {
    INFO(network.model.name());
    Training training(network);
    training.backward_fused();
    const std::vector<Real> fused = training.gradients();
    const std::vector<Real> fused_input = training.input_gradient();
    training.backward_through_softmax();
    CHECK(max_relative_diff(training.gradients(), fused) <= 1e-12);
    CHECK(max_relative_diff(training.input_gradient(), fused_input) <= 1e-12);
  }
}

TEST_CASE("a masked sequence output: what stands at masked steps does not reach the gradients") {
  Network tagger = sequence_tagger();
  Training training(tagger);
  training.backward_fused();
  const std::vector<Real> gradients = training.gradients();
  // Id 0 stands only at masked steps, so its row of the table gets nothing.
  const ModelParameter& table = *tagger.model.find_parameter("embedding/embeddings");
  for (Index i = 0; i < table.info.shape[-1]; ++i)
    CHECK(gradients[static_cast<std::size_t>(table.offset + i)] == 0);
}
