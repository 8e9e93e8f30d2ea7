// The command line on machines with and without a usable GPU: with the stand-in as its CUDA module, and with
// the module itself and a stand-in for NVIDIA's driver.
#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <sstream>
#include <thread>

#include "native/workbench.h"
#include "support/shared.h"
#include "support/skip.h"

using namespace lapis_test;
using Catch::Contains;
using Catch::EndsWith;
using Catch::Matches;
using Catch::StartsWith;

namespace {

/// A variable of the environment, for a test.
class Variable {
 public:
  Variable(std::string name, const std::string& value) : name_(std::move(name)) {
    if (const char* const before = std::getenv(name_.c_str())) before_ = before;
    ::setenv(name_.c_str(), value.c_str(), 1);
  }
  ~Variable() {
    if (before_.empty())
      ::unsetenv(name_.c_str());
    else
      ::setenv(name_.c_str(), before_.c_str(), 1);
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  std::string name_, before_;
};

/// The command line in a folder of its own, the stand-in beside it as its module; data and a config to train
/// with.
class Program {
 public:
  explicit Program(bool with_module = true) : program_("LAPIS_CLI", copy(folder_, with_module)) {
    write_nusax(folder / "data");
    write_text(folder / "config.json", text_config(2));
  }

  CommandResult train(const std::vector<std::string>& more = {"--device", "cuda"}) const {
    std::vector<std::string> arguments = {"train", folder / "config.json", "--data", folder / "data", "--out",
                                          model()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_lapis(arguments);
  }
  std::string model() const { return folder / "model.safetensors"; }

  const TemporaryFolder folder;

 private:
  static std::string copy(const TemporaryFolder& to, bool with_module) {
    std::filesystem::copy_file(lapis_program(), to / "lapis");
    if (with_module) std::filesystem::copy_file(LAPIS_CUDA_STAND_IN, to / "lapis_cuda.so");
    return to / "lapis";
  }

  const TemporaryFolder folder_;
  const Variable program_;
};

/// One line, status 2, nothing else said, and the model that was there is still there.
void check_refused(const Program& program, const std::string& expected,
                   const std::vector<std::string>& more = {"--device", "cuda"}) {
  write_text(program.model(), "the old file");
  const CommandResult result = program.train(more);
  CHECK(result.status == 2);
  CHECK(result.error == "lapis: " + expected + "\n");
  CHECK(result.out.empty());
  CHECK(read_text(program.model()) == "the old file");
}

}  // namespace

TEST_CASE("lapis on a GPU: trains as on the CPU and says on which card") {
  const Program program;
  const CommandResult trained = program.train();
  INFO(trained.error);
  CHECK(trained.status == 0);
  CHECK(trained.error.empty());
  CHECK_THAT(trained.out, StartsWith("words: ") && Contains(" parameters, NVIDIA H200 (cuda:0)\n"));
  const CommandResult on_cpu = program.train({"--device", "cpu"});
  const auto table = [](const std::string& out) {  // epochs, losses and accuracies, without times
    std::istringstream lines(out);
    std::string text;
    for (std::string line; std::getline(lines, line);)
      if (const std::size_t first = line.find_first_not_of(' '); first == 6)
        text += line.substr(0, 57) + "\n";
    return text;
  };
  CHECK(table(trained.out).size() == 2 * 58);  // two epochs
  CHECK(table(trained.out) == table(on_cpu.out));
  const std::vector<std::string> bench = {"bench", program.model(), "--seconds", "0.01", "--device"};
  const auto benched = [&](const std::string& device) {
    std::vector<std::string> arguments = bench;
    arguments.push_back(device);
    return run_lapis(arguments);
  };
  CHECK_THAT(benched("cuda").out, StartsWith("words: prediction, batch 1, NVIDIA H200 (cuda:0)\n"));
  CHECK_THAT(benched("auto").out, Contains(", NVIDIA H200 (cuda:0)\n"));
}

TEST_CASE("lapis on a machine without a usable GPU: one line, status 2; auto takes the CPU and says why") {
  const Program program;
  const auto check = [&](const char* variable, const char* value, const std::string& expected) {
    const Variable machine(variable, value);
    INFO(expected);
    check_refused(program, expected);
    const CommandResult fallen = program.train({"--device", "auto"});
    CHECK(fallen.status == 0);
    CHECK(fallen.error == "lapis: on the CPU (" + expected + ")\n");
  };
  check("LAPIS_STAND_IN_DRIVER", "0", "cuda: no NVIDIA driver on this machine");
  check("LAPIS_STAND_IN_DRIVER", "11040",
        "cuda: the NVIDIA driver serves CUDA 11.4, expected at least 13.0; update the driver");
  check("LAPIS_STAND_IN_GPUS", "0", "cuda: no NVIDIA GPU on this machine");
  check("LAPIS_STAND_IN_CODE", "0",
        "cuda: NVIDIA H200 (compute capability 9.0) has no code in this build, expected 7.5 or newer");
  check_refused(program, "cuda: 2 GPUs asked for, this machine has 1; lower --gpus",
                {"--device", "cuda", "--gpus", "2"});
}

TEST_CASE("lapis without its module: one line, status 2; auto takes the CPU and says why") {
  const Program program(false);
  const std::string module =
      (std::filesystem::canonical(lapis_program()).parent_path() / "lapis_cuda.so").string();
  const std::string expected = "cuda: no module " + module + "; build it with the preset `cuda`";
  check_refused(program, expected);
  const CommandResult fallen = program.train({"--device", "auto"});
  CHECK(fallen.status == 0);
  CHECK(fallen.error == "lapis: on the CPU (" + expected + ")\n");
}

TEST_CASE("lapis on a GPU that is too small: the bytes asked and free, a batch that fits, nothing lost") {
  const Program program;
  std::string config = text_config(2);
  config.replace(config.find("\"batch_size\": 8"), 15, "\"batch_size\": 60");
  write_text(program.folder / "config.json", config);
  // Room for the module's own memory and a little more.
  const std::string memory = std::to_string((64 << 20) + 64 + 30'000);
  {
    const Variable machine("LAPIS_STAND_IN_MEMORY", memory);
    write_text(program.model(), "the old file");
    const CommandResult result = program.train();
    CHECK(result.status == 2);
    CHECK_THAT(
        result.error,
        Matches("lapis: .*config\\.json: cuda: not enough GPU memory: [0-9]+ bytes asked for, [0-9]+ of " +
                memory + " free; batch 60 is too large, try fit.batch_size [0-9]+\n"));
    CHECK(read_text(program.model()) == "the old file");
  }
  REQUIRE(program.train().status == 0);
  const Variable machine("LAPIS_STAND_IN_MEMORY", memory);
  const CommandResult benched = run_lapis(
      {"bench", program.model(), "--train", "--batch", "4096", "--seconds", "0.01", "--device", "cuda"});
  CHECK(benched.status == 2);
  CHECK(benched.error_lines() == 1);
  CHECK_THAT(benched.error,
             Contains(" bytes asked for, ") && Contains("; batch 4096 is too large, try --batch "));
}

TEST_CASE("lapis on a GPU with little memory: evaluate takes smaller batches, down to one sample") {
  const Program program;
  REQUIRE(program.train({}).status == 0);
  const auto evaluate = [&](const std::string& device) {
    return run_lapis({"evaluate", program.model(), "--data", program.folder / "data", "--split", "train",
                      "--device", device});
  };
  const auto figures = [](const std::string& out) { return out.substr(out.find('\n')); };  // but the time
  const std::string expected = figures(evaluate("cpu").out);
  const auto evaluate_in = [&](int bytes) {
    // The module takes 64 MiB of its own first, 64 bytes of them to align what follows.
    const Variable machine("LAPIS_STAND_IN_MEMORY", std::to_string((64 << 20) + 64 + bytes));
    return evaluate("cuda");
  };
  int fits = 0;
  for (int bytes = 2'000; bytes <= 60'000; bytes += 2'000) {
    const CommandResult result = evaluate_in(bytes);
    INFO(bytes << ": " << result.error);
    if (result.status == 0) {
      ++fits;
      CHECK(figures(result.out) == expected);
      continue;
    }
    CHECK(fits == 0);  // with more memory it fits all the more
    CHECK(result.status == 2);
    CHECK_THAT(result.error, Matches("lapis: cuda: not enough GPU memory: [0-9]+ bytes asked for, [0-9]+ of "
                                     "[0-9]+ free\n"));
  }
  CHECK(fits > 15);
  CHECK(fits < 30);
}

TEST_CASE("lapis on a GPU, interrupted: the best weights so far are kept") {
  const Program program;
  write_text(program.folder / "config.json", text_config(1'000'000));
  const pid_t process =
      start_lapis({"train", program.folder / "config.json", "--data", program.folder / "data", "--out",
                   program.model(), "--log", program.folder / "log", "--device", "cuda"},
                  program.folder / "out", program.folder / "error");
  const auto written = [&] {
    const std::filesystem::path log = program.folder / "log";
    return std::filesystem::exists(log) ? std::filesystem::file_size(log) : 0;
  };
  for (int wait = 0; wait < 1500 && written() < 300; ++wait)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  REQUIRE(written() >= 300);
  REQUIRE(::kill(process, SIGINT) == 0);
  CHECK(wait_for(process) == 1);
  CHECK_THAT(read_text(program.folder / "error"), StartsWith("lapis: interrupted in epoch "));
  CHECK(run_lapis({"predict", program.model(), "--text", "bagus"}).status == 0);
}

TEST_CASE("lapis on a GPU that fails in the middle: one line of what happened, the best weights are kept") {
  const Program program;
  REQUIRE(program.train().status == 0);
  const auto fail_at = [&](const char* call) {
    const Variable machine("LAPIS_STAND_IN_FAILING_CALL", call);
    write_text(program.model(), "the old file");
    const CommandResult result = program.train();
    INFO(call << ": " << result.error);
    CHECK((result.status == 1 || result.status == 2));
    CHECK(result.error_lines() == 1);
    CHECK_THAT(result.error, Contains("cuda: ") && Contains("unknown error"));
    return result.error;
  };
  for (const char* const in_first_epoch : {"20", "100"}) {
    fail_at(in_first_epoch);
    CHECK(read_text(program.model()) == "the old file");
  }
  CHECK_THAT(fail_at("300"), EndsWith("; " + program.model() + " holds the weights of epoch 1\n"));
  const Variable machine("LAPIS_STAND_IN_FAILING_CALL", "0");
  CHECK(run_lapis({"predict", program.model(), "--text", "bagus"}).status == 0);
}

TEST_CASE("the module itself, with NVIDIA's runtime: an old driver, and a driver without a GPU") {
  if (!std::filesystem::exists(std::filesystem::path(lapis_program()).parent_path() / "lapis_cuda.so"))
    return skip("no module beside " + lapis_program());
  const Variable library("LD_LIBRARY_PATH", LAPIS_DRIVER_STAND_IN);
  const TemporaryFolder folder;
  write_nusax(folder / "data");
  write_text(folder / "config.json", text_config(1));
  const auto train = [&](const std::string& device) {
    return run_lapis({"train", folder / "config.json", "--data", folder / "data", "--out",
                      folder / "model.safetensors", "--device", device});
  };
  const auto check = [&](const char* driver, const std::string& expected) {
    const Variable version("LAPIS_STAND_IN_DRIVER", driver);
    const CommandResult refused = train("cuda");
    CHECK(refused.status == 2);
    CHECK(refused.error == "lapis: " + expected + "\n");
    const CommandResult fallen = train("auto");
    CHECK(fallen.status == 0);
    CHECK(fallen.error == "lapis: on the CPU (" + expected + ")\n");
  };
  check("12080", "cuda: the NVIDIA driver serves CUDA 12.8, expected at least 13.0; update the driver");
  check("13000", "cuda: no NVIDIA GPU on this machine");
}
