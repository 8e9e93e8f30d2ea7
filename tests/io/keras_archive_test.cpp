#include "lapis/io/keras_archive.h"

#include <catch2/catch.hpp>

#include "lapis/io/keras_model.h"
#include "lapis/io/text_vectorization.h"
#include "support/error_text.h"

using namespace lapis;
using lapis_test::error_text;

namespace {

/// An archive that owns its values: every variable counts up from its own number times 100, in hundredths.
class Archive {
 public:
  KerasArchive value;

  explicit Archive(std::string layers) {
    value.config = R"({"class_name":"Sequential","config":{"name":"s","layers":[)" + layers + "]}}";
  }

  Archive& add(const std::string& name, const Shape& shape) {
    std::vector<Real> values(static_cast<std::size_t>(shape.size()));
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] = static_cast<Real>(value.variables.size()) + static_cast<Real>(i) / 100;
    storage_.push_back(to_bytes(values, Dtype::f32));
    value.variables.push_back({name, Dtype::f32, shape, storage_.back()});
    return *this;
  }

 private:
  std::vector<std::vector<std::byte>> storage_;
};

const std::string kInput = R"({"class_name":"InputLayer","config":{"batch_shape":[null,3]}},)";

Archive two_dense() {
  return Archive(kInput + R"({"class_name":"Dense","config":{"name":"first","units":2}},
                             {"class_name":"Dense","config":{"name":"second","units":1}})");
}

Real first_value(const ModelFile& file, std::string_view path) {
  return file.model.values(*file.model.find_parameter(path))[0];
}

const std::string kWords =
    R"({"class_name":"InputLayer","config":{"batch_shape":[null,1],"dtype":"string"}},
       {"class_name":"TextVectorization","config":{"name":"words","output_sequence_length":4%}},
       {"class_name":"Embedding","config":{"input_dim":5,"output_dim":2}},
       {"class_name":"Flatten","config":{}})";

Archive words(const std::string& options = "") {
  std::string layers = kWords;
  layers.replace(layers.find('%'), 1, options);
  Archive archive(layers);
  archive.add("layers/embedding/vars/0", {5, 2});
  return archive;
}

}  // namespace

TEST_CASE("Keras 3's groups are counted by class, whatever the layers are called") {
  Archive archive = two_dense();
  archive.add("layers/dense_1/vars/0", {2, 1}).add("layers/dense/vars/0", {3, 2});
  archive.add("layers/dense/vars/1", {2}).add("layers/dense_1/vars/1", {1});
  const ModelFile file = read_keras_archive(archive.value);
  CHECK(first_value(file, "first/kernel") == 1);
  CHECK(first_value(file, "first/bias") == 2);
  CHECK(first_value(file, "second/kernel") == 0);
  CHECK(first_value(file, "second/bias") == 3);
}

TEST_CASE("A legacy file's variables are counted in each layer") {
  Archive archive = two_dense();
  archive.value.layout = KerasArchive::Layout::legacy;
  archive.add("first/0", {3, 2}).add("first/1", {2}).add("second/0", {2, 1}).add("second/1", {1});
  const ModelFile file = read_keras_archive(archive.value);
  CHECK(first_value(file, "first/kernel") == 0);
  CHECK(first_value(file, "second/bias") == 3);
}

TEST_CASE("Wrapped layers keep their variables below the wrapper; generators' states are no weights") {
  Archive archive(R"({"class_name":"InputLayer","config":{"batch_shape":[null,4,3]}},
    {"class_name":"Bidirectional","config":{"layer":{"class_name":"SimpleRNN","config":{"units":2}}}})");
  for (const std::string side : {"forward_layer", "backward_layer"}) {
    const std::string group = "layers\\bidirectional/" + side + "/cell/vars/";
    archive.add(group + "0", {3, 2}).add(group + "1", {2, 2}).add(group + "2", {2});
  }
  archive.add("layers/bidirectional/forward_layer/cell/seed_generator/vars/0", {2});
  const ModelFile file = read_keras_archive(archive.value);
  REQUIRE(file.model.parameters().size() == 6);
  for (std::size_t i = 0; i < 6; ++i)
    CHECK(file.model.values(file.model.parameters()[i])[0] == static_cast<Real>(i));
}

