#include "lapis/train/trainer.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <set>
#include <vector>

#include "lapis/core/error.h"
#include "lapis/io/keras_model.h"
#include "support/allocations.h"
#include "support/random_values.h"

using namespace lapis;
using Catch::Contains;

namespace {

Model mlp(std::uint64_t seed = 1, const char* extra = "") {
  Model model = model_from_config(
      std::string(R"([{"class_name": "Dense", "config": {"units": 8, "activation": "tanh"}},)") + extra +
          R"({"class_name": "Dense", "config": {"units": 2, "activation": "softmax"}}])",
      Shape{kUnknown, 2});
  model.initialize(seed);
  return model;
}

TensorDataset xor_data() {
  return TensorDataset({2}, {0, 0, 0, 1, 1, 0, 1, 1}, {0, 1, 1, 0});
}

/// Points in the plane, class 1 inside a circle.
TensorDataset circle_data(Index count, std::uint64_t seed) {
  std::vector<Real> x = lapis_test::random_values(2 * count, seed);
  std::vector<Index> labels;
  for (std::size_t i = 0; i < x.size(); i += 2)
    labels.push_back(x[i] * x[i] + x[i + 1] * x[i + 1] < Real(0.6));
  return TensorDataset({2}, x, labels);
}

TrainOptions options_of(Index epochs, Index batch_size, double learning_rate) {
  TrainOptions options;
  options.epochs = epochs;
  options.batch_size = batch_size;
  options.schedule.initial_learning_rate = learning_rate;
  return options;
}

std::vector<Real> values_of(const Model& model) {
  return {model.values().begin(), model.values().end()};
}

constexpr const char* kDropout = R"({"class_name": "Dropout", "config": {"rate": 0.3}},)";

/// Remembers which samples were asked for.
class RecordingDataset : public TensorDataset {
 public:
  using TensorDataset::TensorDataset;
  void fill(Index i, const RandomStream* random, Real* x) const override {
    asked.push_back(i);
    TensorDataset::fill(i, random, x);
  }
  std::unique_ptr<Batches> batches(Backend& backend, Index batch_size) const override {
    return Dataset::batches(backend, batch_size);
  }
  mutable std::vector<Index> asked;
};

}  // namespace

TEST_CASE("XOR is learnt, with Adam and with SGD") {
  const auto backend = make_cpu_backend();
  const TensorDataset data = xor_data();
  for (const auto kind : {OptimizerConfig::Kind::adam, OptimizerConfig::Kind::sgd}) {
    Model model = mlp(3);
    TrainOptions options = options_of(300, 4, kind == OptimizerConfig::Kind::adam ? 0.05 : 0.5);
    options.optimizer.kind = kind;
    options.optimizer.momentum = kind == OptimizerConfig::Kind::sgd ? 0.9 : 0;
    const TrainResult result = Trainer(model, *backend, options, data).fit();
    CHECK(result.stop == TrainResult::Stop::finished);
    CHECK(result.weights_of_epoch == 300);
    REQUIRE(result.epochs.size() == 300);
    CHECK(result.epochs.front().loss > 0.5);
    CHECK(result.epochs.back().loss < 0.05);
    CHECK(result.epochs.back().accuracy == 1);
    const Evaluation evaluation = Evaluator(model, *backend, {2}, 3).evaluate(data);
    CHECK(evaluation.accuracy == 1);
    CHECK(evaluation.macro_f1 == 1);
    CHECK(evaluation.confusion.at(0, 0) == 2);
  }
}

