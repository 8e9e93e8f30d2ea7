#include "lapis/model/plan.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "lapis/layers/dense.h"
#include "lapis/layers/dropout.h"
#include "lapis/layers/embedding.h"
#include "lapis/layers/flatten.h"
#include "lapis/layers/lstm.h"
#include "lapis/layers/simple_rnn.h"
#include "support/error_text.h"
#include "support/networks.h"

using namespace lapis;
using namespace lapis_test;

namespace {

/// `depth` Dense layers of 32 units on [?, 32]; with `views` a Flatten and a Dropout behind each.
Model dense_stack(int depth, bool views) {
  std::vector<LayerPtr> layers;
  for (int i = 0; i < depth; ++i) {
    const std::string number = std::to_string(i);
    layers.push_back(std::make_unique<Dense>("dense_" + number, Dense::Config{.units = 32}));
    if (!views) continue;
    layers.push_back(std::make_unique<Flatten>("flatten_" + number, Flatten::Config()));
    layers.push_back(std::make_unique<Dropout>("dropout_" + number, Dropout::Config{.rate = 0.5}));
  }
  return Model("stack", {kUnknown, 32}, std::move(layers));
}

struct Region {
  Index start = 0, size = 0;
};

/// Regions may touch, not overlap; all lie in [0, end).
bool apart(std::vector<Region> regions, Index end) {
  std::sort(regions.begin(), regions.end(),
            [](const Region& a, const Region& b) { return a.start < b.start; });
  Index free_from = 0;
  for (const Region& region : regions) {
    if (region.start < free_from) return false;
    free_from = region.start + region.size;
  }
  return free_from <= end;
}

}  // namespace

TEST_CASE("a plan to predict has room for two activations, whatever the depth") {
  const auto backend = make_cpu_backend(1);
  constexpr Index kActivation = 16 * 32;
  for (const int depth : {2, 3, 10}) {
    const Model model = dense_stack(depth, false);
    CHECK(Plan(model, *backend, {16, 32}, Mode::predict).size() == (1 + 2) * kActivation);
    CHECK(Plan(model, *backend, {16, 32}, Mode::inspect).size() == (1 + depth) * kActivation);
  }
}

TEST_CASE("a plan to predict turns between two buffers") {
  const auto backend = make_cpu_backend(1);
  const Model model = dense_stack(6, false);
  const Plan plan(model, *backend, {16, 32}, Mode::predict);
  for (std::size_t i = 2; i < plan.steps().size(); ++i) {
    CHECK(plan.steps()[i].y_offset == plan.steps()[i - 2].y_offset);
    CHECK(plan.steps()[i].y_offset != plan.steps()[i - 1].y_offset);
    CHECK(plan.steps()[i].y_offset != plan.input_offset());
  }
}

TEST_CASE("views cost nothing") {
  const auto backend = make_cpu_backend(1);
  const Model plain = dense_stack(4, false);
  const Model with_views = dense_stack(4, true);
  for (const Mode mode : {Mode::predict, Mode::inspect})
    CHECK(Plan(with_views, *backend, {16, 32}, mode).size() == Plan(plain, *backend, {16, 32}, mode).size());
  const Plan plan(with_views, *backend, {16, 32}, Mode::inspect);
  CHECK_FALSE(plan.steps()[0].is_view);
  CHECK(plan.steps()[1].is_view);
  CHECK(plan.steps()[2].is_view);
  CHECK(plan.steps()[1].y_offset == plan.steps()[0].y_offset);
  CHECK(plan.steps()[2].y_offset == plan.steps()[0].y_offset);
  // Dropout works when training.
  const Plan training(with_views, *backend, {16, 32}, Mode::train);
  CHECK(training.steps()[1].is_view);
  CHECK_FALSE(training.steps()[2].is_view);
}

TEST_CASE("a plan carries masks from where they are made to where they are dropped") {
  const auto backend = make_cpu_backend(1);
  SimpleRNN::Config sequences;
  sequences.units = 4;
  sequences.return_sequences = true;
  LSTM::Config last;
  last.units = 3;
  std::vector<LayerPtr> layers;
  layers.push_back(std::make_unique<Embedding>(
      "embedding", Embedding::Config{.input_dim = 9, .output_dim = 5, .mask_zero = true}));
  layers.push_back(std::make_unique<SimpleRNN>("simple_rnn", sequences));
  layers.push_back(std::make_unique<Dropout>("dropout", Dropout::Config{}));
  layers.push_back(std::make_unique<Dense>("dense", Dense::Config{.units = 4}));
  layers.push_back(std::make_unique<LSTM>("lstm", last));
  layers.push_back(std::make_unique<Dense>("dense_1", Dense::Config{.units = 2}));
  const Model model("text", {kUnknown, kUnknown}, std::move(layers));
  const Plan plan(model, *backend, {2, 7}, Mode::inspect);
  CHECK(plan.steps()[0].mask_made == 0);
  const std::vector<int> expected = {-1, 0, 0, 0, 0, -1};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CHECK(plan.steps()[i].mask_in == expected[i]);
    CHECK((i == 0 || plan.steps()[i].mask_made == -1));
  }
  CHECK(plan.output_mask() == -1);

  // Predicting, the Embedding is part of the SimpleRNN, which then makes the mask that it passes on.
  const Plan fused(model, *backend, {2, 7}, Mode::predict);
  REQUIRE(fused.steps().size() == 5);
  CHECK(fused.steps()[0].number == 0);
  CHECK(fused.steps()[0].layer->name() == "simple_rnn");
  CHECK(fused.steps()[0].mask_made == 0);
  CHECK(fused.steps()[1].number == 2);
  CHECK(fused.steps()[3].mask_in == 0);
  CHECK(fused.steps()[4].mask_in == -1);

  const Network tagger = sequence_tagger();
  CHECK(Plan(tagger.model, *backend, tagger.x, Mode::train).output_mask() == 0);
  const Network pictures = cnn();
  CHECK(Plan(pictures.model, *backend, pictures.x, Mode::train).output_mask() == -1);
}