TEST_CASE("Variables that are missing, too many or of another shape are named") {
  Archive missing = two_dense();
  missing.add("layers/dense/vars/0", {3, 2});
  CHECK(
      error_text([&] { read_keras_archive(missing.value); }) ==
      R"(layer "first": 1 variables in "layers/dense", but "first/bias" [2] is missing: the file is incomplete)");

  Archive extra = two_dense();
  extra.add("layers/dense/vars/0", {3, 2}).add("layers/dense/vars/1", {2});
  extra.add("layers/dense_1/vars/0", {2, 1})
      .add("layers/dense_1/vars/1", {1})
      .add("layers/dense_1/vars/2", {1});
  CHECK(error_text([&] { read_keras_archive(extra.value); }) ==
        R"(variable "layers/dense_1/vars/2" [1] belongs to no layer of the model)");

  Archive shape = two_dense();
  shape.add("layers/dense/vars/0", {2, 3}).add("layers/dense/vars/1", {2});
  shape.add("layers/dense_1/vars/0", {2, 1}).add("layers/dense_1/vars/1", {1});
  CHECK(error_text([&] { read_keras_archive(shape.value); }) ==
        R"(tensor "first/kernel": shape [2,3], expected [3,2] (first receives [?,3]))");
}

TEST_CASE("A TextVectorization in front becomes the text input") {
  Archive archive = words();
  archive.value.assets["assets/layers/text_vectorization/vocabulary.txt"] = "\n[UNK]\nenak\ntidak";
  const ModelFile file = read_keras_archive(archive.value);
  CHECK(std::get<TextInput>(file.input) == TextInput{4, {"", "[UNK]", "enak", "tidak"}});
  CHECK(file.model.input_shape() == Shape{kUnknown, 4});
  CHECK(file.model.layer(0).type() == "Embedding");

  Archive in_config = words(R"(,"vocabulary":["enak"],"standardize":"lower_and_strip_punctuation")");
  CHECK(std::get<TextInput>(read_keras_archive(in_config.value).input).vocabulary ==
        std::vector<std::string>{"", "[UNK]", "enak"});
  CHECK(error_text([] { read_keras_archive(words().value); }) ==
        "layer \"words\" (TextVectorization): its words are not in the file (an .h5 keeps none): save the "
        "model "
        "as .keras");
}

TEST_CASE("Options of TextVectorization that are not known are refused by name") {
  const auto refusal = [](const std::string& options) {
    return error_text([&] { read_keras_archive(words(options).value); });
  };
  CHECK(
      refusal(R"(,"split":"character")") ==
      "layer \"words\" (TextVectorization): config.layers[1].config.split: expected \"whitespace\" (nothing "
      "else is supported), found \"character\"");
  CHECK(refusal(R"(,"standardize":null)").find("config.standardize: expected") != std::string::npos);
  CHECK(refusal(R"(,"ngrams":2)").find("config.ngrams: expected false or null") != std::string::npos);
  CHECK(refusal(R"(,"foo":2)").find("key \"foo\" is not known") != std::string::npos);
}

TEST_CASE("Vocabulary files are cut as Python cuts lines") {
  CHECK(read_vocabulary_file("\n[UNK]\r\nb\x1c"
                             "c\xC2\x85"
                             "d\xE2\x80\xA8"
                             "e\n") == std::vector<std::string>{"", "[UNK]", "b", "c", "d", "e"});
  CHECK(read_vocabulary_file("").empty());
  CHECK(read_vocabulary_file("a\n\nb") == std::vector<std::string>{"a", "", "b"});
}