TEST_CASE("every epoch sees every sample once, in another order; the last batch may be small") {
  RecordingDataset data({1}, lapis_test::random_values(10, 1), {0, 1, 0, 1, 0, 1, 0, 1, 0, 1});
  Model model = model_from_config(
      R"([{"class_name": "Dense", "config": {"units": 2, "activation": "softmax"}}])", Shape{kUnknown, 1});
  const auto backend = make_cpu_backend();
  TrainOptions options = options_of(3, 4, 0.01);
  std::vector<Index> batches;
  TrainCallbacks callbacks;
  callbacks.on_batch = [&](const TrainProgress& progress) {
    batches.push_back(progress.batch);
    CHECK(progress.batches == 3);
    CHECK(progress.epochs == 3);
    return true;
  };
  Trainer(model, *backend, options, data).fit(callbacks);
  CHECK(batches == std::vector<Index>{1, 2, 3, 1, 2, 3, 1, 2, 3});
  REQUIRE(data.asked.size() == 30);
  std::set<std::vector<Index>> orders;
  for (auto begin = data.asked.begin(); begin != data.asked.end(); begin += 10) {
    std::vector<Index> order(begin, begin + 10);
    orders.insert(order);
    std::sort(order.begin(), order.end());
    for (Index i = 0; i < 10; ++i) CHECK(order[static_cast<std::size_t>(i)] == i);
  }
  CHECK(orders.size() == 3);

  const std::vector<Index> first = data.asked;
  data.asked.clear();
  Trainer(model, *backend, options, data).fit();
  CHECK(data.asked == first);
  data.asked.clear();
  options.seed = 1;
  Trainer(model, *backend, options, data).fit();
  CHECK(data.asked != first);
  data.asked.clear();
  options.shuffle = false;
  Trainer(model, *backend, options, data).fit();
  for (std::size_t i = 0; i < 30; ++i) CHECK(data.asked[i] == static_cast<Index>(i % 10));
}

TEST_CASE("the epoch's loss is the mean over samples, not over batches") {
  const TensorDataset data({2}, {0, 0, 1, 0, 0, 1}, {0, 1, 1});
  Model model = mlp(4);
  const auto backend = make_cpu_backend();
  const Evaluation expected = Evaluator(model, *backend, {2}, 3).evaluate(data);
  CHECK(Evaluator(model, *backend, {2}, 2).evaluate(data).loss == Approx(expected.loss));
  TrainOptions options = options_of(1, 2, 0);
  options.optimizer.kind = OptimizerConfig::Kind::sgd;
  Trainer trainer(model, *backend, options, data, &data);
  const auto record = trainer.train_epoch();
  REQUIRE(record);
  CHECK(record->loss == Approx(expected.loss));
  CHECK(record->accuracy == Approx(expected.accuracy));
  CHECK(record->validated);
  CHECK(record->val_loss == Approx(expected.loss));
  CHECK(record->val_macro_f1 == Approx(expected.macro_f1));
}

TEST_CASE("the same bits for any number of threads, from run to run; other bits for another seed") {
  const TensorDataset data = circle_data(150, 5), validation = circle_data(40, 6);
  const auto train = [&](int threads, std::uint64_t seed) {
    const auto backend = make_cpu_backend(threads);
    Model model = mlp(7, kDropout);
    TrainOptions options = options_of(4, 32, 0.02);
    options.seed = seed;
    options.optimizer.global_clipnorm = 0.5;
    const TrainResult result = Trainer(model, *backend, options, data, &validation).fit();
    std::vector<Real> all = values_of(model);
    for (const EpochRecord& record : result.epochs) {
      all.push_back(static_cast<Real>(record.loss));
      all.push_back(static_cast<Real>(record.val_loss));
    }
    return all;
  };
  const std::vector<Real> expected = train(1, 9);
  CHECK(train(1, 9) == expected);
  CHECK(train(2, 9) == expected);
  CHECK(train(3, 9) == expected);
  CHECK(train(1, 10) != expected);
}

