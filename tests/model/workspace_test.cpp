#include "lapis/model/workspace.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "lapis/layers/dropout.h"
#include "support/close.h"
#include "support/error_text.h"
#include "support/networks.h"

using namespace lapis;
using namespace lapis_test;

namespace {

using Values = std::vector<Real>;

Values copy(const ConstView& view) {
  return {view.data, view.data + view.shape.size()};
}

void fill(Workspace& workspace, const Network& network, Index batch) {
  const Values x = network_input(network, network.x.with_batch(batch));
  std::copy(x.begin(), x.end(), workspace.input(batch).data);
}

Values run(const Network& network, Backend& backend, Mode mode, Index planned, Index batch) {
  Workspace workspace(network.model, backend, network.x.with_batch(planned), mode);
  fill(workspace, network, batch);
  return copy(workspace.run(batch));
}

/// Runs and goes backward from a made-up gradient of the output; returns the gradients of all parameters.
Values train(const Network& network, Workspace& workspace, Index batch, std::uint64_t step = 0) {
  fill(workspace, network, batch);
  workspace.run(batch, /*training=*/true, /*seed=*/3, step);
  const View dy = workspace.output_gradient();
  for (Index i = 0; i < dy.shape.size(); ++i) dy.data[i] = Real(0.1) * static_cast<Real>(i % 7 - 3);
  workspace.zero_gradients();
  workspace.backward(/*dy_is_logits=*/true);
  return {workspace.gradients(), workspace.gradients() + network.model.values().size()};
}

Model two_dropouts() {
  std::vector<LayerPtr> layers;
  layers.push_back(std::make_unique<Dropout>("dropout", Dropout::Config{.rate = 0.5}));
  layers.push_back(std::make_unique<Dropout>("dropout_1", Dropout::Config{.rate = 0.5}));
  return Model("dropouts", {kUnknown, 1000}, std::move(layers));
}

/// Writes down what it hears: "+" and the number of a step's first layer, "-" going backward.
class Notes final : public StepObserver {
 public:
  std::string text;

 private:
  void done(const Plan::Step& step, Pass pass) override {
    text += (pass == Pass::forward ? "+" : "-") + std::to_string(step.number) + " ";
  }
};

}  // namespace

TEST_CASE("predict, inspect and train without training give equal bits") {
  const auto backend = make_cpu_backend(1);
  for (const Network& network : networks()) {
    INFO(network.model.name());
    const Values expected = run(network, *backend, Mode::predict, 4, 4);
    CHECK(run(network, *backend, Mode::inspect, 4, 4) == expected);
    CHECK(run(network, *backend, Mode::train, 4, 4) == expected);
    CHECK(std::all_of(expected.begin(), expected.end(), [](Real p) { return p > 0 && p < 1; }));
  }
}

TEST_CASE("run_on reads the input where it lies, and leaves the workspace's own alone") {
  const auto backend = make_cpu_backend(1);
  for (const Network& network : networks()) {
    INFO(network.model.name());
    const Values expected = run(network, *backend, Mode::predict, 4, 3);
    const Values x = network_input(network, network.x.with_batch(3));
    Workspace workspace(network.model, *backend, network.x.with_batch(4), Mode::predict);
    CHECK(copy(workspace.run_on({x.data(), network.x.with_batch(3)})) == expected);
    const View own = workspace.input(3);
    CHECK(std::all_of(own.data, own.data + own.shape.size(), [](Real value) { return value == 0; }));
    CHECK_THROWS_AS(workspace.run_on({x.data(), network.x.with_batch(5)}), Error);
    Workspace training(network.model, *backend, network.x.with_batch(4), Mode::train);
    CHECK_THROWS_AS(training.run_on({x.data(), network.x.with_batch(3)}), Error);
  }
}

TEST_CASE("a workspace predicts with the values that the model has now") {
  const auto backend = make_cpu_backend(1);
  const auto predict = [](Workspace& workspace, const Network& network) {
    fill(workspace, network, 4);
    return copy(workspace.run(4));
  };
  std::vector<Network> all = networks();
  for (Network& network : all) {
    INFO(network.model.name());
    Workspace predicting(network.model, *backend, network.x.with_batch(4), Mode::predict);
    const Values before = predict(predicting, network);
    for (Real& value : network.model.values()) value *= Real(0.5);
    Workspace fresh(network.model, *backend, network.x.with_batch(4), Mode::predict);
    const Values after = predict(predicting, network);
    CHECK(after == predict(fresh, network));
    CHECK(after != before);
  }
}

TEST_CASE("a batch smaller than planned gives what a workspace of its size gives") {
  const auto backend = make_cpu_backend(1);
  for (const Network& network : networks())
    for (const Index batch : {1, 2, 3}) {
      INFO(network.model.name() << ", batch " << batch);
      for (const Mode mode : {Mode::predict, Mode::inspect, Mode::train})
        CHECK(run(network, *backend, mode, 4, batch) == run(network, *backend, mode, batch, batch));
      Workspace large(network.model, *backend, network.x.with_batch(4), Mode::train);
      Workspace small(network.model, *backend, network.x.with_batch(batch), Mode::train);
      train(network, large, 4);  // leaves its traces
      CHECK(train(network, large, batch) == train(network, small, batch));
    }
}

