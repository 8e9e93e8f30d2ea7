// Files that Keras itself wrote: what they compute, and what happens to damaged ones.

#include "keras_file.h"

#include <catch2/catch.hpp>
#include <filesystem>

#include "lapis/core/error.h"
#include "support/shared.h"
#include "workbench.h"

using lapis::Json;
using namespace lapis_test;

namespace {

const std::vector<std::string> kModels = {"bilstm_stack", "birnn_stack", "cnn_cifar_pool", "lstm",
                                          "lstm_mask",    "simple_rnn",  "simple_rnn_mask"};

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
