// bench: that its figures are there and agree with one another. How large they are is no test's business.

#include <catch2/catch.hpp>
#include <string_view>
#include <utility>

#include "common.h"
#include "lapis/layers/conv2d.h"
#include "lapis/layers/dense.h"
#include "lapis/layers/embedding.h"
#include "lapis/layers/flatten.h"
#include "lapis/layers/max_pooling2d.h"
#include "lapis/layers/relu.h"
#include "peak.h"
#include "speed.h"
#include "workbench.h"

using lapis::Json;
using namespace lapis_test;
using Catch::Contains;

namespace {

/// A file that holds nothing but a model.
lapis::ModelFile file_of(lapis::Model model) {
  return {std::move(model), lapis::TensorInput{}, {}, {}, {}};
}

double number(const Json& json, const std::string& key) {
  return json.find(key)->number().value();
}

std::string text(const Json& json, const std::string& key) {
  return *json.find(key)->string();
}

/// Conv2D and MaxPooling2D, fused when predicting, ReLU, Flatten, Dense. Multiply-adds of a sample: 6 * 6 *
/// 4 * 27 and 36 * 5.
lapis::Model small_cnn() {
  std::vector<lapis::LayerPtr> layers;
  layers.push_back(
      std::make_unique<lapis::Conv2D>("conv2d", lapis::Conv2D::Config{.filters = 4, .kernel_size = {3, 3}}));
  layers.push_back(std::make_unique<lapis::MaxPooling2D>("max_pooling2d", lapis::MaxPooling2D::Config()));
  layers.push_back(std::make_unique<lapis::ReLU>("re_lu", lapis::ReLU::Config()));
  layers.push_back(std::make_unique<lapis::Flatten>("flatten", lapis::Flatten::Config()));
  layers.push_back(std::make_unique<lapis::Dense>(
      "dense", lapis::Dense::Config{.units = 5, .activation = lapis::Activation::softmax}));
  lapis::Model model("small", {lapis::kUnknown, 8, 8, 3}, std::move(layers));
  model.initialize(1);
  return model;
}

constexpr double kConvMflop = 2e-6 * 6 * 6 * 4 * 27, kDenseMflop = 2e-6 * 36 * 5;

std::string save_small_cnn(const TemporaryFolder& folder) {
  lapis::native::save_model(folder / "small", file_of(small_cnn()), {});
  return folder / "small";
}

/// "conv2d forward, ..." and that times, rates and shares fit together.
std::string checked_layers(const Json& result) {
  std::string names;
  double shares = 0, mflop = 0;
  for (const Json& layer : *result.find("layers")->array()) {
    names += (names.empty() ? "" : ", ") + text(layer, "name") + " " + text(layer, "pass");
    shares += number(layer, "share_of_time");
    mflop += number(layer, "mflop");
    CHECK(number(layer, "median_ms") > 0);
    CHECK(number(layer, "gflops") == Approx(number(layer, "mflop") / number(layer, "median_ms")));
    CHECK(number(layer, "share_of_peak") == Approx(number(layer, "gflops") / number(result, "peak_gflops")));
  }
  CHECK(shares == Approx(1));
  // What layers do adds up to what a run does.
  CHECK(mflop == Approx(number(result, "gflops") * number(result, "median_ms")));
  return names;
}

}  // namespace

TEST_CASE("bench: predicting and training") {
  const TemporaryFolder folder;
  const std::string model = train_on_texts(folder, 1);
  for (const bool train : {false, true}) {
    std::vector<std::string> arguments = {"bench",     model, "--batch",   "8",
                                          "--threads", "2",   "--seconds", "0.05"};
    if (train) arguments.push_back("--train");
    const Json result = run_json(arguments);
    CHECK(text(result, "mode") == (train ? "train" : "predict"));
    CHECK(number(result, "batch") == 8);
    CHECK(number(result, "threads") == 2);
    CHECK(number(result, "runs") >= 5);
    CHECK(number(result, "best_ms") > 0);
    CHECK(number(result, "median_ms") >= number(result, "best_ms"));
    CHECK(number(result, "p95_ms") >= number(result, "median_ms"));
    CHECK(number(result, "samples_per_second") == Approx(8000 / number(result, "median_ms")));
    CHECK(number(result, "gflops") > 0);
    CHECK(number(result, "share_of_peak") ==
          Approx(number(result, "gflops") / number(result, "peak_gflops")));
    CHECK(result.find("layers") == nullptr);
  }
  CHECK_THAT(run_lapis({"bench", model, "--seconds", "0"}).out, Contains("median ") && Contains("fastest ") &&
                                                                    Contains(" of this machine's peak of ") &&
                                                                    !Contains("of time"));
}