TEST_CASE("a row's probabilities do not depend on its company") {
  const auto backend = make_cpu_backend(1);
  for (const Network& network : networks()) {
    INFO(network.model.name());
    const Values all = run(network, *backend, Mode::predict, 4, 4);
    const Values alone = run(network, *backend, Mode::predict, 1, 1);
    CHECK(max_abs_diff(Values(all.begin(), all.begin() + static_cast<Index>(alone.size())), alone) <= 1e-6);
  }
}

TEST_CASE("a workspace can run again and again, its input stays") {
  const auto backend = make_cpu_backend(1);
  for (const Network& network : networks()) {
    INFO(network.model.name());
    Workspace workspace(network.model, *backend, network.x, Mode::predict);
    fill(workspace, network, 4);
    const Values first = copy(workspace.run(4));
    CHECK(copy(workspace.run(4)) == first);
  }
}

TEST_CASE("a batch that is too large or empty is refused") {
  const auto backend = make_cpu_backend(1);
  const Network network = cnn();
  Workspace workspace(network.model, *backend, {4, 9, 8, 2}, Mode::predict);
  CHECK(workspace.input(4).shape == Shape({4, 9, 8, 2}));
  CHECK(workspace.input(1).shape == Shape({1, 9, 8, 2}));
  CHECK(error_text([&] { workspace.input(5); }) ==
        "a workspace planned for batches of 1 to 4 cannot run a batch of 5");
  CHECK(error_text([&] { workspace.run(5); }) ==
        "a workspace planned for batches of 1 to 4 cannot run a batch of 5");
  CHECK(error_text([&] { workspace.run(0); }) ==
        "a workspace planned for batches of 1 to 4 cannot run a batch of 0");
  CHECK(workspace.run(4).shape == Shape({4, 3}));
}

TEST_CASE("inspect keeps every layer's output") {
  const auto backend = make_cpu_backend(1);
  const Network network = cnn();
  Workspace workspace(network.model, *backend, network.x, Mode::inspect);
  fill(workspace, network, 3);
  const ConstView y = workspace.run(3);
  for (int i = 0; i < network.model.layer_count(); ++i)
    CHECK(workspace.activation(i).shape == network.model.layer_output_shape(i).with_batch(3));
  CHECK(workspace.activation(9).data == y.data);
  // ReLU's from the convolution's, max pooling's from ReLU's: each is still there.
  const Values conv = copy(workspace.activation(0));
  const Values relu = copy(workspace.activation(1));
  CHECK(*std::min_element(conv.begin(), conv.end()) < 0);
  for (std::size_t i = 0; i < conv.size(); ++i) CHECK(relu[i] == std::max<Real>(conv[i], 0));
  const ConstView pooled = workspace.activation(2);
  CHECK(pooled.data[0] == std::max({relu[0], relu[4], relu[32], relu[36]}));  // 8 wide, 4 channels
  CHECK(workspace.activation(6).data == workspace.activation(4).data);        // Dropout and Flatten are views

  Workspace predicting(network.model, *backend, network.x.with_batch(4), Mode::predict);
  predicting.run(1);
  CHECK(error_text([&] { predicting.activation(0); }) ==
        "a workspace made to predict keeps no activations; make one to inspect");
}

TEST_CASE("the output's mask is the input's padding") {
  const auto backend = make_cpu_backend(1);
  const Network tagger = sequence_tagger();
  Workspace workspace(tagger.model, *backend, tagger.x, Mode::predict);
  fill(workspace, tagger, 4);
  workspace.run(4);
  const Values x = network_input(tagger, tagger.x);
  REQUIRE(workspace.output_mask() != nullptr);
  for (std::size_t i = 0; i < x.size(); ++i) CHECK((workspace.output_mask()[i] != 0) == (x[i] != 0));
  const Network pictures = cnn();
  CHECK(Workspace(pictures.model, *backend, pictures.x, Mode::predict).output_mask() == nullptr);
}

TEST_CASE("backward adds to the gradients") {
  const auto backend = make_cpu_backend(1);
  const Network network = masked_bilstm();
  Workspace workspace(network.model, *backend, network.x, Mode::train);
  const Values once = train(network, workspace, 4);
  // Again, without zeroing.
  workspace.run(4, true, 3, 0);
  const View dy = workspace.output_gradient();
  for (Index i = 0; i < dy.shape.size(); ++i) dy.data[i] = Real(0.1) * static_cast<Real>(i % 7 - 3);
  workspace.backward(true);
  const Values twice(workspace.gradients(), workspace.gradients() + network.model.values().size());
  Values doubled = once;
  for (Real& value : doubled) value *= 2;
  CHECK(max_relative_diff(twice, doubled) <= 1e-6);
}