TEST_CASE("A packed archive is read like any model file, with what this library adds") {
  Archive archive = two_dense();
  archive.add("layers/dense/vars/0", {3, 2}).add("layers/dense/vars/1", {2});
  archive.add("layers/dense_1/vars/0", {2, 1}).add("layers/dense_1/vars/1", {1});
  std::map<std::string, std::string> metadata = {{"format", "keras"},
                                                 {"layout", "keras3"},
                                                 {"config", archive.value.config},
                                                 {"lapis", R"({"labels":["yes"],"metrics":{"f1":0.5}})"}};
  const ModelFile file = read_model(write_safetensors(archive.value.variables, metadata));
  CHECK(file.labels == std::vector<std::string>{"yes"});
  CHECK(file.metrics.at("f1") == 0.5);
  CHECK(first_value(file, "second/kernel") == 2);

  metadata["layout"] = "keras2";
  CHECK(error_text([&] { read_model(write_safetensors(archive.value.variables, metadata)); }) ==
        R"(metadata: layout "keras2", expected "keras3" or "legacy")");
  metadata["layout"] = "keras3";
  metadata["lapis"] = R"({"labels":["yes","no","perhaps"]})";
  CHECK(error_text([&] { read_model(write_safetensors(archive.value.variables, metadata)); }) ==
        "labels: 3 labels, but the network puts out 1 value, which tells two classes apart");
  metadata["lapis"] = R"({"label":[]})";
  CHECK(error_text([&] {
          read_model(write_safetensors(archive.value.variables, metadata));
        }).find("key \"label\" is not known") != std::string::npos);
}

TEST_CASE("What training keeps is passed over by its folder, a stray variable of a layer is not") {
  const auto complete = [] {
    Archive archive = two_dense();
    archive.add("layers/dense/vars/0", {3, 2}).add("layers/dense/vars/1", {2});
    archive.add("layers/dense_1/vars/0", {2, 1}).add("layers/dense_1/vars/1", {1});
    return archive;
  };
  Archive trained = complete();
  for (const char* name :
       {"metrics/mean/vars/0", "metrics/auc/vars/1", "optimizer/vars/0", "loss_tracker/vars/0"})
    trained.add(name, {4});
  CHECK(first_value(read_keras_archive(trained.value), "first/kernel") == 0);
  for (const char* name : {"layers/dense_2/vars/0", "layers/dense/metrics/vars/0", "vars/0"}) {
    Archive stray = complete();
    stray.add(name, {4});
    CHECK(error_text([&] { read_keras_archive(stray.value); }) ==
          "variable \"" + std::string(name) + "\" [4] belongs to no layer of the model");
  }
}

TEST_CASE("Names with slashes: each weight its own, and none in a .keras") {
  Archive archive(kInput + R"({"class_name":"Dense","config":{"name":"a","units":2}},
                             {"class_name":"Dense","config":{"name":"a/b","units":2}},
                             {"class_name":"Dense","config":{"name":"a_b","units":1}})");
  archive.value.layout = KerasArchive::Layout::legacy;
  archive.add("a/0", {3, 2}).add("a/1", {2}).add("a/b/0", {2, 2}).add("a/b/1", {2}).add("a_b/0", {2, 1});
  archive.add("a_b/1", {1});
  const ModelFile file = read_keras_archive(archive.value);
  CHECK(first_value(file, "a/b/kernel") == 2);
  CHECK(first_value(read_model(write_model(file)), "a/b/kernel") == 2);
  const ModelFile back = read_keras_archive(write_keras_archive(file).archive);
  CHECK(back.model.layer(1).name() == "a_b_");
  CHECK(first_value(back, "a_b_/kernel") == 2);
  CHECK(first_value(back, "a_b/kernel") == 4);

  const std::string both = R"([{"class_name":"Bidirectional","config":{"name":"a","layer":
      {"class_name":"LSTM","config":{"name":"b","units":2,"return_sequences":true}}}},
      {"class_name":"Dense","config":{"name":"a/forward_b/lstm_cell","units":3}}])";
  CHECK(error_text([&] {
          model_from_config(both, Shape{kUnknown, 5, 3});
        }) ==
        "layer \"a/forward_b/lstm_cell\" (Dense): layer \"a\" has a weight \"a/forward_b/lstm_cell/kernel\" "
        "too, "
        "expected names that differ");
}
