#include "lapis/train/output_meaning.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "lapis/io/keras_model.h"

using namespace lapis;
using Kind = OutputMeaning::Kind;
using LossKind = LossConfig::Kind;

namespace {

Model network(const std::string& layers, const Shape& x = {kUnknown, 4}) {
  return model_from_config("[" + layers + "]", x);
}

std::string dense(int units, const std::string& activation) {
  return R"({"class_name": "Dense", "config": {"units": )" + std::to_string(units) + R"(, "activation": ")" +
         activation + "\"}}";
}

OutputMeaning meaning(const std::string& layers, const std::optional<LossConfig>& loss = std::nullopt) {
  return meaning_of(network(layers), loss);
}

void check(const OutputMeaning& found, Kind kind, Activation applied = Activation::linear) {
  CHECK(std::string(meaning_name(found.kind)) == meaning_name(kind));
  CHECK((found.applied == applied));
}

const LossConfig kBinary{.kind = LossKind::binary_crossentropy};
const LossConfig kBinaryLogits{.kind = LossKind::binary_crossentropy, .from_logits = true};
const LossConfig kLogits{.from_logits = true};
const LossConfig kSquares{.kind = LossKind::mean_squared_error};

}  // namespace

TEST_CASE("meaning: the last layer decides, whatever the loss") {
  for (const std::optional<LossConfig>& loss :
       {std::optional<LossConfig>(), std::optional(kSquares), std::optional(kLogits)})
    check(meaning(dense(3, "softmax"), loss), Kind::distribution);
  check(meaning(dense(1, "sigmoid")), Kind::binary);
  check(meaning(dense(1, "sigmoid"), kBinary), Kind::binary);
  check(meaning(dense(1, "hard_sigmoid"), kBinary), Kind::binary);
  check(meaning(dense(3, "sigmoid"), kBinary), Kind::independent);
}

TEST_CASE("meaning: numbers of any size are no probabilities") {
  for (const char* activation : {"linear", "tanh", "relu", "softplus", "log_softmax"})
    for (const int units : {1, 3})
      for (const std::optional<LossConfig>& loss :
           {std::optional<LossConfig>(), std::optional(kSquares), std::optional(kBinary)})
        check(meaning(dense(units, activation), loss), Kind::values);
  check(meaning(dense(1, "sigmoid"), kSquares), Kind::values);
  check(meaning(dense(1, "softmax")), Kind::values);  // always 1
}

TEST_CASE("meaning: from logits the softmax or sigmoid is applied") {
  check(meaning(dense(3, "linear"), kLogits), Kind::distribution, Activation::softmax);
  check(meaning(dense(3, "relu"), kLogits), Kind::distribution, Activation::softmax);
  check(meaning(dense(1, "linear"), kBinaryLogits), Kind::binary, Activation::sigmoid);
  check(meaning(dense(3, "linear"), kBinaryLogits), Kind::independent, Activation::sigmoid);
}

TEST_CASE("meaning: layers that change nothing are looked through") {
  const std::string linear = R"({"class_name": "Activation", "config": {"activation": "linear"}})";
  const std::string dropout = R"({"class_name": "Dropout", "config": {"rate": 0.5}})";
  const std::string flatten = R"({"class_name": "Flatten", "config": {}})";
  check(meaning(dense(3, "softmax") + "," + linear), Kind::distribution);
  check(meaning(dense(3, "softmax") + "," + dropout), Kind::distribution);
  check(meaning(dense(1, "sigmoid") + "," + flatten), Kind::binary);
  check(meaning(dense(3, "linear") + "," + linear, kLogits), Kind::distribution, Activation::softmax);
  // Two softmaxes of 2 are no distribution of 4.
  check(meaning_of(network(dense(2, "softmax") + "," + flatten, {kUnknown, 2, 4}), std::nullopt),
        Kind::values);
  check(meaning_of(network(dense(1, "sigmoid"), {kUnknown, 5, 4}), kBinary), Kind::independent);
}

TEST_CASE("meaning: answers are what the table says") {
  const Real scores[] = {1, 2, 4};
  Real answer[3] = {};
  meaning(dense(3, "linear"), kLogits).answer(scores, answer);
  const double sum = std::exp(1.0) + std::exp(2.0) + std::exp(4.0);
  for (int i = 0; i < 3; ++i) CHECK(answer[i] == Approx(std::exp(static_cast<double>(scores[i])) / sum));
  const Real huge[] = {1000, -1000, 999};
  meaning(dense(3, "linear"), kLogits).answer(huge, answer);
  CHECK(answer[0] == Approx(1 / (1 + std::exp(-1.0))));
  CHECK(answer[1] == 0);

  const OutputMeaning binary = meaning(dense(1, "sigmoid"));
  CHECK(binary.answers() == 2);
  const Real p[] = {Real(0.3)};
  binary.answer(p, answer);
  CHECK(answer[0] == Approx(0.7));
  CHECK(answer[1] == Approx(0.3));
  CHECK(binary.predicted(p) == 0);

  const OutputMeaning from_logits = meaning(dense(1, "linear"), kBinaryLogits);
  const Real score[] = {Real(0.3)};
  from_logits.answer(score, answer);
  CHECK(answer[1] == Approx(1 / (1 + std::exp(-0.3))));
  CHECK(answer[0] + answer[1] == Approx(1));
  CHECK(from_logits.predicted(score) == 1);

  const OutputMeaning values = meaning(dense(2, "linear"));
  values.answer(scores, answer);
  CHECK(answer[1] == 2);
  CHECK(values.predicted(scores) == 1);
}

TEST_CASE("meaning: the loss that is assumed where nobody said one") {
  CHECK(assumed_loss(network(dense(3, "softmax"))) == LossConfig{});
  CHECK(assumed_loss(network(dense(1, "sigmoid"))) == kBinary);
  CHECK(assumed_loss(network(dense(2, "sigmoid"))) == kBinary);
  CHECK(assumed_loss(network(dense(1, "linear"))) == kSquares);
  CHECK(assumed_loss(network(dense(2, "tanh"))) == kLogits);
}
