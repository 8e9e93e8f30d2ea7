// Files that Keras itself wrote: what they compute, and what happens to damaged ones.

#include "keras_file.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>

#include "lapis/core/error.h"
#include "lapis/io/safetensors.h"
#include "support/shared.h"
#include "workbench.h"

using lapis::Json;
using namespace lapis_test;

namespace {

const std::vector<std::string> kModels = {"bilstm_stack", "birnn_stack", "cnn_cifar_pool", "lstm",
                                          "lstm_mask",    "simple_rnn",  "simple_rnn_mask"};

/// tests/golden/files: one model after another as Keras wrote it, and what it predicts.
class ExpectedFiles {
 public:
  ExpectedFiles()
      : bytes_(read_bytes(path())), file_(lapis::read_safetensors(std::as_bytes(std::span(bytes_)))) {}

  static std::string path() { return repository_path("tests/golden/files/expected.safetensors").string(); }
  const lapis::SafetensorsFile& file() const { return file_; }
  std::vector<double> values(const std::string& name) const { return lapis::to_doubles(*file_.find(name)); }
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const lapis::TensorView& tensor : file_.tensors)
      if (tensor.name.ends_with("/input")) names.push_back(tensor.name.substr(0, tensor.name.find('/')));
    return names;
  }

 private:
  std::vector<std::uint8_t> bytes_;
  lapis::SafetensorsFile file_;
};

std::string file_of_keras(const std::string& name) {
  return repository_path("tests/golden/files/" + name).string();
}

/// Largest difference of an output.
double difference(const Json& result, const std::vector<double>& expected) {
  double largest = 0;
  std::size_t next = 0;
  for (const Json& prediction : *result.find("predictions")->array()) {
    const Json* numbers = prediction.find("probabilities");
    for (const char* raw : {"values", "scores"})
      if (prediction.find(raw) != nullptr) numbers = prediction.find(raw);
    for (const Json& value : *numbers->array()) {
      REQUIRE(next < expected.size());
      largest = std::max(largest, std::abs(value.number().value() - expected[next++]));
    }
  }
  REQUIRE(next == expected.size());
  return largest;
}

void convert(const std::string& in, const std::string& out) {
  const CommandResult result = run_lapis({"convert", in, out});
  INFO(result.error);
  REQUIRE(result.status == 0);
}

double number(const Json& json, const std::string& key) {
  return json.find(key)->number().value();
}

}  // namespace

TEST_CASE("keras files: .keras and .h5 give Keras's probabilities, loss and gradients") {
  LAPIS_NEED_SHARED(golden, "golden");
  for (const std::string& name : kModels) {
    for (const std::string ending : {".keras", ".h5"}) {
      INFO(name << ending);
      const Json result = run_json({"parity", (golden / (name + ending)).string(), "--golden",
                                    (golden / (name + ".safetensors")).string(), "--check"});
      CHECK(number(result, "max_abs_diff") <= 1e-6);
      CHECK(number(result, "loss_diff") <= 1e-6);
      CHECK(*result.find("argmax_equal")->boolean());
      REQUIRE_FALSE(result.find("gradients")->array()->empty());
      for (const Json& gradient : *result.find("gradients")->array()) {
        CHECK(number(gradient, "max_rel_diff") <= 1e-5);
      }
    }
  }
}

TEST_CASE("convert: a Keras file becomes one of this library that computes the same") {
  LAPIS_NEED_SHARED(golden, "golden");
  const TemporaryFolder folder;
  const std::string keras = (golden / "bilstm_stack.keras").string();
  const std::string tensors = (golden / "bilstm_stack.safetensors").string();
  write_text(folder / "labels", "satu\ndua\ntiga\n");
  const std::string out = folder / "out.safetensors";
  REQUIRE(run_lapis({"convert", keras, out, "--labels", folder / "labels"}).status == 0);
  CHECK(run_json({"info", out}).find("labels")->dump() == R"(["satu","dua","tiga"])");
  const Json a = run_json({"predict", keras, "--input", tensors});
  const Json b = run_json({"predict", out, "--input", tensors});
  REQUIRE(a.find("predictions")->array()->size() == 5);
  for (std::size_t i = 0; i < 5; ++i) {
    CHECK(a.find("predictions")->array()->at(i).find("probabilities")->dump() ==
          b.find("predictions")->array()->at(i).find("probabilities")->dump());
  }
  const std::string half = folder / "half.safetensors";
  REQUIRE(run_lapis({"convert", out, half, "--f16"}).status == 0);
  CHECK(read_bytes(half).size() < read_bytes(out).size());
  CHECK(run_json({"info", half}).find("labels")->dump() == R"(["satu","dua","tiga"])");

  write_text(folder / "labels", "satu\n");
  const CommandResult few = run_lapis({"convert", keras, out, "--labels", folder / "labels"});
  CHECK(few.status == 2);
  CHECK_THAT(few.error, Catch::StartsWith("lapis: " + folder / "labels: labels: 1 labels"));
  CHECK(run_json({"info", out}).find("labels")->dump() == R"(["satu","dua","tiga"])");
}

