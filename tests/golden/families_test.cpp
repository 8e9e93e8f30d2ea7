// The networks of make_families.py: every layer, option, mask pattern and kind of size, against what Keras
// (JAX, float64) made of them. Weights and inputs are drawn (drawn_values.h).
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdio>

#include "golden/check_model.h"
#include "golden/drawn_network.h"
#include "golden/drawn_values.h"
#include "golden/golden_backend.h"
#include "support/close.h"

using namespace lapis;
using namespace lapis_test;

namespace {

struct Differences {
  double output = 0, loss = 0, gradients = 0, losses = 0;

  void add(const Differences& other) {
    output = std::max(output, other.output);
    loss = std::max(loss, other.loss);
    gradients = std::max(gradients, other.gradients);
    losses = std::max(losses, other.losses);
  }
};

/// Keras's gradients lie one after another in the model's order. One that is nothing but what cancelling left
/// (a bias before a BatchNormalization) is compared by the model's largest.
double gradient_difference(const Model& model, const std::vector<Real>& found,
                           const std::vector<double>& expected) {
  const double largest = max_abs(std::span<const double>(expected));
  double worst = 0;
  std::size_t next = 0;
  for (const ModelParameter& parameter : model.parameters()) {
    if (!parameter.info.trainable) continue;
    INFO(parameter.path);
    const auto size = static_cast<std::size_t>(parameter.info.shape.size());
    REQUIRE(next + size <= expected.size());
    const std::span<const double> truth = std::span(expected).subspan(next, size);
    const auto ours = std::span(found).subspan(static_cast<std::size_t>(parameter.offset), size);
    const double own = max_abs(truth);
    const double difference = max_abs_diff(ours, truth) / (own > 1e-9 * largest ? own : largest);
    CHECK(difference <= kGradients);
    worst = std::max(worst, difference);
    next += size;
  }
  CHECK(next == expected.size());
  return worst;
}

Differences check_network(const std::string& name, const std::string& text, const GoldenFile& golden,
                          Backend& backend) {
  INFO(name);
  const Json entry = Json::parse(text);
  Model model = drawn_model(name, entry);
  const Question question = read_question(name, entry, golden);
  const Answers answers = answer(model, question, backend);
  Differences found;
  const std::vector<double> output = golden.doubles(name + "/output");
  found.output = output_difference(answers, output);
  CHECK(found.output <= kProbabilities);
  const double loss = golden.doubles(name + "/loss").at(0);
  found.loss = std::abs(answers.loss - loss) / std::max(1.0, std::abs(loss));
  CHECK(found.loss <= kLoss);
  found.gradients = gradient_difference(model, answers.gradients, golden.doubles(name + "/gradients"));
  if (golden.find(name + "/losses") != nullptr) {
    const std::vector<double> losses = golden.doubles(name + "/losses");
    const std::vector<double> ours = train_steps(model, question, backend, static_cast<int>(losses.size()));
    REQUIRE(ours.size() == 10);
    for (std::size_t i = 0; i < losses.size(); ++i)
      found.losses = std::max(found.losses, std::abs(ours[i] - losses[i]) / std::abs(losses[i]));
    CHECK(found.losses <= 1e-5);
  }
  return found;
}

void check_family(const std::string& family, std::size_t networks) {
  LAPIS_NEED_BACKEND(backend);
  const GoldenFile golden(repository_path("tests/golden/families/" + family + ".safetensors"));
  Differences worst;
  std::size_t checked = 0;
  for (const auto& [name, text] : golden.file().metadata) {
    if (name == "keras") continue;
    worst.add(check_network(name, text, golden, backend));
    ++checked;
  }
  CHECK(checked == networks);
  std::printf("golden family %-17s %3zu networks: outputs %.1e, loss %.1e, gradients %.1e, ten losses %.1e\n",
              family.c_str(), checked, worst.output, worst.loss, worst.gradients, worst.losses);
}

}  // namespace

TEST_CASE("Drawn values are those of drawn_values.py") {
  CHECK(drawn_bits("s4m0/input", 3) == std::vector<std::uint32_t>{5095928, 411386, 642710});
  const std::vector<Real> kernel = drawn_weight("net", "dense/kernel", {2, 3});
  CHECK(kernel[0] == -Real(0x1.d2e7e8p-2));
  CHECK(kernel[1] == -Real(0x1.3400dp-2));
  CHECK(kernel[2] == Real(0x1.085562p+0));
  CHECK(drawn_weight("net", "bn/gamma", {4})[3] == Real(0x1.7ba75ep-1));
  CHECK(drawn_weight("net", "embedding/embeddings", {4, 7})[9] == Real(0x1.32f67p-1));
}

TEST_CASE("Networks with recurrent layers give Keras's answers") {
  check_family("recurrent", 190);
}

TEST_CASE("Networks of pictures give Keras's answers") {
  check_family("pictures", 69);
}

TEST_CASE("Networks with layers distributed over time give Keras's answers") {
  check_family("time_distributed", 26);
}

TEST_CASE("Networks of sequences without a state give Keras's answers") {
  check_family("sequences", 15);
}

TEST_CASE("Networks of rows give Keras's answers") {
  check_family("rows", 9);
}
