#include <sys/types.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <sstream>
#include <thread>

#include "support/shared.h"
#include "workbench.h"

using lapis::Json;
using namespace lapis_test;
using Catch::Contains;

namespace {

double number(const Json& json, const std::string& key) {
  const Json* value = json.find(key);
  REQUIRE(value != nullptr);
  REQUIRE(value->number());
  return *value->number();
}

std::vector<Json> json_lines(const std::string& path) {
  std::istringstream text(read_text(path));
  std::vector<Json> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(Json::parse(line));
  return lines;
}

std::size_t count_files(const std::filesystem::path& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

/// The model's output for some texts, as printed.
std::string predictions(const std::string& model) {
  return run_json({"predict", model, "--text", "bagus enak", "buruk, yang parah", "meja"}).dump();
}

}  // namespace

TEST_CASE("train: texts: log, one JSON object, metrics in the file") {
  const TemporaryFolder folder;
  write_nusax(folder / "data");
  write_text(folder / "config.json", text_config(6));
  const std::string model = folder / "model.safetensors";
  const Json result = run_json(
      {"train", folder / "config.json", "--data", folder / "data", "--out", model, "--log", folder / "log"});
  CHECK(*result.find("stopped")->string() == "finished");
  REQUIRE(result.find("epochs")->array()->size() == 6);

  const std::vector<Json> log = json_lines(folder / "log");
  REQUIRE(log.size() == 6);
  std::size_t best = 0;
  for (std::size_t i = 0; i < log.size(); ++i) {
    for (const char* key :
         {"loss", "accuracy", "val_loss", "val_accuracy", "val_macro_f1", "learning_rate", "seconds"}) {
      CHECK(number(log[i], key) >= 0);
    }
    CHECK(number(log[i], "epoch") == static_cast<double>(i + 1));
    if (number(log[i], "val_loss") < number(log[best], "val_loss")) best = i;
  }
  CHECK(number(log.back(), "loss") < number(log.front(), "loss"));

  // The best epoch's weights are in the file, with its metrics and how they came about.
  CHECK(number(result, "kept_epoch") == static_cast<double>(best + 1));
  const Json info = run_json({"info", model});
  CHECK(number(*info.find("metrics"), "val_loss") == number(log[best], "val_loss"));
  const Json evaluation = run_json({"evaluate", model, "--data", folder / "data", "--split", "valid"});
  CHECK(number(evaluation, "loss") == Approx(number(log[best], "val_loss")).epsilon(1e-5));
  CHECK(number(evaluation, "accuracy") == number(log[best], "val_accuracy"));
  const Json& training = *info.find("training");
  CHECK(number(training, "seed") == 3);
  CHECK(number(training, "epochs") == 6);
  CHECK(training.find("config")->find("fit") != nullptr);
  CHECK(info.find("labels")->dump() == R"(["negative","neutral","positive"])");
}

TEST_CASE("train: the same seed gives the same model on any number of threads, another seed another") {
  const TemporaryFolder folder;
  write_nusax(folder / "data");
  write_text(folder / "config.json", text_config(2));
  const auto train = [&](const std::string& name, const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"train", folder / "config.json", "--data", folder / "data",
                                          "--out", folder / name};
    arguments.insert(arguments.end(), more.begin(), more.end());
    REQUIRE(run_lapis(arguments).status == 0);
    return predictions(folder / name);
  };
  const std::string one = train("a.safetensors", {"--threads", "1"});
  CHECK(one == train("b.safetensors", {"--threads", "3"}));
  CHECK(one == train("c.safetensors", {"--seed", "3"}));
  CHECK(one != train("d.safetensors", {"--seed", "4"}));
}

