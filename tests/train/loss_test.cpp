#include "lapis/train/loss.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "lapis/core/error.h"
#include "lapis/io/keras_model.h"
#include "lapis/train/trainer.h"

using namespace lapis;
using Catch::Contains;

namespace {

Model dense(const char* activation, Index units = 3) {
  return model_from_config(R"([{"class_name": "Dense", "config": {"units": )" + std::to_string(units) +
                               R"(, "activation": ")" + activation + R"("}}])",
                           Shape{kUnknown, 2});
}

}  // namespace

TEST_CASE("cross-entropy of probabilities") {
  const Model model = dense("softmax");
  const auto backend = make_cpu_backend();
  Loss loss({}, model, *backend, 2);
  CHECK(loss.classes() == 3);
  CHECK(loss.gradient_is_logits());
  const std::vector<Real> y = {Real(0.5), Real(0.25), Real(0.25), Real(0.1), Real(0.2), Real(0.7)};
  const std::vector<Index> labels = {1, 2};
  std::vector<Real> gradient(6);
  const double expected = -(std::log(0.25) + std::log(0.7)) / 2;
  CHECK(loss.compute({y.data(), {2, 3}}, labels, gradient.data()) == Approx(expected));
  const std::vector<double> by_hand = {0.25, -0.375, 0.125, 0.05, 0.1, -0.15};
  for (std::size_t i = 0; i < 6; ++i) CHECK(gradient[i] == Approx(by_hand[i]));
  CHECK(loss.compute({y.data(), {2, 3}}, labels, nullptr) == Approx(expected));
  // A part of a batch.
  CHECK(loss.compute({y.data(), {1, 3}}, std::vector<Index>{0}, nullptr) == Approx(std::log(2.0)));
}

TEST_CASE("cross-entropy of raw scores") {
  const Model model = dense("linear");
  const auto backend = make_cpu_backend();
  LossConfig config;
  config.from_logits = true;
  Loss loss(config, model, *backend, 2);
  CHECK_FALSE(loss.gradient_is_logits());
  const std::vector<Real> y = {1, 2, 3, 0, 0, 0};
  const std::vector<Index> labels = {2, 0};
  std::vector<Real> gradient(6);
  const double sum = std::exp(1.0) + std::exp(2.0) + std::exp(3.0);
  CHECK(loss.compute({y.data(), {2, 3}}, labels, gradient.data()) ==
        Approx((-std::log(std::exp(3.0) / sum) + std::log(3.0)) / 2));
  CHECK(gradient[0] == Approx(std::exp(1.0) / sum / 2));
  CHECK(gradient[2] == Approx((std::exp(3.0) / sum - 1) / 2));
  CHECK(gradient[3] == Approx(-1.0 / 3));
  CHECK(gradient[5] == Approx(1.0 / 6));
}

TEST_CASE("categorical cross-entropy smooths its labels") {
  const Model model = dense("softmax");
  const auto backend = make_cpu_backend();
  LossConfig config = {.kind = LossConfig::Kind::categorical_crossentropy};
  const std::vector<Real> y = {Real(0.5), Real(0.25), Real(0.25)};
  const std::vector<Index> labels = {1};
  std::vector<Real> gradient(3);
  CHECK(Loss(config, model, *backend, 1).compute({y.data(), {1, 3}}, labels, nullptr) ==
        Approx(std::log(4.0)));
  config.label_smoothing = 0.3;  // targets 0.1, 0.8, 0.1
  Loss loss(config, model, *backend, 1);
  CHECK(loss.gradient_is_logits());
  CHECK(loss.compute({y.data(), {1, 3}}, labels, gradient.data()) ==
        Approx(-0.1 * std::log(0.5) - 0.9 * std::log(0.25)));
  const std::vector<double> by_hand = {0.4, -0.55, 0.15};
  for (std::size_t i = 0; i < 3; ++i) CHECK(gradient[i] == Approx(by_hand[i]));
}

TEST_CASE("binary cross-entropy of one output: classes 0 and 1") {
  const Model model = dense("sigmoid", 1);
  const auto backend = make_cpu_backend();
  LossConfig config = {.kind = LossConfig::Kind::binary_crossentropy};
  Loss loss(config, model, *backend, 3);
  CHECK(loss.outputs() == 1);
  CHECK(loss.classes() == 2);
  CHECK_FALSE(loss.gradient_is_logits());
  // The last one is beyond what Keras takes a probability for: no gradient.
  const std::vector<Real> y = {Real(0.25), Real(0.75), 1};
  const std::vector<Index> labels = {0, 1, 0};
  std::vector<Real> gradient(3);
  CHECK(loss.compute({y.data(), {3, 1}}, labels, gradient.data()) ==
        Approx((-2 * std::log(0.75) - std::log(1e-7)) / 3).epsilon(1e-6));
  CHECK(gradient[0] == Approx(1 / 0.75 / 3));
  CHECK(gradient[1] == Approx(-1 / 0.75 / 3));
  CHECK(gradient[2] == 0);
  CHECK(loss.predicted(&y[0]) == 0);
  CHECK(loss.predicted(&y[1]) == 1);
  CHECK_THROWS_WITH(loss.compute({y.data(), {1, 1}}, std::vector<Index>{2}, nullptr),
                    "loss: label 2, expected 0 to 1 (the model has 2 classes)");
}

