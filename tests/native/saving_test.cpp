// Weights are never lost: what lies on disk while a training runs and however it ends.

#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <thread>

#include "file.h"
#include "lapis/core/random.h"
#include "lapis/io/model_file.h"
#include "support/shared.h"
#include "temporary_file.h"
#include "workbench.h"

using lapis::Json;
using namespace lapis_test;
using Catch::Contains;

namespace {

using Clock = std::chrono::steady_clock;

double number(const Json& json, const std::string& key) {
  INFO(json.dump());
  REQUIRE(json.find(key) != nullptr);
  return json.find(key)->number().value();
}

void sleep_for(double seconds) {
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
}

/// Whole lines alone: the last may be half written.
std::vector<Json> log_lines(const std::string& path) {
  std::vector<Json> lines;
  if (!std::filesystem::exists(path)) return lines;
  std::istringstream text(read_text(path));
  for (std::string line; std::getline(text, line);)
    if (line.ends_with('}')) lines.push_back(Json::parse(line));
  return lines;
}

std::vector<std::string> files_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

/// A training of very many short epochs that is running.
class Running {
 public:
  Running(const TemporaryFolder& folder, const std::string& out) : folder_(folder) {
    if (!std::filesystem::exists(folder / "data")) {
      write_nusax(folder / "data");
      std::string config = text_config(1'000'000);
      const std::string patience = R"("patience": 1000)";
      config.replace(config.find(patience), patience.size(), R"("patience": 1000000)");
      write_text(folder / "config.json", config);
    }
    std::filesystem::remove(folder / "log");
    process_ = start_lapis({"train", folder / "config.json", "--data", folder / "data", "--out", out, "--log",
                            folder / "log", "--threads", "1"},
                           folder / "out", folder / "error");
  }
  std::size_t epochs() const { return log_lines(folder_ / "log").size(); }
  void wait_for_epochs(std::size_t count) const {
    for (int i = 0; i < 3000 && epochs() < count; ++i) sleep_for(0.02);
    REQUIRE(epochs() >= count);
  }
  int end(int signal) {
    REQUIRE(::kill(process_, signal) == 0);
    return wait_for(process_);
  }

 private:
  const TemporaryFolder& folder_;
  pid_t process_ = 0;
};

/// 10, or as many as LAPIS_KILLS says.
int kill_count() {
  const char* const text = std::getenv("LAPIS_KILLS");
  return text == nullptr ? 10 : std::atoi(text);
}

}  // namespace

TEST_CASE("saving: killed at any moment, the weights are whole and nothing else is left") {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder / "models");
  const std::string model = folder / "models/m.safetensors";
  const lapis::RandomStream random(11, 11);
  int with_weights = 0;
  for (int i = 0; i < kill_count(); ++i) {
    INFO("kill " << i);
    std::filesystem::remove(model);
    Running training(folder, model);
    training.wait_for_epochs(1);
    // Around the saves, which come once a second.
    sleep_for(static_cast<double>(random.below(static_cast<std::uint64_t>(i), 2500)) / 1000);
    CHECK(training.end(SIGKILL) == 128 + SIGKILL);
    const std::vector<std::string> left = files_in(folder / "models");
    CHECK((left.empty() || left == std::vector<std::string>{"m.safetensors"}));
    if (left.empty()) continue;
    ++with_weights;
    // Whole, and of the best epoch up to then.
    const std::vector<std::uint8_t> bytes = read_bytes(model);
    const lapis::ModelFile file = lapis::read_model(std::as_bytes(std::span(bytes)));
    const Json record = Json::parse(file.training);
    double best = INFINITY;
    for (const Json& line : log_lines(folder / "log"))
      if (number(line, "epoch") <= number(record, "epochs")) best = std::min(best, number(line, "val_loss"));
    CHECK(file.metrics.at("val_loss") <= best);
  }
  WARN("weights on disk at " << with_weights << " of " << kill_count() << " kills");
  CHECK(with_weights > 0);
}

TEST_CASE("saving: an early best is on disk within seconds, though no later epoch is better") {
  const TemporaryFolder folder;
  Running training(folder, folder / "m.safetensors");
  training.wait_for_epochs(1);
  const auto start = Clock::now();
  while (!std::filesystem::exists(folder / "m.safetensors") &&
         Clock::now() - start < std::chrono::seconds(20))
    sleep_for(0.02);
  CHECK(std::filesystem::exists(folder / "m.safetensors"));
  training.end(SIGKILL);
}