TEST_CASE("train: pictures are learnt, from CIFAR-10's files and from folders") {
  const TemporaryFolder folder;
  const std::string model = train_on_cifar10(folder, 12);
  CHECK(number(run_json({"evaluate", model, "--data", folder / "data"}), "accuracy") > 0.9);

  write_image_folder(folder / "colours", 20);
  write_text(folder / "colours.json", picture_config("image_folder", 4));
  const Json result = run_json({"train", folder / "colours.json", "--data", folder / "colours", "--out",
                                folder / "colours.safetensors"});
  CHECK(number(result.find("epochs")->array()->back(), "val_accuracy") == 1);
  const Json evaluation =
      run_json({"evaluate", folder / "colours.safetensors", "--data", folder / "colours"});
  CHECK(number(evaluation, "samples") == 4);
  CHECK(number(evaluation, "accuracy") == 1);
}

TEST_CASE("train: 16-bit weights take half the file and nearly the same values") {
  const TemporaryFolder folder;
  const std::string model = train_on_cifar10(folder, 1);
  const std::string half = folder / "half.safetensors";
  REQUIRE(run_lapis({"train", folder / "config.json", "--data", folder / "data", "--out", half, "--f16"})
              .status == 0);
  CHECK(read_bytes(half).size() + 1000 < read_bytes(model).size());
  const Json a = run_json({"evaluate", model, "--data", folder / "data"});
  const Json b = run_json({"evaluate", half, "--data", folder / "data"});
  CHECK(number(a, "loss") == Approx(number(b, "loss")).epsilon(1e-2));
}

TEST_CASE("train: Ctrl-C keeps the best epoch so far and says so") {
  const TemporaryFolder folder;
  write_nusax(folder / "data");
  write_text(folder / "config.json", text_config(1'000'000));
  const pid_t process = start_lapis({"train", folder / "config.json", "--data", folder / "data", "--out",
                                     folder / "model.safetensors", "--log", folder / "log"},
                                    folder / "out", folder / "error");
  const auto lines = [&] {
    return std::filesystem::exists(folder / "log") ? read_text(folder / "log").size() / 100 : 0;
  };
  for (int wait = 0; wait < 1500 && lines() < 3; ++wait)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  REQUIRE(lines() >= 3);
  REQUIRE(::kill(process, SIGINT) == 0);
  CHECK(wait_for(process) == 1);

  const std::string error = read_text(folder / "error");
  CHECK_THAT(error, Catch::StartsWith("lapis: interrupted in epoch "));
  CHECK(std::count(error.begin(), error.end(), '\n') == 1);
  const Json info = run_json({"info", folder / "model.safetensors"});
  CHECK(*info.find("training")->find("stopped")->string() == "interrupted");
  double best = INFINITY;
  for (const Json& line : json_lines(folder / "log")) best = std::min(best, number(line, "val_loss"));
  CHECK(number(*info.find("metrics"), "val_loss") == best);
}

TEST_CASE("train: a disk that is full, or a folder that is not there, leaves the old file whole") {
  const TemporaryFolder folder;
  write_nusax(folder / "data");
  write_text(folder / "config.json", text_config(1));
  std::filesystem::create_directory(folder / "models");
  const std::string model = folder / "models/model.safetensors";
  write_text(model, "the old file");
  const std::vector<std::string> arguments = {
      "train", folder / "config.json", "--data", folder / "data", "--out", model, "--json"};
  const CommandResult full = run_lapis(arguments, {}, 1024);
  CHECK(full.status == 2);
  CHECK(full.error == "lapis: " + model + ": cannot write it: File too large\n");
  CHECK(full.out.empty());
  CHECK(read_text(model) == "the old file");
  CHECK(count_files(folder / "models") == 1);

  const auto refused = [&](const std::string& out, const std::string& expected) {
    std::vector<std::string> changed = arguments;
    changed[5] = out;
    const CommandResult result = run_lapis(changed);
    CHECK(result.status == 2);
    CHECK(result.error_lines() == 1);
    CHECK_THAT(result.error, Catch::StartsWith("lapis: " + out + ": ") && Contains(expected));
  };
  refused("/dev/full", "No space left on device");
  refused(folder / "none/model.safetensors", "does not exist");
  refused(folder / "models", "is a folder");

  REQUIRE(run_lapis(arguments).status == 0);
  CHECK(read_text(model) != "the old file");
  CHECK(count_files(folder / "models") == 1);
}