TEST_CASE("only a plan to predict fuses layers, and only where it pays") {
  const auto backend = make_cpu_backend(1);
  const auto steps = [&](Index words, Mode mode) {
    std::vector<LayerPtr> layers;
    LSTM::Config lstm;
    lstm.units = 64;
    layers.push_back(
        std::make_unique<Embedding>("embedding", Embedding::Config{.input_dim = words, .output_dim = 2}));
    layers.push_back(std::make_unique<LSTM>("lstm", lstm));
    const Model model("text", {kUnknown, 3}, std::move(layers));
    return Plan(model, *backend, {1, 3}, mode).steps().size();
  };
  CHECK(steps(900, Mode::predict) == 1);
  CHECK(steps(900, Mode::inspect) == 2);
  CHECK(steps(900, Mode::train) == 2);
  CHECK(steps(900000, Mode::predict) == 2);  // the words' shares would take gigabytes
  const Network pictures = cnn();
  CHECK(Plan(pictures.model, *backend, pictures.x, Mode::predict).steps().size() <
        Plan(pictures.model, *backend, pictures.x, Mode::inspect).steps().size());
}

TEST_CASE("a plan to train keeps everything apart") {
  const auto backend = make_cpu_backend(1);
  for (const Network& network : networks()) {
    INFO(network.model.name());
    const Plan plan(network.model, *backend, network.x, Mode::train, /*input_gradient=*/true);
    std::vector<Region> regions = {
        {plan.input_offset(), network.x.size()},
        {plan.gradients_offset(), static_cast<Index>(network.model.values().size())}};
    Index scratch = 0;
    for (int i = 0; i < network.model.layer_count(); ++i) {
      const Plan::Step& step = plan.steps()[static_cast<std::size_t>(i)];
      const Memory memory = network.model.layer(i).memory(*backend, step.x, Mode::train);
      if (!step.is_view) regions.push_back({step.y_offset, step.y.size()});
      if (memory.saved > 0) regions.push_back({step.saved_offset, memory.saved});
      if (step.mask_made >= 0)
        regions.push_back(
            {plan.mask_offset(step.mask_made),
             (step.x.size() + static_cast<Index>(sizeof(Real)) - 1) / static_cast<Index>(sizeof(Real))});
      scratch = std::max(scratch, memory.scratch);
    }
    regions.push_back({plan.scratch_offset(), scratch});
    CHECK(apart(regions, plan.size()));

    // Of the activations' gradients only two neighbours live at a time.
    for (std::size_t i = 0; i < plan.steps().size(); ++i) {
      const Plan::Step& step = plan.steps()[i];
      const Region dy = {step.dy_offset, step.y.size()};
      const Region dx = {i == 0 ? plan.dx_offset() : plan.steps()[i - 1].dy_offset, step.x.size()};
      std::vector<Region> both = regions;
      both.push_back(dy);
      if (step.is_view)
        CHECK(dx.start == dy.start);
      else
        both.push_back(dx);
      CHECK(apart(both, plan.size()));
    }
  }
}

TEST_CASE("a plan's parts start on multiples of 16, its bytes are its Reals'") {
  const auto backend = make_cpu_backend(1);
  for (const Network& network : networks())
    for (const Mode mode : {Mode::predict, Mode::inspect, Mode::train}) {
      const Plan plan(network.model, *backend, network.x, mode);
      for (const Plan::Step& step : plan.steps()) {
        CHECK(step.y_offset % 16 == 0);
        CHECK(step.saved_offset % 16 == 0);
        CHECK(step.dy_offset % 16 == 0);
      }
      CHECK(plan.scratch_offset() % 16 == 0);
      CHECK(plan.bytes() == static_cast<std::size_t>(plan.size()) * sizeof(Real));
    }
}

TEST_CASE("a plan needs an input that the model takes") {
  const auto backend = make_cpu_backend(1);
  const Network network = cnn();
  const auto text = [&](const Shape& x) {
    return error_text([&] { Plan(network.model, *backend, x, Mode::predict); });
  };
  const std::string expected = ", expected [?,9,8,2] (? may be any size from 1)";
  CHECK(text({1, 9, 8, 2}) == "no error");
  CHECK(text({1, 9, 8, 3}) == "model \"cnn\": input [1,9,8,3]" + expected);
  CHECK(text({1, 9, 8}) == "model \"cnn\": input [1,9,8]" + expected);
  CHECK(text({0, 9, 8, 2}) == "model \"cnn\": input [0,9,8,2]" + expected);
  CHECK(text({kUnknown, 9, 8, 2}) == "model \"cnn\": input [?,9,8,2]" + expected);
  const Network words = masked_bilstm();
  CHECK(error_text([&] {
          Plan(words.model, *backend, {1, kUnknown}, Mode::predict);
        }) == R"(model "masked_bilstm": input [1,?], expected [?,?] (? may be any size from 1))");
}
