// info.

#include <catch2/catch.hpp>
#include <utility>

#include "common.h"
#include "file.h"
#include "lapis/io/safetensors.h"
#include "lapis/layers/conv2d.h"
#include "lapis/layers/lstm.h"
#include "lapis/layers/max_pooling2d.h"
#include "workbench.h"

using lapis::Json;
using namespace lapis_test;

namespace {

/// A file that holds nothing but a model.
lapis::ModelFile file_of(lapis::Model model) {
  return {std::move(model), lapis::TensorInput{}, {}, {}, {}};
}

double number(const Json& json, const std::string& key) {
  return json.find(key)->number().value();
}

}  // namespace

TEST_CASE("info: layers, parameters, multiply-adds and memory") {
  const TemporaryFolder folder;
  const std::string model = train_on_cifar10(folder, 1);
  const Json info = run_json({"info", model, "--batch", "4"});
  CHECK(number(info, "parameters") == 8 * 8 * 3 * 10 + 10);
  CHECK(number(info, "macs") >= 8 * 8 * 3 * 10);
  const Json::Array& layers = *info.find("layers")->array();
  REQUIRE(layers.size() == 3);
  CHECK(layers[0].find("output_shape")->dump() == "[8,8,3]");
  CHECK(*layers[2].find("type")->string() == "Dense");
  CHECK(number(layers[2], "parameters") == 1930);
  CHECK(info.find("input")->find("shape")->dump() == "[32,32,3]");
  const Json& memory = *info.find("memory");
  CHECK(number(memory, "batch") == 4);
  CHECK(number(memory, "predict") >= 4 * 32 * 32 * 3 * 4);
  CHECK(number(memory, "predict") <= number(memory, "inspect"));
  CHECK(number(memory, "inspect") < number(memory, "train"));
  CHECK(number(memory, "prepared") >= number(memory, "parameters"));
  CHECK_THAT(run_lapis({"info", model}).out, Catch::Contains("pictures of 32 x 32 RGB"));
}

TEST_CASE("info: the speed of one prediction") {
  const TemporaryFolder folder;
  const std::string model = train_on_texts(folder, 1);
  const Json speed = *run_json({"info", model, "--batch", "4"}).find("speed");
  CHECK(number(speed, "batch") == 1);
  CHECK(number(speed, "threads") == 1);
  CHECK(*speed.find("mode")->string() == "predict");
  CHECK(number(speed, "best_ms") > 0);
  CHECK(number(speed, "share_of_peak") == Approx(number(speed, "gflops") / number(speed, "peak_gflops")));
  CHECK(speed.find("layers") == nullptr);
  const Json with_layers = run_json({"info", model, "--layers"});
  CHECK(with_layers.find("layers")->array()->size() == 3);
  CHECK(with_layers.find("not_measured") == nullptr);
  const Json::Array& steps = *with_layers.find("speed")->find("layers")->array();
  REQUIRE(steps.size() == 2);
  CHECK(*steps[0].find("name")->string() == "embedding + simple_rnn");
  CHECK_THAT(run_lapis({"info", model}).out, Catch::Contains(" GFLOP/s, ") &&
                                                 Catch::Contains(" of this machine's peak of ") &&
                                                 !Catch::Contains("of time"));
  CHECK_THAT(run_lapis({"info", model, "--layers"}).out,
             Catch::Contains("embedding + simple_rnn ") && Catch::Contains("of time"));
}

TEST_CASE("info: a model that leaves a size open, or is large, has no speed and says why") {
  const TemporaryFolder folder;
  std::vector<lapis::LayerPtr> layers;
  layers.push_back(std::make_unique<lapis::LSTM>("lstm", lapis::LSTM::Config{{.units = 4}}));
  const lapis::ModelFile open =
      file_of(lapis::Model("open", {lapis::kUnknown, lapis::kUnknown, 3}, std::move(layers)));
  lapis::native::save_model(folder / "open", open, {});
  layers.clear();
  // 128 * 128 * 9 * 128 * 128 = 2.4e9 multiply-adds in the second.
  for (const char* name : {"conv2d", "conv2d_1"}) {
    layers.push_back(std::make_unique<lapis::Conv2D>(
        name, lapis::Conv2D::Config{.filters = 128, .kernel_size = {3, 3}, .padding = lapis::Padding::same}));
  }
  layers.push_back(std::make_unique<lapis::MaxPooling2D>(
      "max_pooling2d", lapis::MaxPooling2D::Config{.pool_size = {32, 32}, .strides = {32, 32}}));
  const lapis::ModelFile large =
      file_of(lapis::Model("large", {lapis::kUnknown, 128, 128, 4}, std::move(layers)));
  lapis::native::save_model(folder / "large", large, {});
  for (const auto& [name, why] :
       {std::pair("open", "leaves sizes open: [?,?,3]"), std::pair("large", "large")}) {
    const Json info = run_json({"info", folder / name, "--layers"});
    CHECK(info.find("speed")->is_null());
    CHECK_THAT(*info.find("not_measured")->string(), Catch::Contains(why));
    CHECK(number(*info.find("memory"), "predict") > 0);
    CHECK_THAT(
        run_lapis({"info", folder / name, "--layers"}).out,
        Catch::Contains("speed    not measured: ") && Catch::Contains(why) && !Catch::Contains("GFLOP/s"));
  }
}
