#include <catch2/catch.hpp>
#include <sstream>

#include "data/open_dataset.h"
#include "file.h"
#include "lapis/io/safetensors.h"
#include "support/shared.h"
#include "workbench.h"

using lapis::Json;
using namespace lapis_test;

namespace {

/// Rows of (true class, predicted class) counts, from what predict printed.
std::string confusion(const Json& result, const std::vector<lapis::Index>& truth) {
  const Json::Array& labels = *result.find("labels")->array();
  const Json::Array& predictions = *result.find("predictions")->array();
  REQUIRE(predictions.size() == truth.size());
  std::vector<std::vector<int>> counts(labels.size(), std::vector<int>(labels.size()));
  for (std::size_t i = 0; i < truth.size(); ++i) {
    std::size_t predicted = 0;
    while (*labels[predicted].string() != *predictions[i].find("label")->string()) ++predicted;
    ++counts[static_cast<std::size_t>(truth[i])][predicted];
  }
  Json::Array rows;
  for (const std::vector<int>& row : counts) {
    Json::Array cells;
    for (const int count : row) cells.emplace_back(count);
    rows.emplace_back(std::move(cells));
  }
  return Json(std::move(rows)).dump();
}

std::vector<lapis::Index> labels_of(const lapis::Dataset& set) {
  std::vector<lapis::Index> labels;
  for (lapis::Index i = 0; i < set.size(); ++i) labels.push_back(set.label(i));
  return labels;
}

std::vector<double> probabilities(const Json& prediction) {
  std::vector<double> values;
  for (const Json& value : *prediction.find("probabilities")->array()) values.push_back(*value.number());
  return values;
}

}  // namespace

TEST_CASE("predict: texts: what evaluate counts is what predict says, row by row") {
  const TemporaryFolder folder;
  const std::string model = train_on_texts(folder);
  const auto data = lapis::native::find_data(folder / "data", {});
  const std::vector<std::string> texts = data->texts(lapis::native::Split::test);
  const std::vector<lapis::Index> labels =
      labels_of(*data->open(lapis::native::Split::test, lapis::TextInput{1, {"", "[UNK]"}}));
  std::string lines;
  for (const std::string& text : texts) lines += text + "\n";
  write_text(folder / "texts", lines);

  const Json evaluation = run_json({"evaluate", model, "--data", folder / "data"});
  const Json from_file = run_json({"predict", model, "--text-file", folder / "texts"});
  const Json from_input = run_json({"predict", model, "--text-file", "-"}, lines);
  CHECK(confusion(from_file, labels) == evaluation.find("confusion")->dump());
  CHECK(from_file.dump() == from_input.dump());
  const Json one = run_json({"predict", model, "--text", texts[4]});
  CHECK(one.find("predictions")->array()->at(0).dump() ==
        from_file.find("predictions")->array()->at(4).dump());
  double sum = 0;
  for (const double value : probabilities(one.find("predictions")->array()->at(0))) sum += value;
  CHECK(sum == Approx(1));
}

TEST_CASE("predict: texts: tokens as the network sees them") {
  const TemporaryFolder folder;
  const std::string model = train_on_texts(folder, 1);
  const Json result = run_json({"predict", model, "--text", "YANG, xyzzy! itu itu itu itu itu itu"});
  const Json& prediction = result.find("predictions")->array()->at(0);
  const Json::Array& tokens = *prediction.find("tokens")->array();
  REQUIRE(tokens.size() == 6);
  CHECK(*tokens[0].find("text")->string() == "yang");
  CHECK(*tokens[0].find("known")->boolean());
  CHECK(*tokens[1].find("text")->string() == "xyzzy");
  CHECK_FALSE(*tokens[1].find("known")->boolean());
  CHECK(*tokens[1].find("id")->integer() == 1);
  CHECK(*prediction.find("truncated")->integer() == 2);

  const CommandResult plain = run_lapis({"predict", model, "--text", "yang xyzzy"});
  CHECK_THAT(plain.out, Catch::StartsWith("yang [xyzzy]\n  "));
  CHECK(plain.out.find('\033') == std::string::npos);  // no colours where nobody looks
  CHECK(plain.error.empty());
}

