#include "lapis/io/model_file.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "lapis/io/keras_model.h"
#include "lapis/model/workspace.h"
#include "support/close.h"
#include "support/error_text.h"
#include "support/model_bytes.h"
#include "support/random_values.h"

using namespace lapis;
using lapis_test::Bytes;
using lapis_test::EditableFile;
using lapis_test::error_text;

namespace {

std::vector<Real> outputs(const Model& model, const Shape& shape, const std::vector<Real>& x) {
  const auto backend = make_cpu_backend(1);
  Workspace workspace(model, *backend, shape, Mode::predict);
  std::copy(x.begin(), x.end(), workspace.input(shape[0]).data);
  const ConstView y = workspace.run(shape[0]);
  return {y.data, y.data + y.shape.size()};
}

/// The error of reading `good` after `change`.
template <class Change>
std::string read_error(const Bytes& good, const Change& change) {
  EditableFile file(good);
  change(file);
  const Bytes bytes = file.bytes();
  return error_text([&] { read_model(bytes); });
}

void replace(std::string& text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("A model file is read back as it was written") {
  const ModelFile written = lapis_test::picture_model();
  const ModelFile read = read_model(write_model(written));
  CHECK(read.input == written.input);
  CHECK(read.labels == written.labels);
  CHECK(read.training == written.training);
  CHECK(read.metrics == written.metrics);
  CHECK(model_to_config(read.model) == model_to_config(written.model));
  CHECK(std::equal(read.model.values().begin(), read.model.values().end(), written.model.values().begin()));
  const std::vector<Real> x = lapis_test::random_values(3 * 8 * 8 * 3, 5);
  CHECK(outputs(read.model, {3, 8, 8, 3}, x) == outputs(written.model, {3, 8, 8, 3}, x));
  CHECK(write_model(read) == write_model(written));
}

TEST_CASE("Text and plain models are read back too; what may be left out stays away") {
  const ModelFile written = lapis_test::text_model();
  const ModelFile read = read_model(write_model(written));
  CHECK(read.input == written.input);
  CHECK(read.training.empty());
  CHECK(read.metrics.empty());
  const std::vector<Real> ids = {2, 3, 0, 0, 0, 1, 4, 2, 5, 3};
  CHECK(outputs(read.model, {2, 5}, ids) == outputs(written.model, {2, 5}, ids));

  Model plain = model_from_config(R"([{"class_name":"Dense","config":{"units":2}}])", Shape{1, 3});
  plain.initialize(1);
  const ModelFile numbers =
      read_model(write_model({.model = std::move(plain), .labels = {}, .training = {}, .metrics = {}}));
  CHECK(input_kind(numbers.input) == "tensor");
  CHECK(numbers.labels.empty());
}

TEST_CASE("F16 halves the weights; the self-test holds for the rounded ones") {
  const ModelFile written = lapis_test::picture_model();
  const Bytes file = write_model(written, Precision::f16);
  const SafetensorsFile raw = read_safetensors(file);
  CHECK(raw.find("conv2d/kernel")->dtype == Dtype::f16);
  CHECK(raw.find("selftest/output")->dtype == Dtype::f32);
  const ModelFile read = read_model(file);
  for (std::size_t i = 0; i < read.model.values().size(); ++i)
    CHECK(read.model.values()[i] ==
          half_to_float(float_to_half(static_cast<float>(written.model.values()[i]))));
  std::vector<Real> input(static_cast<std::size_t>(raw.find("selftest/input")->shape.size()));
  read_values(*raw.find("selftest/input"), input);
  const std::vector<double> expected = to_doubles(*raw.find("selftest/output"));
  CHECK(lapis_test::max_abs_diff(outputs(read.model, raw.find("selftest/input")->shape, input), expected) ==
        0);
  CHECK(write_model(read, Precision::f16) == file);
}

TEST_CASE("The self-test's inputs are the hard ones") {
  const Bytes picture_bytes = write_model(lapis_test::picture_model());
  const SafetensorsFile picture = read_safetensors(picture_bytes);
  const std::vector<double> x = to_doubles(*picture.find("selftest/input"));
  REQUIRE(x.size() == 4 * 8 * 8 * 3);
  const std::span rows(x);
  for (const double value : rows.first(192)) CHECK(value == -2);        // black: (0 - 0.5) / 0.25
  for (const double value : rows.subspan(192, 192)) CHECK(value == 2);  // white
  const Bytes text_bytes = write_model(lapis_test::text_model());
  const SafetensorsFile text = read_safetensors(text_bytes);
  const std::vector<double> ids = to_doubles(*text.find("selftest/input"));
  REQUIRE(ids.size() == 20);
  CHECK(std::vector<double>(ids.begin(), ids.begin() + 10) ==
        std::vector<double>{0, 0, 0, 0, 0, 5, 0, 0, 0, 0});
  CHECK(ids[11] == 1);
  CHECK(ids[15] == 0);
}

TEST_CASE("A changed weight or output fails the self-test") {
  const Bytes good = write_model(lapis_test::picture_model());
  CHECK(read_error(good, [](EditableFile& file) {
          file.set_float("dense_1/bias", 0, 0.5F);
        }).starts_with("self-test: output element 0 is "));
  const std::string text =
      read_error(good, [](EditableFile& file) { file.set_float("selftest/output", 4, 7); });
  CHECK(text.starts_with("self-test: output element 4 is 0."));
  CHECK(text.ends_with(
      ", the file says 7 (tolerance 0.0007): the weights are damaged, or this build computes wrongly"));
}

TEST_CASE("Metadata that is missing, wrong or unknown") {
  const Bytes good = write_model(lapis_test::picture_model());
  for (const std::string key : {"format", "format_version", "config", "input"})
    CHECK(read_error(good, [&](EditableFile& file) { file.metadata.erase(key); }) ==
          "metadata key \"" + key + "\" is missing: not a model file of this library, or an incomplete one");
  const auto text = [&](const std::string& key, const std::string& value) {
    return read_error(good, [&](EditableFile& file) { file.metadata[key] = value; });
  };
  CHECK(text("format", "pt") == "metadata: format \"pt\", expected \"lapis\"");
  CHECK(text("format_version", "2") ==
        "metadata: format_version \"2\", expected \"1\": the file was written by another version of this "
        "library");
  CHECK(text("colour", "") ==
        "metadata key \"colour\" is not known; known: format, format_version, config, input, labels, "
        "training, metrics, loss");
  CHECK(text("config", "{") ==
        "config: not valid JSON: line 1, column 2: syntax error while parsing object key - unexpected end of "
        "input; "
        "expected string literal");
  CHECK(text("labels", "[1,2,3]") == "labels: labels[0]: expected a string, found 1");
  CHECK(text("labels", R"(["a","b"])") == "labels: 2 labels, but the network puts out 3 values");
  CHECK(text("labels", R"(["a","b","a"])") == "labels: \"a\" stands twice");
  CHECK(text("metrics", R"({"accuracy":"high"})") ==
        "metrics: metrics.accuracy: expected a number, found \"high\"");
  CHECK(text("training", "[]") == "training: expected an object, found []");
  CHECK(text("input", "{}") == "input: key \"kind\" is missing");
  CHECK(text("input", R"({"kind":"sound"})") ==
        "input: kind: expected \"image\", \"text\" or \"tensor\", found \"sound\"");
  CHECK(text("input", R"({"kind":"tensor","width":3})") == "input: key \"width\" is not known; known: kind");
  CHECK(text("input", R"({"kind":"image","width":8,"height":9})") ==
        "input: makes pictures [?,9,8,3], but the network takes [?,8,8,3]");
  CHECK(text("input", R"({"kind":"text","sequence_length":8,"vocabulary":["","[UNK]"]})") ==
        "input: makes ids [?,8], but the network takes [?,8,8,3]");
}

TEST_CASE("A vocabulary must fit the embedding") {
  const Bytes good = write_model(lapis_test::text_model());
  CHECK(read_error(good, [](EditableFile& file) {
          replace(file.metadata["input"], "\"sekali\"", R"("sekali","tidak","mau")");
        }) == "input: the vocabulary has 7 entries, but layer \"embedding\" takes ids below 6");
  CHECK(read_error(good, [](EditableFile& file) {
          replace(file.metadata["input"], "\"sekali\"", "\"enak\"");
        }).starts_with("input: "));
  CHECK(read_error(good, [](EditableFile& file) { file.set_float("selftest/input", 3, 6); }) ==
        "self-test: layer \"embedding\" (Embedding): input element 3 is 6, expected a whole number from 0 to "
        "5");
  CHECK(read_error(good, [](EditableFile& file) { file.set_float("selftest/input", 3, 0.5F); }) ==
        "self-test: layer \"embedding\" (Embedding): input element 3 is 0.5, expected a whole number from 0 "
        "to 5");
}

TEST_CASE("Tensors that are missing, left over, of another shape or not finite") {
  const Bytes good = write_model(lapis_test::picture_model());
  const auto text = [&](const auto& change) { return read_error(good, change); };
  CHECK(text([](EditableFile& file) { file.tensors.erase("conv2d_1/kernel"); }) ==
        "tensor \"conv2d_1/kernel\" [2,3,4,5] is missing (conv2d_1 receives [?,4,4,4])");
  CHECK(text([](EditableFile& file) { file.tensors["x"] = file.tensors["dense/bias"]; }) ==
        "tensor \"x\" [6] belongs to no layer of the model");
  CHECK(text([](EditableFile& file) {
          file.tensors["conv2d_1/kernel"].shape = {3, 2, 4, 5};
        }) ==
        "tensor \"conv2d_1/kernel\": shape [3,2,4,5], expected [2,3,4,5] (conv2d_1 receives [?,4,4,4])");
  CHECK(text([](EditableFile& file) {
          file.set_float("dense/kernel", 2, std::numeric_limits<float>::quiet_NaN());
        }) == "tensor \"dense/kernel\": element 2 is nan, expected a finite number");
  CHECK(text([](EditableFile& file) {
          file.set_float("dense/kernel", 0, -std::numeric_limits<float>::infinity());
        }) == "tensor \"dense/kernel\": element 0 is -inf, expected a finite number");
  for (const std::string name : {"selftest/input", "selftest/output"}) {
    CHECK(text([&](EditableFile& file) { file.tensors.erase(name); }) ==
          "tensor \"" + name + "\" is missing: not a model file of this library, or an incomplete one");
    CHECK(text([&](EditableFile& file) {
            file.set_float(name, 1, std::numeric_limits<float>::infinity());
          }) == "tensor \"" + name + "\": element 1 is inf, expected a finite number");
    CHECK(text([&](EditableFile& file) { file.tensors[name].dtype = Dtype::i32; }) ==
          "tensor \"" + name + "\": dtype I32, expected F32");
  }
  CHECK(text([](EditableFile& file) {
          file.tensors["selftest/input"].shape = {4, 8, 24};
        }) == "tensor \"selftest/input\": shape [4,8,24], expected [?,8,8,3]");
  CHECK(text([](EditableFile& file) {
          file.tensors["selftest/output"].shape = {3, 4};
        }) == "tensor \"selftest/output\": shape [3,4], expected [4,3]");
  CHECK(text([](EditableFile& file) {
          file.tensors["selftest/input"] = {Dtype::f32, {0, 8, 8, 3}, {}};
        }) == "tensor \"selftest/input\": shape [0,8,8,3], expected [?,8,8,3]");
  CHECK(text([](EditableFile& file) {
          file.tensors["selftest/input"] = {Dtype::f32, {65, 8, 8, 3}, Bytes(65 * 192 * 4)};
        }) == "tensor \"selftest/input\": 65 rows, expected at most 64");
}

TEST_CASE("Layers and keys in the file's config are checked as anywhere") {
  const Bytes good = write_model(lapis_test::picture_model());
  const auto text = [&](const std::string& from, const std::string& to) {
    return read_error(good, [&](EditableFile& file) { replace(file.metadata["config"], from, to); });
  };
  CHECK(text("\"class_name\":\"ReLU\"", "\"class_name\":\"Swish\"")
            .starts_with("layer \"re_lu\" (Swish) is not supported; supported: Activation, "));
  CHECK(text("\"filters\":4", "\"filters\":4,\"foo\":1")
            .starts_with("layer \"conv2d\" (Conv2D): config key \"foo\" is not known; known: filters, "));
  CHECK(text("\"filters\":4", "\"filters\":6") ==
        "tensor \"conv2d/kernel\": shape [3,3,3,4], expected [3,3,3,6] (conv2d receives [?,8,8,3])");
  CHECK(text("\"units\":6", "\"units\":16777216") ==
        "tensor \"dense/kernel\": shape [10,6], expected [10,16777216] (dense receives [?,10])");
}

TEST_CASE("What cannot be written says so") {
  const auto text = [](const auto& change, Precision precision = Precision::f32) {
    ModelFile file = lapis_test::picture_model();
    change(file);
    return error_text([&] { write_model(file, precision); });
  };
  CHECK(text([](ModelFile& file) { file.model.values()[0] = std::numeric_limits<Real>::quiet_NaN(); }) ==
        "tensor \"conv2d/kernel\": element 0 is nan, expected a finite number");
  CHECK(text([](ModelFile& file) { file.model.values()[1] = 70000; }, Precision::f16) ==
        "tensor \"conv2d/kernel\": element 1 is 70000, beyond the range of F16 (65504): write F32");
  CHECK(text([](ModelFile& file) { file.labels.pop_back(); }) ==
        "labels: 2 labels, but the network puts out 3 values");
  CHECK(text([](ModelFile& file) { file.metrics["f1"] = std::nan(""); }) ==
        "metrics: \"f1\" is nan, expected a finite number");
  CHECK(text([](ModelFile& file) {
          file.training = "{";
        }).starts_with("training: not valid JSON: line 1, column 2"));
  CHECK(text([](ModelFile& file) { std::get<ImageInput>(file.input).width = 9; }) ==
        "input: makes pictures [?,8,9,3], but the network takes [?,8,8,3]");
  CHECK(text([](ModelFile& file) {
          for (Real& value : file.model.values()) value = std::numeric_limits<Real>::max();
        }).starts_with("self-test: output element "));
}

TEST_CASE("Input pipelines are read back as they were written") {
  for (const InputSpec& input :
       {InputSpec(TensorInput{}),
        InputSpec(ImageInput{.width = 32,
        .height = 24,
        .channels = 1,
        .fit = Fit::fit,
        .fill = 128,
        .scale = 1.0 / 255,
        .mean = {0.1},
        .std = {0.3}}),
        InputSpec(ImageInput{
            .width = 3, .height = 2, .fit = Fit::stretch, .mean = {}, .std = {}, .antialias = false}),
        InputSpec(ImageInput{.width = 1, .height = 1, .mean = {0.1, 0.2, 0.3}, .std = {}}),
        InputSpec(TextInput{.sequence_length = 77, .vocabulary = {"", "[UNK]", "enak", "é\n\"\\"}})})
    CHECK(input_from_json(input_to_json(input)) == input);
}
