// info and parity.

#include <catch2/catch.hpp>
#include <utility>

#include "common.h"
#include "file.h"
#include "lapis/io/safetensors.h"
#include "lapis/layers/conv2d.h"
#include "lapis/layers/lstm.h"
#include "lapis/layers/max_pooling2d.h"
#include "support/shared.h"
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

/// A golden file: `input` and `label` made here, the rest as `dump` has it.
void write_golden(const std::string& path, const std::vector<float>& input,
                  const std::vector<std::int32_t>& labels, const std::string& dump, float error) {
  const std::vector<std::byte> bytes = lapis::native::read_file(dump);
  lapis::SafetensorsFile file = lapis::read_safetensors(bytes);
  std::vector<lapis::TensorView> tensors = file.tensors;
  std::vector<float> changed;
  for (lapis::TensorView& tensor : tensors) {
    if (tensor.name.ends_with("dense/bias")) {
      changed.resize(static_cast<std::size_t>(tensor.shape.size()));
      lapis::read_values(tensor, changed);
      changed[0] += error;
      tensor.bytes = std::as_bytes(std::span(changed));
    }
    if (tensor.name.starts_with("grad/")) tensor.name = "grad/sequential/" + tensor.name.substr(5) + "/f32";
  }
  const auto samples = static_cast<lapis::Index>(labels.size());
  tensors.push_back({"input", lapis::Dtype::f32, {samples, 32, 32, 3}, std::as_bytes(std::span(input))});
  tensors.push_back({"label", lapis::Dtype::i32, {samples}, std::as_bytes(std::span(labels))});
  lapis::native::write_file_atomically(path, lapis::write_safetensors(tensors, {}));
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
  lapis::native::save_model(folder / "open", open, lapis::Precision::f32);
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
  lapis::native::save_model(folder / "large", large, lapis::Precision::f32);
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

TEST_CASE("parity: agrees with what it dumped, and sees a gradient that is off") {
  const TemporaryFolder folder;
  const std::string model = train_on_cifar10(folder, 1);
  std::vector<float> input(3 * 32 * 32 * 3);
  for (std::size_t i = 0; i < input.size(); ++i) input[i] = static_cast<float>(i % 11) / 11;
  const std::vector<std::int32_t> labels = {1, 2, 3};

  // The first golden file has only what the command needs: its probabilities are wrong, and the dump is
  // right.
  const std::vector<float> zeros(30);
  const lapis::TensorView tensors[] = {
      {"input", lapis::Dtype::f32, {3, 32, 32, 3}, std::as_bytes(std::span(input))},
      {"label", lapis::Dtype::i32, {3}, std::as_bytes(std::span(labels))},
      {"prob", lapis::Dtype::f32, {3, 10}, std::as_bytes(std::span(zeros))},
      {"grad/dense/kernel", lapis::Dtype::f32, {192, 10}, {}},
      {"grad/dense/bias/f64", lapis::Dtype::f32, {10}, std::as_bytes(std::span(zeros).first(10))},
  };
  std::vector<lapis::TensorView> first(tensors, tensors + 5);
  const std::vector<float> kernel(1920);
  first[3].bytes = std::as_bytes(std::span(kernel));
  lapis::native::write_file_atomically(folder / "first", lapis::write_safetensors(first, {}));
  const Json wrong = run_json({"parity", model, "--golden", folder / "first", "--dump", folder / "dump"});
  CHECK(number(wrong, "max_abs_diff") > 0.1);
  CHECK(run_lapis({"parity", model, "--golden", folder / "first", "--check"}).status == 1);

  write_golden(folder / "golden", input, labels, folder / "dump", 0);
  const Json right = run_json({"parity", model, "--golden", folder / "golden", "--check"});
  CHECK(number(right, "samples") == 3);
  CHECK(number(right, "max_abs_diff") == 0);
  CHECK(*right.find("argmax_equal")->boolean());
  CHECK(number(right, "loss_diff") < 1e-6);
  const Json::Array& gradients = *right.find("gradients")->array();
  REQUIRE(gradients.size() == 2);
  CHECK(*gradients[0].find("name")->string() == "sequential/dense/kernel");
  for (const Json& gradient : gradients) CHECK(number(gradient, "max_rel_diff") == 0);

  write_golden(folder / "golden", input, labels, folder / "dump", 1e-3F);
  const CommandResult off = run_lapis({"parity", model, "--golden", folder / "golden", "--check", "--json"});
  CHECK(off.status == 1);
  CHECK(off.error_lines() == 1);
  CHECK(number(Json::parse(off.out).find("gradients")->array()->at(1), "max_rel_diff") > 1e-4);
}

TEST_CASE("parity: several models make a table, a list and a folder of dumps") {
  LAPIS_NEED_SHARED(golden, "golden");
  const TemporaryFolder folder;
  const auto path = [&](const std::string& name) { return (golden / name).string(); };
  const std::vector<std::string> models = {"parity", path("lstm.keras"), path("cnn_cifar_pool.h5")};
  std::vector<std::string> several = models;
  several.insert(several.end(), {"--golden-folder", golden.string(), "--dump", folder.path().string()});
  const Json json = run_json(several);
  const Json::Array& list = *json.find("models")->array();
  REQUIRE(list.size() == 2);
  CHECK(*list[1].find("model")->string() == path("cnn_cifar_pool.h5"));
  for (const Json& each : list) {
    CHECK(number(each, "max_abs_diff") <= 1e-6);
    CHECK(number(each, "macro_f1") == 1);
  }
  CHECK(lapis::native::exists(folder / "lstm.safetensors"));
  CHECK(lapis::native::exists(folder / "cnn_cifar_pool.safetensors"));

  std::vector<std::string> table = models;
  table.insert(table.end(), {"--golden", path("lstm.safetensors"), path("cnn_cifar_pool.safetensors")});
  CHECK_THAT(run_lapis(table).out, Catch::Contains("Difference  macro F1") && Catch::Contains("lstm.keras") &&
                                       Catch::Contains("cnn_cifar_pool.h5"));
  // One of two that is wrong decides the status; files must be as many as models.
  table.back() = path("lstm.safetensors");
  CHECK(run_lapis(table).status == 2);
  table.pop_back();
  const CommandResult few = run_lapis(table);
  CHECK(few.status == 2);
  CHECK_THAT(few.error, Catch::Contains("2 models and 1 golden files, expected one for each"));
}

TEST_CASE("parity: golden files that do not fit are refused") {
  const TemporaryFolder folder;
  const std::string model = train_on_cifar10(folder, 1);
  const auto refused = [&](const std::vector<lapis::TensorView>& tensors, const std::string& expected) {
    lapis::native::write_file_atomically(folder / "g", lapis::write_safetensors(tensors, {}));
    const CommandResult result = run_lapis({"parity", model, "--golden", folder / "g"});
    CHECK(result.status == 2);
    CHECK(result.error_lines() == 1);
    CHECK_THAT(result.error, Catch::StartsWith("lapis: " + folder / "g: ") && Catch::Contains(expected));
  };
  const std::vector<float> zeros(32 * 32 * 3);
  const auto bytes = [&](std::size_t count) { return std::as_bytes(std::span(zeros).first(count)); };
  const lapis::TensorView input{"input", lapis::Dtype::f32, {1, 32, 32, 3}, bytes(3072)};
  refused({}, "no tensor \"input\"");
  refused({input}, "no tensor \"prob\"");
  refused({input, {"prob", lapis::Dtype::f32, {1, 9}, bytes(9)}}, "shape [1,9]");
  refused({{"input", lapis::Dtype::f32, {3, 32, 32}, bytes(3072)}}, "");
  const lapis::TensorView prob{"prob", lapis::Dtype::f32, {1, 10}, bytes(10)};
  refused({input, prob, {"label", lapis::Dtype::f32, {2}, bytes(2)}}, "\"label\"");
  refused({input,
           prob,
           {"label", lapis::Dtype::f32, {1}, bytes(1)},
           {"grad/x", lapis::Dtype::f32, {1}, bytes(1)}},
          "dense/kernel");
}
