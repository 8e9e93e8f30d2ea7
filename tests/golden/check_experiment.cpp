#include "golden/check_experiment.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdio>

#include "golden/check_model.h"
#include "golden/drawn_network.h"
#include "golden/drawn_values.h"
#include "support/close.h"

namespace lapis_test {

using namespace lapis;

namespace {

constexpr Index kWords = 2836;
constexpr Index kShortest = 10;  // words of a sentence
constexpr Index kSummed = 3;     // largest value, sum, sum of sizes; then the picked values

std::vector<Index> picked(const std::string& key, Index count, Index bound) {
  std::vector<Index> numbers;
  for (const std::uint32_t bits : drawn_bits(key, count))
    numbers.push_back(
        static_cast<Index>((static_cast<std::uint64_t>(bits) * static_cast<std::uint64_t>(bound)) >> 24));
  return numbers;
}

/// Sentences of make_architectures.py: words from 1, padding behind.
void draw_words(const std::string& name, Question& question) {
  const Index batch = question.shape[0], time = question.shape[1];
  const std::vector<Index> words = picked(name + "/input", batch * time, kWords - 1);
  const std::vector<Index> lengths = picked(name + "/length", batch, time - kShortest + 1);
  for (Index row = 0; row < batch; ++row) {
    for (Index step = 0; step < time; ++step) {
      const auto at = static_cast<std::size_t>(row * time + step);
      const bool there = step < kShortest + lengths[static_cast<std::size_t>(row)];
      question.x[at] = there ? static_cast<Real>(1 + words[at]) : Real(0);
    }
  }
}

/// Where a gradient was picked from.
std::vector<Index> places(const std::string& name, const ModelParameter& parameter, const Question& question,
                          Index count) {
  const std::string key = name + "/" + parameter.path + "/places";
  const Shape& shape = parameter.info.shape;
  if (!parameter.path.ends_with("embeddings")) return picked(key, count, shape.size());
  std::vector<Index> found = picked(key + "/column", count, shape[1]);
  const std::vector<Index> words = picked(key, count, static_cast<Index>(question.x.size()));
  for (std::size_t i = 0; i < found.size(); ++i)
    found[i] += static_cast<Index>(question.x[static_cast<std::size_t>(words[i])]) * shape[1];
  return found;
}

/// One variable's gradient against its row of the golden file. By its largest value; sums by that of sizes.
double gradient_difference(std::span<const Real> gradient, const std::vector<Index>& places,
                           std::span<const double> truth) {
  double largest = 0, sum = 0, sizes = 0;
  for (const Real value : gradient) {
    largest = std::max(largest, std::abs(static_cast<double>(value)));
    sum += static_cast<double>(value);
    sizes += std::abs(static_cast<double>(value));
  }
  REQUIRE(truth[0] > 0);
  double worst = std::abs(largest - truth[0]) / truth[0];
  worst = std::max({worst, std::abs(sum - truth[1]) / truth[2], std::abs(sizes - truth[2]) / truth[2]});
  for (std::size_t i = 0; i < places.size(); ++i) {
    const auto value = static_cast<double>(gradient[static_cast<std::size_t>(places[i])]);
    worst = std::max(worst, std::abs(value - truth[kSummed + i]) / truth[0]);
  }
  return worst;
}

double gradients_difference(const std::string& name, const Model& model, const Question& question,
                            const Answers& answers, const GoldenFile& golden) {
  const TensorView& tensor = golden.tensor(name + "/gradients");
  const std::vector<double> rows = to_doubles(tensor);
  const Index width = tensor.shape[1];
  REQUIRE(tensor.shape[0] == static_cast<Index>(model.parameters().size()));
  double worst = 0;
  std::size_t row = 0;
  for (const ModelParameter& parameter : model.parameters()) {
    INFO(parameter.path);
    const auto gradient = std::span(answers.gradients)
                              .subspan(static_cast<std::size_t>(parameter.offset),
                                       static_cast<std::size_t>(parameter.info.shape.size()));
    const auto truth =
        std::span(rows).subspan(row++ * static_cast<std::size_t>(width), static_cast<std::size_t>(width));
    const double difference =
        gradient_difference(gradient, places(name, parameter, question, width - kSummed), truth);
    CHECK(difference <= kGradients);
    worst = std::max(worst, difference);
  }
  return worst;
}

/// The same network without dropping, for steps that Keras took.
Json without_dropout(const Json& entry) {
  std::string text = entry.dump();
  for (const std::string rate : {"\"rate\":0.5", "\"rate\":0.2"})
    for (std::size_t at = text.find(rate); at != std::string::npos; at = text.find(rate))
      text.replace(at, rate.size(), "\"rate\":0.0");
  return Json::parse(text);
}

double losses_difference(const std::string& name, const Json& entry, Question question, Backend& backend,
                         OptimizerConfig::Kind optimizer, const Json& rate,
                         const std::vector<double>& expected) {
  Model model = drawn_model(name, without_dropout(entry));
  question.options.optimizer.kind = optimizer;
  question.options.schedule.initial_learning_rate = rate.number().value();
  const std::vector<double> losses = train_steps(model, question, backend, 10);
  REQUIRE(expected.size() == 10);
  double worst = 0;
  for (std::size_t i = 0; i < 10; ++i)
    worst = std::max(worst, std::abs(losses[i] - expected[i]) / expected[i]);
  CHECK(worst <= 1e-5);
  return worst;
}

}  // namespace

void check_experiment(int number, Backend& backend) {
  const GoldenFile golden(repository_path("tests/golden/architectures.safetensors"));
  const std::string name = "experiment_" + std::string(number < 10 ? "0" : "") + std::to_string(number);
  INFO(name);
  const Json entry = Json::parse(golden.file().metadata.at(name));
  const Model model = drawn_model(name, entry);
  Question question = read_question(name, entry, golden);
  if (question.shape.rank() == 2) draw_words(name, question);
  const Answers answers = answer(model, question, backend);
  const double output = output_difference(answers, golden.doubles(name + "/output"));
  CHECK(output <= kProbabilities);
  const double loss = std::abs(answers.loss - golden.doubles(name + "/loss").at(0));
  CHECK(loss <= kLoss * std::max(1.0, answers.loss));
  const double gradients = gradients_difference(name, model, question, answers, golden);
  const double sgd = losses_difference(name, entry, question, backend, OptimizerConfig::Kind::sgd,
                                       *entry.find("sgd"), golden.doubles(name + "/sgd"));
  const double adam = losses_difference(name, entry, question, backend, OptimizerConfig::Kind::adam,
                                        *entry.find("adam"), golden.doubles(name + "/adam"));
  std::printf("golden %s outputs %.1e, loss %.1e, gradients %.1e, ten losses with SGD %.1e, Adam %.1e\n",
              name.c_str(), output, loss, gradients, sgd, adam);
}

}  // namespace lapis_test
