// --device, as far as it goes without a GPU: what is refused, and what falls back.

#include "device.h"

#include <catch2/catch.hpp>

#include "lapis/core/error.h"
#include "support/skip.h"
#include "workbench.h"

using namespace lapis_test;
using Catch::Contains;

namespace {

bool has_gpu() {  // train looks for it before anything else
  const CommandResult result =
      run_lapis({"train", "none", "--data", "none", "--out", "none", "--device", "cuda"});
  return result.error.find("cuda: ") == std::string::npos;
}

}  // namespace

TEST_CASE("--device: every command refuses what is no device") {
  for (const char* const command : {"train", "evaluate", "predict", "parity", "bench"}) {
    INFO(command);
    const CommandResult result = run_lapis({command, "x", "--device", "tpu"});
    CHECK(result.status == 2);
    CHECK(result.error_lines() == 1);
    CHECK_THAT(result.error, Contains("--device") && Contains("tpu"));
  }
}

TEST_CASE("--device cuda without a usable GPU is one line and status 2; auto takes the CPU and says why") {
  TemporaryFolder folder;
  const std::string model = train_on_texts(folder, 1);
  if (has_gpu()) return skip("this machine has a GPU");
  const CommandResult refused = run_lapis({"bench", model, "--seconds", "0.01", "--device", "cuda"});
  CHECK(refused.status == 2);
  CHECK(refused.error_lines() == 1);
  CHECK(refused.out.empty());
  CHECK_THAT(refused.error, Contains("lapis: cuda: "));

  const CommandResult fallen = run_lapis({"predict", model, "--text", "bagus", "--device", "auto", "--json"});
  CHECK(fallen.status == 0);
  CHECK(fallen.error_lines() == 1);
  CHECK_THAT(fallen.error, Contains("lapis: on the CPU (cuda: "));
  const CommandResult plain = run_lapis({"predict", model, "--text", "bagus", "--json"});
  CHECK(plain.error.empty());
  CHECK(plain.out == fallen.out);
}

TEST_CASE("--gpus: for several GPUs only") {
  const std::vector<std::string> train = {"train", "none", "--data", "none", "--out", "none", "--gpus", "2"};
  const CommandResult on_cpu = run_lapis(train);
  CHECK(on_cpu.status == 2);
  CHECK(on_cpu.error == "lapis: --gpus 2 needs --device cuda\n");
  std::vector<std::string> on_gpus = train;
  on_gpus.insert(on_gpus.end(), {"--device", "cuda"});
  const CommandResult none = run_lapis(on_gpus);
  CHECK(none.status == 2);
  CHECK(none.error_lines() == 1);
  CHECK_THAT(none.error, Contains("cuda: ") || Contains("none"));
}

TEST_CASE("--precision: for a GPU only") {
  const std::vector<std::vector<std::string>> commands = {
      {"train", "none", "--data", "none", "--out", "none"},
      {"evaluate", "none", "--data", "none"},
      {"bench", "none"}};
  TemporaryFolder folder;
  const std::string model = train_on_texts(folder, 1);
  for (std::vector<std::string> command : commands) {
    INFO(command[0]);
    if (command[0] != "train") command[1] = model;
    if (command[0] == "evaluate") command[3] = folder / "data";
    command.insert(command.end(), {"--precision", "fp8"});
    const CommandResult unknown = run_lapis(command);
    CHECK(unknown.status == 2);
    CHECK_THAT(unknown.error, Contains("--precision") && Contains("fp8"));
    for (const char* const device : {"cpu", "auto"}) {
      command.back() = "tf32";
      command.insert(command.end(), {"--device", device});
      const CommandResult result = run_lapis(command);
      CHECK(result.status == 2);
      CHECK(result.error == "lapis: --precision tf32 needs --device cuda\n");
      command.resize(command.size() - 2);
    }
    command.back() = "float32";
    CHECK_THAT(run_lapis(command).error, !Contains("--precision"));
  }
}

TEST_CASE("--device cuda: nothing is lost where training cannot begin") {
  TemporaryFolder folder;
  const std::string model = train_on_texts(folder, 1);
  if (has_gpu()) return skip("this machine has a GPU");
  const CommandResult result = run_lapis(
      {"train", folder / "none.json", "--data", folder / "data", "--out", model, "--device", "cuda"});
  CHECK(result.status == 2);
  CHECK_THAT(result.error, Contains("cuda: "));
  CHECK(run_lapis({"predict", model, "--text", "bagus"}).status == 0);
}

TEST_CASE("a CUDA module that is missing or is something else is one clear line") {
  CHECK_THROWS_WITH(lapis::native::make_cuda_backend("/nowhere/lapis_cuda.so"),
                    Contains("cuda: no module /nowhere/lapis_cuda.so"));
  CHECK_THROWS_WITH(lapis::native::make_cuda_backend(lapis_program()),
                    Contains("cuda: cannot load the module"));
  const TemporaryFolder folder;
  write_text(folder / "cut.so", std::string("\177ELF\2\1\1", 7));
  CHECK_THROWS_WITH(lapis::native::make_cuda_backend(folder / "cut.so"),
                    Contains("cuda: cannot load the module") && !Contains("\n"));
}

TEST_CASE("a CUDA module of another version, or without its functions, is refused, not called") {
  const auto refusal = [](const char* path) -> std::string {
    try {
      lapis::native::make_cuda_backend(path);
    } catch (const lapis::Error& error) {
      return error.what();
    }
    return "";
  };
  const int version = lapis::cuda::kModuleVersion;
  CHECK(refusal(LAPIS_NEWER_MODULE) == "cuda: " LAPIS_NEWER_MODULE ": a module of version " +
                                           std::to_string(version + 1) + ", expected " +
                                           std::to_string(version) + "; build both together");
  CHECK(refusal(LAPIS_FOREIGN_MODULE) == "cuda: " LAPIS_FOREIGN_MODULE
                                         ": no lapis_cuda_module_version; expected lapis's own module");
  CHECK(refusal(LAPIS_HALF_MODULE) == "cuda: " LAPIS_HALF_MODULE
                                      ": no lapis_cuda_make_backend; expected lapis's own module");
}
