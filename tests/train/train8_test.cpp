// Eight training steps of a small convolutional network against Keras: loss, gradients and optimizer
// together.
#include <algorithm>
#include <catch2/catch.hpp>
#include <numeric>
#include <string>
#include <vector>

#include "lapis/io/keras_model.h"
#include "lapis/train/trainer.h"
#include "support/close.h"
#include "train/golden.h"

using namespace lapis;

namespace {

Model network(const lapis_test::Golden& golden) {
  Model model = model_from_config(R"([
      {"class_name": "Conv2D", "config": {"filters": 6, "kernel_size": 3, "padding": "same", "activation": "relu"}},
      {"class_name": "MaxPooling2D", "config": {"pool_size": 2}},
      {"class_name": "Conv2D", "config": {"filters": 5, "kernel_size": 3, "activation": "relu"}},
      {"class_name": "Flatten", "config": {}},
      {"class_name": "Dense", "config": {"units": 16, "activation": "relu"}},
      {"class_name": "Dense", "config": {"units": 4, "activation": "softmax"}}])",
                                  Shape{kUnknown, 8, 8, 3});
  REQUIRE(model.parameters().size() == 8);
  for (std::size_t i = 0; i < 8; ++i) {
    const std::vector<double> start = golden.get({"w0", std::to_string(i)});
    const auto values = model.values(model.parameters()[i]);
    REQUIRE(values.size() == start.size());
    std::transform(start.begin(), start.end(), values.begin(), [](double v) { return static_cast<Real>(v); });
  }
  return model;
}

}  // namespace

TEST_CASE("eight steps equal Keras's") {
  LAPIS_NEED_SHARED(path, "golden/train8.safetensors");
  const lapis_test::Golden golden(path);
  const std::vector<double> x = golden.get({"x"});
  const std::vector<double> y = golden.get({"y"});
  const TensorDataset data({8, 8, 3}, std::vector<Real>(x.begin(), x.end()),
                           std::vector<Index>(y.begin(), y.end()));
  REQUIRE(data.size() == 32);

  for (const std::string name : {"adam", "sgd_m"}) {
    TrainOptions options;
    options.batch_size = 8;
    options.schedule.initial_learning_rate = name == "adam" ? 1e-2 : 0.05;
    options.optimizer.kind = name == "adam" ? OptimizerConfig::Kind::adam : OptimizerConfig::Kind::sgd;
    options.optimizer.momentum = name == "adam" ? 0 : 0.9;
    Model model = network(golden);
    const auto backend = make_cpu_backend(2);
    Trainer trainer(model, *backend, options, data);
    const std::vector<double> losses = golden.get({name, "losses/f64"});
    REQUIRE(losses.size() == 8);
    for (std::size_t step = 0; step < 8; ++step) {
      std::vector<Index> samples(8);
      std::iota(samples.begin(), samples.end(), static_cast<Index>(step % 4 * 8));
      const double loss = trainer.train_step(samples);
      CAPTURE(name, step);
      CHECK(std::abs(loss - losses[step]) <= 1e-5 * losses[step]);
    }
    for (std::size_t i = 0; i < 8; ++i) {
      const std::vector<double> expected = golden.get({name, "final", std::to_string(i), "f64"});
      const auto values = model.values(model.parameters()[i]);
      CAPTURE(name, model.parameters()[i].path);
      CHECK(lapis_test::max_abs_diff(std::vector<Real>(values.begin(), values.end()), expected) <= 1e-6);
    }
  }
}
