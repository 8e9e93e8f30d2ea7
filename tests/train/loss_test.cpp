#include "lapis/train/loss.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "lapis/core/error.h"
#include "lapis/io/keras_model.h"

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

TEST_CASE("losses that do not suit") {
  const auto backend = make_cpu_backend();
  LossConfig logits;
  logits.from_logits = true;
  CHECK_THROWS_WITH(Loss({}, dense("linear"), *backend, 1), Contains("does not end in a softmax"));
  CHECK_THROWS_WITH(Loss(logits, dense("softmax"), *backend, 1), Contains("from_logits is true, but"));
  CHECK_THROWS_WITH(Loss({}, dense("softmax", 1), *backend, 1), Contains("at least 2 classes"));
  const Model model = dense("softmax");
  Loss loss({}, model, *backend, 1);
  const std::vector<Real> y(3, Real(0.3));
  CHECK_THROWS_WITH(loss.compute({y.data(), {1, 3}}, std::vector<Index>{3}, nullptr),
                    "loss: label 3, expected 0 to 2 (the model has 3 classes)");
}