TEST_CASE("early stopping stops, and brings back the best weights") {
  const TensorDataset data = circle_data(60, 5);
  // Labels turned around: the better the model learns, the worse it validates.
  std::vector<Real> x = lapis_test::random_values(80, 8);
  std::vector<Index> labels;
  for (std::size_t i = 0; i < 80; i += 2) labels.push_back(x[i] * x[i] + x[i + 1] * x[i + 1] >= Real(0.6));
  const TensorDataset against({2}, x, labels);
  const auto backend = make_cpu_backend();

  for (const bool restore : {true, false}) {
    Model model = mlp(2);
    TrainOptions options = options_of(50, 16, 0.05);
    options.early_stopping.emplace();
    options.early_stopping->patience = 3;
    options.early_stopping->restore_best_weights = restore;
    std::vector<std::vector<Real>> weights;
    TrainCallbacks callbacks;
    callbacks.on_epoch = [&](const EpochRecord&) { weights.push_back(values_of(model)); };
    const TrainResult result = Trainer(model, *backend, options, data, &against).fit(callbacks);

    CHECK(result.stop == TrainResult::Stop::early);
    std::size_t best = 0;
    for (std::size_t i = 0; i < result.epochs.size(); ++i) {
      if (result.epochs[i].val_loss < result.epochs[best].val_loss) best = i;
    }
    CHECK(result.epochs.size() == best + 1 + 3);
    const std::size_t kept = restore ? best : result.epochs.size() - 1;
    CHECK(result.weights_of_epoch == static_cast<Index>(kept + 1));
    CHECK(values_of(model) == weights[kept]);
    CHECK(weights[best] != weights.back());
  }
}

TEST_CASE("the best weights come back after the last epoch and after cancelling, too") {
  const TensorDataset data = circle_data(60, 5);
  const auto backend = make_cpu_backend();
  Model model = mlp(2);
  TrainOptions options = options_of(6, 16, 3);  // a rate that makes it worse
  options.early_stopping.emplace();
  options.early_stopping->patience = 100;
  TrainCallbacks callbacks;
  std::vector<std::vector<Real>> weights;
  callbacks.on_epoch = [&](const EpochRecord&) { weights.push_back(values_of(model)); };
  const TrainResult result = Trainer(model, *backend, options, data, &data).fit(callbacks);
  CHECK(result.stop == TrainResult::Stop::finished);
  REQUIRE(result.weights_of_epoch >= 1);
  CHECK(values_of(model) == weights[static_cast<std::size_t>(result.weights_of_epoch - 1)]);

  Model second = mlp(2);
  Index calls = 0;
  callbacks.on_epoch = {};
  callbacks.on_batch = [&](const TrainProgress&) { return ++calls < 4 + 2; };
  const TrainResult cancelled = Trainer(second, *backend, options, data, &data).fit(callbacks);
  CHECK(cancelled.stop == TrainResult::Stop::cancelled);
  CHECK(cancelled.epochs.size() == 1);
  CHECK(cancelled.weights_of_epoch == 1);
  CHECK(values_of(second) == weights[0]);

  Model third = mlp(2);
  options.early_stopping.reset();
  calls = 0;
  CHECK(Trainer(third, *backend, options, data).fit(callbacks).weights_of_epoch == 0);
}

TEST_CASE("learning rates: schedule by step, plateau by epoch") {
  const TensorDataset data = circle_data(10, 1);
  const auto backend = make_cpu_backend();
  TrainOptions options = options_of(3, 5, 0.1);
  options.schedule.kind = Schedule::Kind::exponential_decay;
  options.schedule.decay_steps = 1;
  options.schedule.decay_rate = 0.5;
  Model model = mlp();
  const TrainResult result = Trainer(model, *backend, options, data).fit();
  CHECK(result.epochs[0].learning_rate == Approx(0.1 / 2));
  CHECK(result.epochs[2].learning_rate == Approx(0.1 / 32));

  options.plateau.emplace();
  CHECK_THROWS_WITH(Trainer(model, *backend, options, data, &data),
                    Contains("needs a constant learning rate"));
  options = options_of(4, 5, 0.1);
  options.plateau.emplace();
  options.plateau->monitor = Monitor::val_loss;
  options.plateau->patience = 1;
  options.plateau->min_delta = 1e9;  // nothing is an improvement but the first
  const TrainResult reduced = Trainer(model, *backend, options, data, &data).fit();
  CHECK(reduced.epochs[0].learning_rate == Approx(0.1));
  CHECK(reduced.epochs[1].learning_rate == Approx(0.1));
  CHECK(reduced.epochs[2].learning_rate == Approx(0.01));
  CHECK(reduced.epochs[3].learning_rate == Approx(0.001));
}