TEST_CASE("keras files: each layout and version gives Keras's predictions, also after it was written back") {
  const TemporaryFolder folder;
  const ExpectedFiles expected;
  REQUIRE(expected.names().size() == 8);
  for (const std::string& name : expected.names()) {
    if (name == "text.keras") continue;
    INFO(name);
    const auto predict = [&](const std::string& model) {
      const Json result =
          run_json({"predict", model, "--input", ExpectedFiles::path(), "--tensor", name + "/input"});
      return difference(result, expected.values(name + "/output"));
    };
    CHECK(predict(file_of_keras(name)) <= 1e-6);
    convert(file_of_keras(name), folder / "written.keras");
    CHECK(predict(folder / "written.keras") <= 1e-6);
  }
}

TEST_CASE("keras files: TextVectorization makes a model of texts, in whatever file it goes on") {
  const TemporaryFolder folder;
  const ExpectedFiles expected;
  convert(file_of_keras("text.keras"), folder / "text.safetensors");
  convert(folder / "text.safetensors", folder / "again.keras");
  for (const std::string& model :
       {file_of_keras("text.keras"), folder / "text.safetensors", folder / "again.keras"}) {
    INFO(model);
    std::vector<std::string> arguments = {"predict", model, "--text"};
    const Json texts = Json::parse(expected.file().metadata.at("texts"));
    for (const Json& text : *texts.array()) arguments.push_back(*text.string());
    const Json result = run_json(arguments);
    CHECK(difference(result, expected.values("text.keras/output")) <= 1e-6);
    const std::vector<double> ids = expected.values("text.keras/input");
    const Json::Array& predictions = *result.find("predictions")->array();
    for (std::size_t i = 0; i < predictions.size(); ++i) {
      const Json::Array& tokens = *predictions[i].find("tokens")->array();
      for (std::size_t k = 0; k < 6; ++k)
        CHECK((k < tokens.size() ? number(tokens[k], "id") : 0) == ids[i * 6 + k]);
    }
  }
}

TEST_CASE("convert: to .keras and back nothing is lost") {
  const TemporaryFolder folder;
  for (const std::string name :
       {"cifar10_cnn", "nusax_bilstm", "nusax_bi_simple_rnn", "nusax_lstm", "nusax_simple_rnn"}) {
    INFO(name);
    // Once through this build: another machine's self-test may differ in its last bits.
    convert(repository_path("weights/" + name + ".safetensors").string(), folder / "a.safetensors");
    convert(folder / "a.safetensors", folder / "a.keras");
    convert(folder / "a.keras", folder / "b.safetensors");
    CHECK(read_bytes(folder / "a.safetensors") == read_bytes(folder / "b.safetensors"));
    convert(folder / "a.keras", folder / "b.keras");
    convert(folder / "b.keras", folder / "c.safetensors");
    CHECK(read_bytes(folder / "a.safetensors") == read_bytes(folder / "c.safetensors"));
  }
}

TEST_CASE("convert: Keras's golden files written back are the same networks") {
  LAPIS_NEED_SHARED(golden, "golden");
  const TemporaryFolder folder;
  for (const std::string& name : kModels) {
    INFO(name);
    convert((golden / (name + ".keras")).string(), folder / "written.keras");
    const Json result = run_json({"parity", folder / "written.keras", "--golden",
                                  (golden / (name + ".safetensors")).string(), "--check"});
    CHECK(number(result, "max_abs_diff") <= 1e-6);
    convert((golden / (name + ".keras")).string(), folder / "a.safetensors");
    convert(folder / "written.keras", folder / "b.safetensors");
    CHECK(read_bytes(folder / "a.safetensors") == read_bytes(folder / "b.safetensors"));
  }
}