TEST_CASE("binary cross-entropy of raw scores keeps its digits far out") {
  const Model model = dense("linear", 2);
  const auto backend = make_cpu_backend();
  const LossConfig config = {.kind = LossConfig::Kind::binary_crossentropy, .from_logits = true};
  Loss loss(config, model, *backend, 1);
  const std::vector<Real> y = {1000, -1000};
  std::vector<Real> gradient(2);
  // Class 0: targets 1 and 0, both met; class 1: both missed by 1000.
  CHECK(loss.compute({y.data(), {1, 2}}, std::vector<Index>{0}, gradient.data()) == 0);
  CHECK(gradient == std::vector<Real>{0, 0});
  CHECK(loss.compute({y.data(), {1, 2}}, std::vector<Index>{1}, gradient.data()) == Approx(1000));
  CHECK(gradient == std::vector<Real>{Real(0.5), Real(-0.5)});
}

TEST_CASE("mean squared error") {
  const Model model = dense("linear", 2);
  const auto backend = make_cpu_backend();
  Loss loss({.kind = LossConfig::Kind::mean_squared_error}, model, *backend, 1);
  const std::vector<Real> y = {Real(0.5), 3};
  std::vector<Real> gradient(2);
  CHECK(loss.compute({y.data(), {1, 2}}, std::vector<Index>{1}, gradient.data()) == Approx((0.25 + 4) / 2));
  CHECK(gradient == std::vector<Real>{Real(0.5), 2});
}

TEST_CASE("a loss over steps is the mean over those that the mask counts") {
  const Model model = model_from_config(
      R"([{"class_name": "Dense", "config": {"units": 2, "activation": "softmax"}}])", Shape{kUnknown, 2, 3});
  const auto backend = make_cpu_backend();
  const std::vector<Real> y = {Real(0.5), Real(0.5), Real(0.2), Real(0.8), Real(0.9), Real(0.1), 1, 0};
  const std::vector<Index> labels = {0, 0, 1, 1};
  const std::vector<std::uint8_t> mask = {1, 0, 1, 0};
  const std::vector<std::uint8_t> none(4);
  std::vector<Real> gradient(8);
  for (const auto kind :
       {LossConfig::Kind::sparse_categorical_crossentropy, LossConfig::Kind::categorical_crossentropy}) {
    Loss loss({.kind = kind}, model, *backend, 4);
    CHECK(loss.compute({y.data(), {2, 2, 2}}, labels, gradient.data(), mask.data()) ==
          Approx(-(std::log(0.5) + std::log(0.1)) / 2));
    const std::vector<double> by_hand = {-0.25, 0.25, 0, 0, 0.45, -0.45, 0, 0};
    for (std::size_t i = 0; i < 8; ++i) CHECK(gradient[i] == Approx(by_hand[i]));
    CHECK(loss.compute({y.data(), {2, 2, 2}}, labels, gradient.data(), none.data()) == 0);
    for (const Real value : gradient) CHECK(value == 0);
  }
  Loss squares({.kind = LossConfig::Kind::mean_squared_error}, model, *backend, 4);
  CHECK(squares.compute({y.data(), {2, 2, 2}}, labels, gradient.data(), mask.data()) ==
        Approx((0.25 + 0.81) / 2));
}

TEST_CASE("a model of steps cannot be trained on one class a sample") {
  const auto backend = make_cpu_backend();
  Model model = model_from_config(
      R"([{"class_name": "Dense", "config": {"units": 2, "activation": "softmax"}}])", Shape{kUnknown, 2, 3});
  const TensorDataset data({2, 3}, std::vector<Real>(6), {1});
  const char* const why = R"(gives [?,2,2], expected [?,outputs]: the data has one class a sample)";
  CHECK_THROWS_WITH(Trainer(model, *backend, {}, data), Contains(why));
  CHECK_THROWS_WITH(Evaluator(model, *backend, {2, 3}, 1), Contains(why));
}

TEST_CASE("losses that do not suit") {
  const auto backend = make_cpu_backend();
  LossConfig logits;
  logits.from_logits = true;
  CHECK_THROWS_WITH(Loss({}, dense("linear"), *backend, 1), Contains("does not end in a softmax"));
  CHECK_THROWS_WITH(Loss(logits, dense("softmax"), *backend, 1), Contains("from_logits is true, but"));
  CHECK_THROWS_WITH(Loss({}, dense("softmax", 1), *backend, 1), Contains("at least 2 classes"));
  using Kind = LossConfig::Kind;
  CHECK_THROWS_WITH(
      Loss({.kind = Kind::mean_squared_error, .from_logits = true}, dense("linear"), *backend, 1),
      "loss: mean_squared_error has no from_logits");
  CHECK_THROWS_WITH(Loss({.label_smoothing = 0.1}, dense("softmax"), *backend, 1),
                    "loss: sparse_categorical_crossentropy has no label_smoothing");
  CHECK_THROWS_WITH(
      Loss({.kind = Kind::binary_crossentropy, .label_smoothing = 2}, dense("sigmoid"), *backend, 1),
      "loss: label_smoothing 2, expected 0 to 1");
  CHECK_THROWS_WITH(
      Loss({.kind = Kind::binary_crossentropy, .from_logits = true}, dense("softmax"), *backend, 1),
      Contains("from_logits is true, but"));
  const Model model = dense("softmax");
  Loss loss({}, model, *backend, 1);
  const std::vector<Real> y(3, Real(0.3));
  CHECK_THROWS_WITH(loss.compute({y.data(), {1, 3}}, std::vector<Index>{3}, nullptr),
                    "loss: label 3, expected 0 to 2 (the model has 3 classes)");
}
