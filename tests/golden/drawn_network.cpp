#include "golden/drawn_network.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "golden/drawn_values.h"
#include "lapis/io/compile_config.h"
#include "lapis/io/keras_model.h"
#include "support/close.h"

namespace lapis_test {

using namespace lapis;

namespace {

std::int64_t integer(const Json& json) {
  const std::int64_t* value = json.integer();
  REQUIRE(value != nullptr);
  return *value;
}

}  // namespace

Model drawn_model(const std::string& name, const Json& entry) {
  Json config{Json::Object()};
  config.add("name", name);
  config.add("layers", *entry.find("layers"));
  config.add("input_shape", *entry.find("input_shape"));
  Model model = model_from_config(config.dump());
  const Json* scale = entry.find("weight_scale");
  const auto factor = static_cast<Real>(scale == nullptr ? 1 : scale->number().value());
  for (const ModelParameter& parameter : model.parameters()) {
    const std::vector<Real> values = drawn_weight(name, parameter.path, parameter.info.shape, factor);
    std::copy(values.begin(), values.end(), model.values(parameter).begin());
  }
  return model;
}

Question read_question(const std::string& name, const Json& entry, const GoldenFile& golden) {
  Question question;
  for (const Json& size : *entry.find("x_shape")->array())
    question.shape.push_back(static_cast<Index>(integer(size)));
  if (golden.find(name + "/ids") != nullptr)
    question.x = golden.reals(name + "/ids");
  else
    question.x = drawn_input(name + "/input", question.shape);
  if (golden.find(name + "/masked") != nullptr) {
    const std::vector<Real> masked = golden.reals(name + "/masked");
    const std::size_t width = question.x.size() / masked.size();
    const auto value = static_cast<Real>(entry.find("mask_value")->number().value());
    for (std::size_t i = 0; i < question.x.size(); ++i)
      if (masked[i / width] != 0) question.x[i] = value;
  }
  for (const double label : golden.doubles(name + "/label"))
    question.labels.push_back(static_cast<Index>(label));
  if (const Json* compile = entry.find("compile"))
    read_compile(JsonCursor(*compile, "compile"), question.options);
  question.training = entry.find("training") != nullptr;
  return question;
}

double output_difference(const Answers& answers, const std::vector<double>& expected) {
  const bool probabilities =
      std::all_of(expected.begin(), expected.end(), [](double y) { return y >= 0 && y <= 1; });
  const double largest = probabilities ? 1 : max_abs(std::span<const double>(expected));
  const std::span<const double> truth(expected);
  const double difference = std::max(max_abs_diff(std::span<const Real>(answers.predicted), truth),
                                     max_abs_diff(std::span<const Real>(answers.output), truth));
  return difference / largest;
}

}  // namespace lapis_test