TEST_CASE("train: a loss that is no longer finite is the work's failure, not the user's") {
  const TemporaryFolder folder;
  write_cifar10(folder / "data", 20);
  std::string config = picture_config("cifar10", 50);
  config.replace(config.find("\"class_name\": \"Adam\""), 20, "\"class_name\": \"SGD\"");
  config.replace(config.find("0.05"), 4, "3e38");
  write_text(folder / "config.json", config);
  const CommandResult result = run_lapis(
      {"train", folder / "config.json", "--data", folder / "data", "--out", folder / "m.safetensors"});
  INFO(result.error);
  CHECK(result.status == 1);
  CHECK(result.error_lines() == 1);
  CHECK_FALSE(std::filesystem::exists(folder / "m.safetensors"));
}

TEST_CASE("train: what fails in a later epoch keeps the best weights so far and says so") {
  const TemporaryFolder folder;
  write_cifar10(folder / "data", 20);
  std::string config = picture_config("cifar10", 50);
  const std::string adam = R"("class_name": "Adam", "config": {"learning_rate": 0.05})";
  REQUIRE(config.find(adam) != std::string::npos);
  // 6 steps an epoch, so that it fails in the third.
  config.replace(config.find(adam), adam.size(),
                 R"("class_name": "SGD", "config": {"learning_rate": {"class_name": "PiecewiseConstantDecay",
                 "config": {"boundaries": [13], "values": [0.001, 3e38]}}})");
  write_text(folder / "config.json", config);
  const std::string model = folder / "m.safetensors";
  const CommandResult result =
      run_lapis({"train", folder / "config.json", "--data", folder / "data", "--out", model, "--json"});
  INFO(result.error);
  CHECK(result.status == 1);
  CHECK_THAT(result.error, Catch::StartsWith("lapis: training: epoch 3, step ") &&
                               Contains(": the loss is ") &&
                               Catch::EndsWith("; " + model + " holds the weights of epoch 2\n"));
  CHECK(result.error_lines() == 1);
  const Json summary = Json::parse(result.out);
  CHECK(*summary.find("stopped")->string() == "failed");
  CHECK(number(summary, "kept_epoch") == 2);

  const Json info = run_json({"info", model});
  CHECK(*info.find("training")->find("stopped")->string() == "failed");
  const Json& second = summary.find("epochs")->array()->at(1);
  CHECK(number(*info.find("metrics"), "val_loss") == number(second, "val_loss"));
  const Json evaluation = run_json({"evaluate", model, "--data", folder / "data", "--split", "valid"});
  CHECK(number(evaluation, "loss") == Approx(number(second, "val_loss")).epsilon(1e-5));
}

TEST_CASE("train: configs that cannot be are refused by file and path") {
  const TemporaryFolder folder;
  write_nusax(folder / "data");
  const auto refused = [&](const std::string& from, const std::string& to, const std::string& expected) {
    std::string config = text_config(1);
    REQUIRE(config.find(from) != std::string::npos);
    config.replace(config.find(from), from.size(), to);
    write_text(folder / "config.json", config);
    const CommandResult result = run_lapis(
        {"train", folder / "config.json", "--data", folder / "data", "--out", folder / "m.safetensors"});
    INFO(result.error);
    CHECK(result.status == 2);
    CHECK(result.error_lines() == 1);
    CHECK(result.out.empty());
    CHECK_THAT(result.error, Catch::StartsWith("lapis: " + folder / "config.json: ") && Contains(expected));
  };
  refused("\"seed\": 3", "\"sede\": 3", "sede");
  refused("\"units\": 8", "\"units\": \"8\"", "units");
  refused("SimpleRNN", "SimplerRNN", "SimplerRNN");
  refused("\"kind\": \"nusax\"", "\"kind\": \"news\"", "news");
  refused("{\"model\"", "\"model\"", "JSON");
  refused("\"units\": 3", "\"units\": 4", "4");
}
