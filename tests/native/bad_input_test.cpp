// Everything that people hand in wrong ends in one line that names it, exit status 2, and nothing on standard
// output.

#include <catch2/catch.hpp>
#include <filesystem>

#include "support/shared.h"
#include "workbench.h"

using namespace lapis_test;
using Catch::Contains;
using Catch::StartsWith;

namespace {

using Arguments = std::vector<std::string>;

void refused(const Arguments& arguments, const std::string& expected, const std::string& input = {}) {
  const CommandResult result = run_lapis(arguments, input);
  std::string line;
  for (const std::string& argument : arguments) line += argument.substr(0, 100) + " ";
  INFO(line);
  CHECK(result.status == 2);
  CHECK(result.error_lines() == 1);
  CHECK(result.out.empty());
  CHECK_THAT(result.error, StartsWith("lapis: ") && Contains(expected));
}

}  // namespace

TEST_CASE("bad usage") {
  refused({}, "no command given");
  refused({"fly"}, "fly");
  refused({"predict"}, "model is required");
  refused({"predict", "m", "--speed", "9"}, "--speed");
  refused({"train", "c.json", "--data", "d"}, "--out is required");
  refused({"train", "c", "--data", "d", "--out", "o", "--epochs", "0"}, "--epochs");
  refused({"train", "c", "--data", "d", "--out", "o", "--epochs", "many"}, "--epochs");
  refused({"train", "c", "--data", "d", "--out", "o", "--device", "tpu"}, "--device");
  refused({"evaluate", "m", "--data", "d", "--split", "dev"}, "--split");
  refused({"bench", "m", "--batch", "0"}, "--batch");
  const CommandResult help = run_lapis({"train", "--help"});
  CHECK(help.status == 0);
  CHECK(help.error.empty());
  CHECK_THAT(help.out, Contains("--data"));
  CHECK(run_lapis({"--version"}).out == "lapis 0.1.0\n");
}

TEST_CASE("bad model files") {
  const TemporaryFolder folder;
  const std::string model = train_on_texts(folder, 1);
  const std::string bad = folder / "bad.safetensors";
  const std::vector<std::uint8_t> whole = read_bytes(model);
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string text(whole.begin(), whole.end());
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    REQUIRE(from.size() == to.size());
    write_text(bad, text.replace(at, from.size(), to));
  };

  refused({"info", folder / "none.safetensors"},
          "none.safetensors: cannot open it: No such file or directory");
  refused({"info", folder.path().string()}, "is a folder");
  refused({"info", folder / "config.json"}, "config.json: ");
  for (std::size_t size = 0; size < whole.size(); size += size < 16 ? 1 : 1 + whole.size() / 40) {
    write_octets(bad, {whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)});
    refused({"info", bad}, "bad.safetensors: ");
  }
  std::vector<std::uint8_t> longer = whole;
  longer.push_back(0);
  write_octets(bad, longer);
  refused({"predict", bad, "--text", "a"}, "bad.safetensors: ");
  with("\"SimpleRNN", "\"SimplyRNN");
  refused({"info", bad}, "SimplyRNN");
  with("dense/bias", "dense/bios");
  refused({"info", bad}, "dense/bi");
  with("\\\"units\\\"", "\\\"unitz\\\"");
  refused({"info", bad}, "unit");
  std::vector<std::uint8_t> nan = whole;
  for (std::size_t i = nan.size() - 64; i < nan.size(); ++i) nan[i] = 0xFF;
  write_octets(bad, nan);
  refused({"evaluate", bad, "--data", folder / "data"}, "bad.safetensors: ");
}

TEST_CASE("bad texts") {
  const TemporaryFolder folder;
  const std::string model = train_on_texts(folder, 1);
  refused({"predict", model}, "give one of");
  refused({"predict", model, "--text", "a", "--image", "b"}, "give one of");
  refused({"predict", model, "--text", ""}, "text: empty");
  refused({"predict", model, "--text", "..."}, "text: ");
  refused({"predict", model, "--text", "caf\xE9"}, "not UTF-8");
  refused({"predict", model, "--text-file", "-"}, "standard input: the file is empty");
  refused({"predict", model, "--text-file", "-"}, "standard input:1: text: 1000000 bytes",
          std::string(1'000'000, 'x'));
  refused({"predict", model, "--text-file", folder / "none"}, "none: cannot open it");
  refused({"predict", model, "--image", "a.png"}, "use --text, not --image");
  // A message stays on one line, whatever is in the file's name.
  refused({"predict", model, "--text-file", folder / "a\nb\033[2J"}, R"(a\x0ab\x1b[2J: cannot open it)");
}

TEST_CASE("bad pictures and tensors") {
  const TemporaryFolder folder;
  const std::string model = train_on_cifar10(folder, 1);
  const std::string file = folder / "a.png";
  const auto refused_picture = [&](const std::vector<std::uint8_t>& bytes, const std::string& expected) {
    write_octets(file, bytes);
    refused({"predict", model, "--image", file}, "a.png: " + expected);
  };
  std::vector<std::uint8_t> bytes = plain_png(40, 30, 1, 2, 3);
  write_octets(file, bytes);
  REQUIRE(run_lapis({"predict", model, "--image", file}).status == 0);
  refused_picture({}, "the file is empty");
  refused_picture({bytes.begin(), bytes.begin() + 60}, "the picture is truncated");
  refused_picture({'t', 'e', 'x', 't'}, "not a picture");
  bytes[16 + 2] = 20000 >> 8;  // the header's width
  bytes[16 + 3] = 20000 & 0xFF;
  refused_picture(bytes, "picture: 20000 x 30 pixels");
  bytes[16 + 2] = bytes[16 + 3] = 0;
  refused_picture(bytes, "the picture has no pixels");
  refused({"predict", model, "--image", folder / "none.png"}, "none.png: cannot open it");
  refused({"predict", model, "--image", folder.path().string()}, "is a folder");
  refused({"predict", model, "--text", "a"}, "use --image, not --text");
  refused({"predict", model, "--input", model}, "no tensor \"input\"");
  refused({"predict", model, "--input", model, "--tensor", "dense/bias"},
          "tensor \"dense/bias\": shape [10]");
  refused({"predict", model, "--input", file}, "a.png: ");
}

TEST_CASE("bad data sets") {
  const TemporaryFolder folder;
  const std::string model = train_on_cifar10(folder, 1);
  refused({"evaluate", model, "--data", folder / "none"}, "none: no such file or folder");
  refused({"evaluate", model, "--data", folder / "config.json"}, "is a file");
  write_nusax(folder / "texts");
  refused({"evaluate", model, "--data", folder / "texts"}, "holds texts, but the network reads pictures");
  std::filesystem::resize_file(folder / "data/test_batch.bin", 3073);
  refused({"evaluate", model, "--data", folder / "data"}, "test_batch.bin: 3073 bytes, expected 30730000");
  write_text(folder / "texts/train.csv", "id,text,label\n1,\"open,positive\n");
  write_text(folder / "text.json", text_config(1));
  refused({"train", folder / "text.json", "--data", folder / "texts", "--out", folder / "m.safetensors"},
          "texts/train.csv:2: a quote that opens in this row is never closed");
  std::filesystem::create_directories(folder / "empty");
  refused({"train", folder / "text.json", "--data", folder / "empty", "--out", folder / "m.safetensors"},
          "empty: no CSV file in it, expected train.csv");
}
