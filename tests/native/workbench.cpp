#include "workbench.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "file.h"
#include "lapis/core/random.h"

namespace lapis_test {
namespace {

std::string read_all(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

int exit_status(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void redirect(const std::string& path, int flags, int descriptor) {
  const int file = ::open(path.c_str(), flags, 0666);
  if (file < 0 || ::dup2(file, descriptor) < 0) ::_exit(125);
}

pid_t start(const std::vector<std::string>& arguments, const std::string& in, const std::string& out,
            const std::string& error, long max_file_bytes = 0) {
  std::string program = lapis_program();
  std::vector<std::string> copies = arguments;
  std::vector<char*> pointers = {program.data()};
  for (std::string& argument : copies) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  const pid_t process = ::fork();
  REQUIRE(process >= 0);
  if (process == 0) {
    redirect(in, O_RDONLY, STDIN_FILENO);
    redirect(out, O_WRONLY | O_CREAT | O_TRUNC, STDOUT_FILENO);
    redirect(error, O_WRONLY | O_CREAT | O_TRUNC, STDERR_FILENO);
    if (max_file_bytes > 0) {
      const rlimit limit{static_cast<rlim_t>(max_file_bytes), static_cast<rlim_t>(max_file_bytes)};
      if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) ::_exit(124);
    }
    ::execv(program.c_str(), pointers.data());
    ::_exit(126);
  }
  return process;
}

void write_csv(const std::string& path, int rows, std::uint64_t seed) {
  static constexpr std::array<const char*, 3> kLabels = {"negative", "neutral", "positive"};
  static constexpr std::array<std::array<const char*, 3>, 3> kWords = {
      {{"buruk", "kecewa", "parah"}, {"meja", "jalan", "buku"}, {"bagus", "enak", "senang"}}};
  const lapis::RandomStream random(seed, 0);
  std::ostringstream csv;
  csv << "id,text,label\n";
  for (int i = 0; i < rows; ++i) {
    const auto label = static_cast<std::size_t>(i % 3);
    const auto at = static_cast<std::uint64_t>(4 * i);
    csv << i << ",\"" << kWords[label][random.below(at, 3)] << ", yang "
        << kWords[label][random.below(at + 1, 3)] << " itu\"," << kLabels[label] << "\n";
  }
  write_text(path, csv.str());
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "lapis_test.XXXXXX").string();
  REQUIRE(::mkdtemp(pattern.data()) != nullptr);
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

int CommandResult::error_lines() const {
  return static_cast<int>(std::count(error.begin(), error.end(), '\n'));
}

std::string lapis_program() {
  if (const char* path = std::getenv("LAPIS_CLI")) return path;
  return (std::filesystem::canonical("/proc/self/exe").parent_path().parent_path() / "lapis").string();
}

CommandResult run_lapis(const std::vector<std::string>& arguments, const std::string& input,
                        long max_file_bytes) {
  const TemporaryFolder folder;
  write_text(folder / "in", input);
  const pid_t process = start(arguments, folder / "in", folder / "out", folder / "error", max_file_bytes);
  CommandResult result;
  result.status = wait_for(process);
  result.out = read_all(folder / "out");
  result.error = read_all(folder / "error");
  return result;
}

lapis::Json run_json(std::vector<std::string> arguments, const std::string& input) {
  arguments.push_back("--json");
  const CommandResult result = run_lapis(arguments, input);
  INFO(result.error);
  REQUIRE(result.status == 0);
  CHECK(result.error.empty());
  REQUIRE(result.out.ends_with("}\n"));
  CHECK(std::count(result.out.begin(), result.out.end(), '\n') == 1);
  return lapis::Json::parse(result.out);
}

pid_t start_lapis(const std::vector<std::string>& arguments, const std::string& out,
                  const std::string& error) {
  return start(arguments, "/dev/null", out, error);
}

int wait_for(pid_t process) {
  int status = 0;
  REQUIRE(::waitpid(process, &status, 0) == process);
  return exit_status(status);
}

void write_text(const std::string& path, std::string_view text) {
  std::ofstream file(path, std::ios::binary);
  file.write(text.data(), static_cast<std::streamsize>(text.size()));
  REQUIRE(file.good());
}

void write_tensor(const std::string& path, const std::string& name, lapis::Dtype dtype,
                  const lapis::Shape& shape, std::span<const std::byte> bytes) {
  const lapis::TensorView tensor{name, dtype, shape, bytes};
  lapis::native::write_file_atomically(path, lapis::write_safetensors({&tensor, 1}, {}));
}

void write_octets(const std::string& path, const std::vector<std::uint8_t>& bytes) {
  write_text(path, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

std::string text_config(int epochs) {
  return R"({"model": {"class_name": "Sequential", "config": {"name": "words", "layers": [
      {"class_name": "Embedding", "config": {"input_dim": "vocabulary", "output_dim": 8, "mask_zero": true}},
      {"class_name": "SimpleRNN", "config": {"units": 8}},
      {"class_name": "Dense", "config": {"units": 3, "activation": "softmax"}}]}},
    "compile": {"optimizer": {"class_name": "Adam", "config": {"learning_rate": 0.02}}},
    "fit": {"epochs": )" +
         std::to_string(epochs) +
         R"(, "batch_size": 8, "seed": 3, "early_stopping": {"monitor": "val_loss", "patience": 1000}},
    "data": {"kind": "nusax", "text": {"max_tokens": 100, "sequence_length": 6}}})";
}

