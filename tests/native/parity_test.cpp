// parity.

#include <catch2/catch.hpp>
#include <cmath>
#include <utility>

#include "common.h"
#include "file.h"
#include "lapis/io/keras_model.h"
#include "lapis/io/safetensors.h"
#include "support/shared.h"
#include "workbench.h"

using lapis::Json;
using namespace lapis_test;

namespace {

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

TEST_CASE("parity: takes the training steps of a golden file, with its optimizer") {
  const TemporaryFolder folder;
  const std::string model = folder / "model.safetensors";
  lapis::native::save_model(
      model,
      {lapis::model_from_config(
           R"([{"class_name":"Dense","config":{"units":2,"activation":"softmax","use_bias":false}}])",
           lapis::Shape{lapis::kUnknown, 1}),
       lapis::TensorInput{},
       {},
       {},
       {}},
      {});
  // From weights of 0 and for x = 1 of class 0, by hand.
  std::vector<double> losses;
  double w0 = 0, w1 = 0;
  for (int step = 0; step < 10; ++step) {
    const double p0 = 1 / (1 + std::exp(w1 - w0));
    losses.push_back(-std::log(p0));
    w0 += 0.5 * (1 - p0);
    w1 -= 0.5 * (1 - p0);
  }
  const std::vector<float> input = {1}, half = {0.5F, 0.5F};
  const std::vector<std::int32_t> label = {0};
  const auto parity = [&](const char* optimizer) {
    const std::vector<lapis::TensorView> tensors = {
        {"input", lapis::Dtype::f32, {1, 1}, std::as_bytes(std::span(input))},
        {"prob", lapis::Dtype::f32, {1, 2}, std::as_bytes(std::span(half))},
        {"label", lapis::Dtype::i32, {1}, std::as_bytes(std::span(label))},
        {"losses", lapis::Dtype::f64, {10}, std::as_bytes(std::span(losses))},
    };
    lapis::native::write_file_atomically(folder / "golden",
                                         lapis::write_safetensors(tensors, {{"compile", optimizer}}));
    return run_lapis({"parity", model, "--golden", folder / "golden", "--json", "--check"});
  };
  const CommandResult right = parity(R"({"optimizer":{"class_name":"SGD","config":{"learning_rate":0.5}}})");
  CHECK(right.status == 0);
  const Json json = Json::parse(right.out);
  CHECK(number(*json.find("training"), "steps") == 10);
  CHECK(number(*json.find("training"), "max_rel_diff") < 1e-6);
  const CommandResult wrong = parity(R"({"optimizer":{"class_name":"SGD","config":{"learning_rate":0.4}}})");
  CHECK(wrong.status == 1);
  CHECK(number(*Json::parse(wrong.out).find("training"), "max_rel_diff") > 0.01);
}