TEST_CASE("Dropout's masks depend on seed, step and layer only") {
  const auto backend = make_cpu_backend(1);
  const Model model = two_dropouts();
  Workspace workspace(model, *backend, {2, 1000}, Mode::train);
  std::fill_n(workspace.input(2).data, 2000, Real(1));
  const auto dropped = [&](std::uint64_t seed, std::uint64_t step) {
    workspace.run(2, true, seed, step);
    return copy(workspace.activation(0));
  };
  const Values first = dropped(1, 0);
  CHECK(dropped(1, 0) == first);
  CHECK(dropped(2, 0) != first);
  CHECK(dropped(1, 1) != first);
  // The second layer drops half of what the first one left, not the same or all of it.
  dropped(1, 0);
  const Values second = copy(workspace.activation(1));
  const auto zeros = [](const Values& values) { return std::count(values.begin(), values.end(), Real(0)); };
  CHECK(std::abs(static_cast<double>(zeros(first)) - 1000) < 4 * 22.4);   // sigma: sqrt(2000 / 4)
  CHECK(std::abs(static_cast<double>(zeros(second)) - 1500) < 4 * 19.4);  // sigma: sqrt(2000 * 3 / 16)
  // Not training: nothing is dropped.
  CHECK(copy(workspace.run(2)) == Values(2000, 1));
}

TEST_CASE("training twice alike gives equal bits, another step other ones") {
  const auto backend = make_cpu_backend(1);
  for (const Network& network : networks()) {
    if (network.model.name() == "simple_rnn_stack" || network.model.name() == "sequence_tagger")
      continue;  // no Dropout
    INFO(network.model.name());
    Workspace workspace(network.model, *backend, network.x, Mode::train);
    Workspace other(network.model, *backend, network.x, Mode::train);
    const Values first = train(network, workspace, 4, 7);
    CHECK(train(network, workspace, 4, 7) == first);
    CHECK(train(network, other, 4, 7) == first);
    CHECK(train(network, workspace, 4, 8) != first);
  }
}

TEST_CASE("an observer hears of every step that is done, in turn, and changes no result") {
  const auto backend = make_cpu_backend(1);
  // Conv, ReLU, max pooling, Conv, average pooling, Dropout, Flatten, Dense, Dense, ...
  const Network network = cnn();
  for (const Mode mode : {Mode::predict, Mode::inspect, Mode::train}) {
    Notes notes;
    Workspace workspace(network.model, *backend, network.x, mode);
    workspace.observe(&notes);
    fill(workspace, network, 3);
    const Values y = copy(workspace.run(3));
    std::string expected;
    for (const Plan::Step& step : workspace.plan().steps())
      if (!step.is_view) expected += "+" + std::to_string(step.number) + " ";
    CHECK(notes.text == expected);
    CHECK(y == run(network, *backend, mode, 4, 3));
    notes.text.clear();
    workspace.observe(nullptr);
    workspace.run(3);
    CHECK(notes.text.empty());
  }

  Notes notes;
  Workspace training(network.model, *backend, network.x, Mode::train);
  Workspace unobserved(network.model, *backend, network.x, Mode::train);
  training.observe(&notes);
  CHECK(train(network, training, 3) == train(network, unobserved, 3));
  std::string forward, backward;
  for (const Plan::Step& step : training.plan().steps()) {
    if (step.is_view) continue;
    forward += "+" + std::to_string(step.number) + " ";
    backward = "-" + std::to_string(step.number) + " " + backward;
  }
  CHECK(notes.text == forward + backward);
}

TEST_CASE("a workspace gives only what it was made for") {
  const auto backend = make_cpu_backend(1);
  const Network network = rms_norm_mlp();
  Workspace inspecting(network.model, *backend, network.x, Mode::inspect, /*input_gradient=*/true);
  const std::string no_gradients = "a workspace not made to train has no gradients";
  CHECK(error_text([&] { inspecting.gradients(); }) == no_gradients);
  CHECK(error_text([&] { inspecting.zero_gradients(); }) == no_gradients);
  CHECK(error_text([&] { inspecting.output_gradient(); }) == no_gradients);
  CHECK(error_text([&] { inspecting.backward(true); }) == no_gradients);
  const std::string no_input_gradient = "this workspace was made without input_gradient";
  CHECK(error_text([&] { inspecting.input_gradient(); }) == no_input_gradient);
  Workspace training(network.model, *backend, network.x, Mode::train);
  CHECK(error_text([&] { training.input_gradient(); }) == no_input_gradient);
  CHECK(error_text([&] { training.backward(true); }) == "a workspace cannot go backward before it has run");
}

TEST_CASE("the input's gradient is there where it was asked for, and changes no other") {
  const auto backend = make_cpu_backend(1);
  const Network network = cnn();
  Workspace with(network.model, *backend, network.x, Mode::train, /*input_gradient=*/true);
  Workspace without(network.model, *backend, network.x, Mode::train);
  CHECK(train(network, with, 3) == train(network, without, 3));
  CHECK(with.input_gradient().shape == Shape({3, 9, 8, 2}));
  const Values dx = copy(with.input_gradient());
  CHECK(std::any_of(dx.begin(), dx.end(), [](Real value) { return value != 0; }));
}