TEST_CASE("training steps allocate nothing") {
  const TensorDataset data = circle_data(50, 1);
  for (const int threads : {1, 2}) {
    const auto backend = make_cpu_backend(threads);
    Model model = mlp(1, kDropout);
    TrainOptions options = options_of(3, 16, 0.01);
    options.optimizer.clipnorm = 1;
    Trainer trainer(model, *backend, options, data);
    TrainCallbacks callbacks;
    callbacks.on_batch = [](const TrainProgress&) { return true; };
    lapis_test::AllocationCounter counter;
    const auto record = trainer.train_epoch(callbacks);
    const std::size_t allocations = counter.count();
    CHECK(allocations == 0);
    CHECK(record.has_value());
  }
}

TEST_CASE("seconds come from the caller's clock") {
  const TensorDataset data = circle_data(8, 1);
  const auto backend = make_cpu_backend();
  Model model = mlp();
  double now = 100;
  TrainCallbacks callbacks;
  callbacks.clock = [&] { return now += 2.5; };
  CHECK(Trainer(model, *backend, options_of(1, 4, 0.1), data).fit(callbacks).epochs[0].seconds == 2.5);
  CHECK(Trainer(model, *backend, options_of(1, 4, 0.1), data).fit().epochs[0].seconds == 0);
}

TEST_CASE("a masked BiLSTM learns 20 sentences by heart") {
  const Index time = 12, words = 30;
  Model model = model_from_config(R"([
      {"class_name": "Embedding", "config": {"input_dim": 30, "output_dim": 8, "mask_zero": true}},
      {"class_name": "Bidirectional", "config": {"layer": {"class_name": "LSTM", "config": {"units": 8}}}},
      {"class_name": "Dense", "config": {"units": 3, "activation": "softmax"}}])",
                                  Shape{kUnknown, time});
  model.initialize(4);
  std::vector<Real> x(20 * time);
  std::vector<Index> labels;
  const RandomStream random(1, 2);
  for (Index i = 0; i < 20; ++i) {
    labels.push_back(i % 3);
    for (Index t = 0; t < 2 + i % 10; ++t) {
      const auto index = static_cast<std::size_t>(i * time + t);
      x[index] = static_cast<Real>(1 + random.below(index, static_cast<std::uint64_t>(words - 1)));
    }
  }
  const TensorDataset data({time}, x, labels);
  const auto backend = make_cpu_backend(2);
  TrainOptions options = options_of(60, 8, 0.02);
  options.optimizer.global_clipnorm = 1;
  const TrainResult result = Trainer(model, *backend, options, data, &data).fit();
  CHECK(result.epochs.front().loss > 0.9);
  CHECK(result.epochs.back().val_loss < 0.02);
  CHECK(result.epochs.back().val_macro_f1 == 1);
}