std::string picture_config(const std::string& kind, int epochs) {
  const std::string classes = kind == "cifar10" ? "10" : "2";
  return R"({"model": {"class_name": "Sequential", "config": {"name": "pictures", "layers": [
      {"class_name": "AveragePooling2D", "config": {"pool_size": 4}},
      {"class_name": "Flatten", "config": {}},
      {"class_name": "Dense", "config": {"units": )" +
         classes + R"(, "activation": "softmax"}}]}},
    "compile": {"optimizer": {"class_name": "Adam", "config": {"learning_rate": 0.05}}},
    "fit": {"epochs": )" +
         std::to_string(epochs) + R"(, "batch_size": 16, "seed": 5},
    "data": {"kind": ")" +
         kind + R"(", "image": {"width": 32, "height": 32}}})";
}

std::string train_on_texts(const TemporaryFolder& folder, int epochs) {
  write_nusax(folder / "data");
  write_text(folder / "config.json", text_config(epochs));
  const CommandResult result = run_lapis(
      {"train", folder / "config.json", "--data", folder / "data", "--out", folder / "model.safetensors"});
  INFO(result.error);
  REQUIRE(result.status == 0);
  return folder / "model.safetensors";
}

std::string train_on_cifar10(const TemporaryFolder& folder, int epochs) {
  write_cifar10(folder / "data", 40);
  write_text(folder / "config.json", picture_config("cifar10", epochs));
  const CommandResult result = run_lapis(
      {"train", folder / "config.json", "--data", folder / "data", "--out", folder / "model.safetensors"});
  INFO(result.error);
  REQUIRE(result.status == 0);
  return folder / "model.safetensors";
}

void write_cifar10(const std::string& folder, int records) {
  std::filesystem::create_directories(folder);
  const lapis::RandomStream random(7, 7);
  std::uint64_t drawn = 0;
  for (const char* name :
       {"data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch"}) {
    std::vector<std::uint8_t> bytes;
    for (int i = 0; i < records; ++i) {
      const int label = static_cast<int>(random.below(drawn++, 10));
      bytes.push_back(static_cast<std::uint8_t>(label));
      for (int place = 0; place < 3 * 32 * 32; ++place) {
        const int y = place / 32 % 32, x = place % 32;
        const bool bright = y / 8 == label / 4 && x / 8 == label % 4;
        bytes.push_back(static_cast<std::uint8_t>((bright ? 180U : 20U) + random.below(drawn++, 50)));
      }
    }
    write_octets(folder + "/" + name + ".bin", bytes);
  }
  write_text(folder + "/batches.meta.txt",
             "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n");
}

void write_nusax(const std::string& folder) {
  std::filesystem::create_directories(folder);
  write_csv(folder + "/train.csv", 60, 1);
  write_csv(folder + "/valid.csv", 15, 2);
  write_csv(folder + "/test.csv", 15, 3);
}

void write_image_folder(const std::string& folder, int count) {
  for (const bool red : {false, true}) {
    const std::string name = folder + (red ? "/red" : "/blue");
    std::filesystem::create_directories(name);
    for (int i = 0; i < count; ++i) {
      const auto shade = static_cast<std::uint8_t>(150 + 5 * (i % 20));
      write_octets(name + "/" + std::to_string(i) + ".png",
                   plain_png(8 + i, 12, red ? shade : 10, 10, red ? 10 : shade));
    }
  }
}

}  // namespace lapis_test