TEST_CASE("predict: pictures: bytes in one call, files and tensors give the same numbers as evaluate") {
  const TemporaryFolder folder;
  const std::string model = train_on_cifar10(folder);
  lapis::ImageInput whole;
  whole.width = whole.height = 32;
  whole.scale = 1;  // the bytes themselves
  const auto test = lapis::native::find_data(folder / "data", {})->open(lapis::native::Split::test, whole);
  const lapis::Index count = test->size();
  std::vector<std::uint8_t> pictures;
  for (lapis::Index i = 0; i < count; ++i) {
    std::vector<lapis::Real> x(32 * 32 * 3);
    test->fill(i, nullptr, x.data());
    pictures.insert(pictures.end(), x.begin(), x.end());
  }

  write_tensor(folder / "bytes.safetensors", "pictures", lapis::Dtype::u8, {count, 32, 32, 3},
               std::as_bytes(std::span(pictures)));
  const Json from_bytes = run_json({"predict", model, "--input", folder / "bytes.safetensors"});
  const Json evaluation = run_json({"evaluate", model, "--data", folder / "data"});
  CHECK(confusion(from_bytes, labels_of(*test)) == evaluation.find("confusion")->dump());

  std::vector<float> numbers;
  for (const std::uint8_t byte : pictures) numbers.push_back(static_cast<float>(byte / 255.0));
  write_tensor(folder / "numbers.safetensors", "x", lapis::Dtype::f32, {count, 32, 32, 3},
               std::as_bytes(std::span(numbers)));
  const Json from_numbers =
      run_json({"predict", model, "--input", folder / "numbers.safetensors", "--tensor", "x"});

  std::vector<std::string> arguments = {"predict", model, "--image"};
  for (std::size_t i = 0; i < 3; ++i) {
    const auto first = pictures.begin() + static_cast<std::ptrdiff_t>(i * 3072);
    write_octets(folder / std::to_string(i) + ".png", encode("png", 32, 32, {first, first + 3072}));
    arguments.push_back(folder / std::to_string(i) + ".png");
  }
  const Json from_files = run_json(arguments);
  for (std::size_t i = 0; i < 3; ++i) {
    const Json& expected = from_bytes.find("predictions")->array()->at(i);
    const Json& file = from_files.find("predictions")->array()->at(i);
    CHECK(probabilities(file) == probabilities(expected));
    CHECK(*file.find("image")->string() == arguments[i + 3]);
    const std::vector<double> a = probabilities(from_numbers.find("predictions")->array()->at(i));
    const std::vector<double> b = probabilities(expected);
    for (std::size_t c = 0; c < a.size(); ++c) CHECK(std::abs(a[c] - b[c]) < 1e-6);
  }
}

TEST_CASE("evaluate: --record puts the numbers into the model file and changes nothing else") {
  const TemporaryFolder folder;
  const std::string model = train_on_cifar10(folder, 1);
  const Json before = run_json({"evaluate", model, "--data", folder / "data"});
  const Json recorded = run_json({"evaluate", model, "--data", folder / "data", "--record"});
  CHECK(recorded.find("accuracy")->dump() == before.find("accuracy")->dump());
  const Json info = run_json({"info", model});
  CHECK(info.find("metrics")->find("test_accuracy")->dump() == before.find("accuracy")->dump());
  CHECK(info.find("metrics")->find("test_macro_f1")->dump() == before.find("macro_f1")->dump());
  CHECK(info.find("metrics")->find("val_accuracy") != nullptr);
  const Json after = run_json({"evaluate", model, "--data", folder / "data"});
  CHECK(after.find("confusion")->dump() == before.find("confusion")->dump());
  CHECK(after.find("loss")->dump() == before.find("loss")->dump());

  const std::vector<std::uint8_t> file = read_bytes(model);
  const CommandResult full = run_lapis({"evaluate", model, "--data", folder / "data", "--record"}, {}, 4096);
  CHECK(full.status == 2);
  CHECK(full.error_lines() == 1);
  CHECK(read_bytes(model) == file);
}