TEST_CASE("a convolutional network learns left from right, flips and all") {
  // A bright row at the top (class 0) or at the bottom (class 1): no flip or shift of 1 changes the class.
  std::vector<std::uint8_t> pictures(40 * 64);
  std::vector<Index> labels;
  for (std::size_t i = 0; i < 40; ++i) {
    labels.push_back(static_cast<Index>(i % 2));
    const std::size_t row = i % 2 == 0 ? 2 : 5;
    for (std::size_t p = 0; p < 64; ++p)
      pictures[i * 64 + p] = static_cast<std::uint8_t>((p * 37 + i * 11) % 60);
    for (std::size_t column = 0; column < 8; ++column) pictures[i * 64 + row * 8 + column] = 200;
  }
  std::vector<Real> byte_values;
  for (int byte = 0; byte < 256; ++byte) byte_values.push_back(static_cast<Real>(byte / 255.0));
  Augmentation augmentation;
  augmentation.horizontal_flip = true;
  augmentation.shift = 1;
  const PictureDataset data({8, 8, 1}, pictures, labels, byte_values, augmentation);
  Model model = model_from_config(R"([
      {"class_name": "Conv2D", "config": {"filters": 4, "kernel_size": 3, "padding": "same", "activation": "relu"}},
      {"class_name": "MaxPooling2D", "config": {"pool_size": 2}},
      {"class_name": "Flatten", "config": {}},
      {"class_name": "Dense", "config": {"units": 2, "activation": "softmax"}}])",
                                  Shape{kUnknown, 8, 8, 1});
  model.initialize(1);
  const auto backend = make_cpu_backend(2);
  const TrainResult result = Trainer(model, *backend, options_of(30, 16, 0.02), data, &data).fit();
  CHECK(result.epochs.back().val_accuracy == 1);
}

TEST_CASE("a batch larger than the data is one batch of all samples, as in Keras") {
  const TensorDataset data = xor_data();
  const auto backend = make_cpu_backend();
  const auto losses = [&](Index batch_size) {
    Model model = mlp();
    model.initialize(3);
    std::vector<double> values;
    for (const EpochRecord& record :
         Trainer(model, *backend, options_of(5, batch_size, 0.1), data).fit().epochs)
      values.push_back(record.loss);
    return values;
  };
  CHECK(losses(1000) == losses(4));
  CHECK(losses(1000) != losses(3));
}

TEST_CASE("trainings that cannot be") {
  const TensorDataset data = xor_data();
  const TensorDataset other({3}, std::vector<Real>(12), {0, 0, 0, 0});
  const TensorDataset wrong_label({2}, std::vector<Real>(8), {0, 1, 2, 0});
  const auto backend = make_cpu_backend();
  Model model = mlp();
  TrainOptions options = options_of(0, 4, 0.1);
  CHECK_THROWS_WITH(Trainer(model, *backend, options, data), "training: epochs 0, expected at least 1");
  options = options_of(1, 0, 0.1);
  CHECK_THROWS_WITH(Trainer(model, *backend, options, data), Contains("batch_size 0"));
  options = options_of(1, 4, 0.1);
  CHECK_THROWS_WITH(Trainer(model, *backend, options, data, &other),
                    Contains("the validation data has samples of shape [3], expected [2]"));
  CHECK_THROWS_WITH(Trainer(model, *backend, options, other), Contains("input [4,3], expected [?,2]"));
  options.early_stopping.emplace();
  CHECK_THROWS_WITH(Trainer(model, *backend, options, data),
                    "training: early stopping watches val_loss, but there is no validation data");
  options.early_stopping->monitor = Monitor::loss;
  CHECK_NOTHROW(Trainer(model, *backend, options, data));
  options.early_stopping.reset();
  CHECK_THROWS_WITH(Trainer(model, *backend, options, wrong_label).fit(),
                    Contains("label 2, expected 0 to 1"));
  CHECK_THROWS_WITH(Evaluator(model, *backend, {2}, 4).evaluate(other), Contains("samples of shape [3]"));
  CHECK_THROWS_WITH(Evaluator(model, *backend, {2}, 4).evaluate(data, [](Index, Index) { return false; }),
                    "evaluation: cancelled");
  Trainer trainer(model, *backend, options, data);
  CHECK_THROWS_WITH(trainer.train_step(std::vector<Index>{}),
                    Contains("a step with 0 samples, expected 1 to 4"));
}

TEST_CASE("a loss that is no number ends the training") {
  const TensorDataset data({2}, {0, 0, NAN, 1}, {0, 1});
  const auto backend = make_cpu_backend();
  Model model = mlp();
  CHECK_THROWS_WITH(Trainer(model, *backend, options_of(1, 2, 0.1), data).fit(),
                    Contains("training: epoch 1, step 1: the loss is") &&
                        Contains("lower the learning rate or set clipnorm"));
}