TEST_CASE("convert: the ending says what is written") {
  const TemporaryFolder folder;
  const std::string in = file_of_keras("keras2_4_cnn.h5");
  const auto refused = [&](std::vector<std::string> arguments, const std::string& expected) {
    const CommandResult result = run_lapis(arguments);
    CHECK(result.status == 2);
    CHECK(result.error_lines() == 1);
    CHECK_THAT(result.error, Catch::Contains(expected));
  };
  refused({"convert", in, folder / "out.h5"}, "out.h5: .h5 is not written");
  refused({"convert", in, folder / "out"}, "expected .safetensors or .keras");
  refused({"convert", in, folder / "out.keras", "--f16"}, "--f16 is for .safetensors");
  refused({"convert", in, folder / "none/out.keras"}, "none/out.keras: ");
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("--pipeline and --labels say what a file of Keras does not") {
  const TemporaryFolder folder;
  const std::string model = file_of_keras("masked_bilstm.keras");
  const auto length = *run_json({"info", model}).find("input")->find("shape")->array()->at(0).integer();
  write_text(folder / "pipeline.json", R"({"kind":"text","sequence_length":)" + std::to_string(length) +
                                           R"(,"vocabulary":["","[UNK]","enak","tidak"]})");
  write_text(folder / "labels.txt", "bad\nneutral\ngood\n");
  std::vector<float> ids(static_cast<std::size_t>(length), 0);
  ids[0] = 3, ids[1] = 2, ids[2] = 1;
  write_tensor(folder / "ids.safetensors", "x", lapis::Dtype::f32, {1, static_cast<lapis::Index>(length)},
               std::as_bytes(std::span(ids)));

  const std::vector<std::string> additions = {"--pipeline", folder / "pipeline.json", "--labels",
                                              folder / "labels.txt"};
  std::vector<std::string> predict = {"predict", model, "--text", "Tidak enak, kan?"};
  predict.insert(predict.end(), additions.begin(), additions.end());
  const Json of_text = run_json(predict);
  const Json of_ids = run_json({"predict", model, "--input", folder / "ids.safetensors", "--tensor", "x"});
  CHECK(of_text.find("labels")->dump() == R"(["bad","neutral","good"])");
  CHECK(of_text.find("predictions")->array()->at(0).find("probabilities")->dump() ==
        of_ids.find("predictions")->array()->at(0).find("probabilities")->dump());

  std::vector<std::string> convert_too = {"convert", model, folder / "out.safetensors"};
  convert_too.insert(convert_too.end(), additions.begin(), additions.end());
  CHECK(run_lapis(convert_too).status == 0);
  const Json converted = run_json({"predict", folder / "out.safetensors", "--text", "Tidak enak, kan?"});
  CHECK(converted.find("predictions")->array()->at(0).find("probabilities")->dump() ==
        of_ids.find("predictions")->array()->at(0).find("probabilities")->dump());

  const auto refused = [&](const std::string& option, const std::string& content, const std::string& why) {
    write_text(folder / "wrong", content);
    const CommandResult result = run_lapis({"predict", model, "--text", "a", option, folder / "wrong"});
    CHECK(result.status == 2);
    CHECK(result.error_lines() == 1);
    CHECK_THAT(result.error, Catch::StartsWith("lapis: " + folder / "wrong: ") && Catch::Contains(why));
  };
  refused("--pipeline", "{", "not valid JSON");
  refused("--pipeline", R"({"kind":"sound"})", R"(expected "image", "text" or "tensor")");
  refused("--pipeline", R"({"kind":"image","width":4,"height":4})", "but the network takes");
  refused("--labels", "one\ntwo\n", "2 labels, but the network puts out 3 values");
  refused("--labels", "", "expected one label a line");
}

TEST_CASE("keras files: damaged ones are refused") {
  LAPIS_NEED_SHARED(golden, "golden");
  for (const std::string ending : {".keras", ".h5"}) {
    const std::vector<std::uint8_t> whole = read_bytes(golden / ("lstm_mask" + ending));
    for (std::size_t size = 0; size < whole.size(); size += 1 + whole.size() / 60) {
      const std::span<const std::byte> bytes = std::as_bytes(std::span(whole).first(size));
      INFO(ending << " of " << whole.size() << " cut to " << size);
      if (lapis::native::is_keras_file(bytes)) {
        CHECK_THROWS_AS(lapis::native::read_keras_file(bytes), lapis::Error);
      } else {
        CHECK(size < 8);
      }
    }
    const TemporaryFolder folder;
    write_octets(folder / "cut",
                 {whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(whole.size() / 2)});
    const CommandResult result = run_lapis({"info", folder / "cut"});
    CHECK(result.status == 2);
    CHECK(result.error_lines() == 1);
    CHECK_THAT(result.error, Catch::StartsWith("lapis: " + folder / "cut: "));
  }
}