TEST_CASE("bench --layers: a line for all layers that are done at once, and none for a view") {
  const TemporaryFolder folder;
  const std::string model = save_small_cnn(folder);
  const Json result = run_json({"bench", model, "--batch", "3", "--seconds", "0.05", "--layers"});
  CHECK(checked_layers(result) == "conv2d + max_pooling2d forward, re_lu forward, dense forward");
  const Json::Array& layers = *result.find("layers")->array();
  CHECK(number(layers[0], "mflop") == Approx(3 * kConvMflop));
  CHECK(number(layers[1], "mflop") == 0);
  CHECK(number(layers[2], "mflop") == Approx(3 * kDenseMflop));
  CHECK_THAT(run_lapis({"bench", model, "--seconds", "0.05", "--layers"}).out,
             Contains("conv2d + max_pooling2d") && Contains("of peak") && Contains("\n  total ") &&
                 !Contains("forward"));
}

TEST_CASE("bench --train --layers: forward, loss, backward and update, in turn") {
  const TemporaryFolder folder;
  const std::string model = save_small_cnn(folder);
  const Json result = run_json({"bench", model, "--batch", "2", "--seconds", "0.05", "--train", "--layers"});
  CHECK(checked_layers(result) ==
        "conv2d forward, max_pooling2d forward, re_lu forward, dense forward, cross-entropy loss, gradients "
        "zero, dense backward, re_lu backward, max_pooling2d backward, conv2d backward, Adam update");
  const Json::Array& layers = *result.find("layers")->array();
  REQUIRE(layers.size() == 11);
  CHECK(number(layers[3], "mflop") == Approx(2 * kDenseMflop));
  CHECK(number(layers[6], "mflop") == Approx(2 * 2 * kDenseMflop));  // both its gradients
  CHECK(number(layers[9], "mflop") == Approx(2 * kConvMflop));       // the first layer has no use for one
  CHECK_THAT(run_lapis({"bench", model, "--seconds", "0", "--train", "--layers"}).out,
             Contains("conv2d         backward ") && Contains("Adam           update "));
}

TEST_CASE("bench: what cannot be measured is refused") {
  const TemporaryFolder folder;
  std::vector<lapis::LayerPtr> layers;
  layers.push_back(std::make_unique<lapis::Embedding>(
      "embedding", lapis::Embedding::Config{.input_dim = 7, .output_dim = 2}));
  const lapis::ModelFile open =
      file_of(lapis::Model("open", {lapis::kUnknown, lapis::kUnknown}, std::move(layers)));
  lapis::native::save_model(folder / "open", open, {});
  const auto refused = [&](const std::vector<std::string>& arguments, const std::string& expected) {
    const CommandResult result = run_lapis(arguments);
    CHECK(result.status == 2);
    CHECK(result.out.empty());
    CHECK(result.error_lines() == 1);
    CHECK_THAT(result.error, Contains(expected));
  };
  refused({"bench", folder / "open", "--layers"}, "open: takes [?,?]: no size to measure with");
  refused({"bench", folder / "open", "--layers", "3"}, "3");
  refused({"bench", folder / "open", "--layer"}, "--layer");
  refused({"bench", folder / "open", "--threads", "0"}, "--threads");
  refused({"info", folder / "open", "--train"}, "--train");
}

TEST_CASE("measure_peak: of one thread, and of more than there are cores") {
  CHECK(lapis::native::measure_peak(1) > 0);
  CHECK(lapis::native::measure_peak(1000) > 0);
}

TEST_CASE("measure_speed: an Embedding gets words that it has, though the file names no vocabulary") {
  std::vector<lapis::LayerPtr> layers;
  // Of the ids 0 and 1 the first is padding. An id of 2 would read past the table: AddressSanitizer sees it.
  layers.push_back(std::make_unique<lapis::Embedding>(
      "embedding", lapis::Embedding::Config{.input_dim = 2, .output_dim = 3, .mask_zero = true}));
  lapis::ModelFile file = file_of(lapis::Model("words", {lapis::kUnknown, 9}, std::move(layers)));
  lapis::native::SpeedOptions options;
  options.seconds = 0;
  options.layers = true;
  const lapis::native::Speed speed = lapis::native::measure_speed(file, {1, 9}, options);
  CHECK(speed.runs == 5);
  REQUIRE(speed.steps.size() == 1);
  CHECK(speed.steps[0].name == "embedding");
  CHECK(speed.flop == 0);
}

TEST_CASE("speed: texts for people") {
  lapis::native::Speed speed;
  speed.median = 0.002;
  speed.flop = 2e6;
  speed.peak = 4e9;
  CHECK(lapis::native::speed_line(speed) == "1.0 GFLOP/s, 25 % of this machine's peak of 4.0");
  speed.steps = {{"a", "forward", 0.0004, 2e6}, {"b\n", "forward", 0.0016, 0}};
  const std::string_view expected =
      "  layer      ms  of time  MFLOP  GFLOP/s  of peak\n"
      "  a      0.4000   20.0 %   2.00      5.0    125 %\n"
      "  b      1.6000   80.0 %      -        -        -\n"
      "  total  2.0000  100.0 %   2.00      1.0     25 %\n"
      "  Above 100 %: worked out with fewer operations than the layer is defined by.\n";
  CHECK(lapis::native::step_table(speed) == expected);
}