TEST_CASE("saving: INT, TERM and HUP keep the best epoch and say so") {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    INFO("signal " << signal);
    const TemporaryFolder folder;
    Running training(folder, folder / "m.safetensors");
    training.wait_for_epochs(3);
    CHECK(training.end(signal) == 1);
    CHECK_THAT(read_text(folder / "error"), Catch::StartsWith("lapis: interrupted in epoch "));
    const Json info = run_json({"info", folder / "m.safetensors"});
    double best = INFINITY;
    for (const Json& line : log_lines(folder / "log")) best = std::min(best, number(line, "val_loss"));
    CHECK(number(*info.find("metrics"), "val_loss") == best);
  }
}

TEST_CASE("saving: --out decides the format by its ending, before anything is read") {
  const TemporaryFolder folder;
  write_nusax(folder / "data");
  write_text(folder / "config.json", text_config(1));
  const auto train = [&](const std::string& out, const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {
        "train", folder / "config.json", "--data", folder / "data", "--out", folder / out};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_lapis(arguments);
  };
  REQUIRE(train("m.safetensors").status == 0);
  REQUIRE(train("m.keras").status == 0);
  const std::vector<std::uint8_t> keras = read_bytes(folder / "m.keras");
  CHECK(std::string(keras.begin(), keras.begin() + 2) == "PK");
  CHECK(run_json({"predict", folder / "m.keras", "--text", "bagus"}).find("predictions")->dump() ==
        run_json({"predict", folder / "m.safetensors", "--text", "bagus"}).find("predictions")->dump());
  for (const char* name : {"m.h5", "m", "m.json"}) {
    const CommandResult result = train(name);
    CHECK(result.status == 2);
    CHECK(result.error_lines() == 1);
    CHECK(result.out.empty());
    CHECK_FALSE(std::filesystem::exists(folder / name));
  }
  CHECK_THAT(train("m.h5").error, Contains(".h5 is not written"));
  CHECK_THAT(train("f16.keras", {"--f16"}).error, Contains("--f16 is for .safetensors"));
}

TEST_CASE("saving: a log is continued, a file that is none refused, an old model named") {
  const TemporaryFolder folder;
  write_nusax(folder / "data");
  write_text(folder / "config.json", text_config(2));
  const std::vector<std::string> arguments = {"train", folder / "config.json",   "--data", folder / "data",
                                              "--out", folder / "m.safetensors", "--log",  folder / "log"};
  REQUIRE(run_lapis(arguments).status == 0);
  write_text(folder / "log", read_text(folder / "log") + "{\"epoch\": 3, \"lo");  // as a full disk cuts it
  const CommandResult again = run_lapis(arguments);
  REQUIRE(again.status == 0);
  CHECK_THAT(again.out, Contains("m.safetensors is there already"));
  const std::vector<Json> lines = log_lines(folder / "log");
  REQUIRE(lines.size() == 4);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(number(lines[i], "epoch") == static_cast<double>(i % 2 + 1));
    CHECK(number(lines[i], "run") == static_cast<double>(i / 2 + 1));
  }

  write_text(folder / "log", "my notes\n");
  const CommandResult refused = run_lapis(arguments);
  CHECK(refused.status == 2);
  CHECK_THAT(refused.error, Contains("is no log of lapis train"));
  CHECK(read_text(folder / "log") == "my notes\n");
}

TEST_CASE("saving: what a killed program left under the temporary name goes at the next save") {
  const TemporaryFolder folder;
  const std::string target = folder / "m.safetensors";
  const std::string text = "new";
  const auto save = [&](bool with_name) {
    lapis::native::TemporaryFile file(target, target, with_name);
    REQUIRE(::write(file.descriptor(), text.data(), text.size()) == 3);
    CHECK(file.put_in_place(0644));
  };
  for (const bool with_name : {false, true}) {
    for (const bool is_there : {false, true}) {
      std::filesystem::remove(target);
      if (is_there) write_text(target, "the old one");
      write_text(lapis::native::temporary_name(target), "what a killed program left");
      save(with_name);
      CHECK(read_text(target) == "new");
      CHECK(files_in(folder.path()) == std::vector<std::string>{"m.safetensors"});
    }
  }
  // Given up: nothing stays, and the old file is as it was.
  { const lapis::native::TemporaryFile file(target, target, true); }
  CHECK(files_in(folder.path()) == std::vector<std::string>{"m.safetensors"});
  // While another one writes it under that name, nobody takes it away.
  const lapis::native::TemporaryFile first(target, target, true);
  CHECK_THROWS_WITH(lapis::native::TemporaryFile(target, target, true),
                    Contains("another program is writing it"));
}
