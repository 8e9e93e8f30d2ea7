// What goes wrong around the command line and not in it: closed descriptors, output that nobody reads,
// limits, a parent that is killed.

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <sstream>

#include "file.h"
#include "guarded.h"
#include "lapis/io/json.h"
#include "workbench.h"

using Catch::Contains;
using lapis::Json;
using lapis::native::exists;
using lapis::native::read_text_file;
using namespace lapis_test;

namespace {

/// Runs `lapis ARGUMENTS` in a shell, so that it gets the redirections and limits that stand in `around` for
/// "{}"; what is not redirected there is thrown away.
int in_shell(const std::string& around, const std::string& arguments) {
  std::string command = around;
  command.replace(command.find("{}"), 2, "'" + lapis_program() + "' " + arguments);
  const int status = std::system(("{ " + command + "\n} </dev/null >/dev/null 2>/dev/null").c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// The arguments of a training in `folder`.
std::string training(const TemporaryFolder& folder, int epochs) {
  write_nusax(folder / "data");
  write_text(folder / "config.json", text_config(epochs));
  return "train " + folder / "config.json" + " --data " + folder / "data" + " --out " +
         folder / "model.safetensors";
}

/// Waits until something can be read or all writers are gone.
bool ready(int pipe, int milliseconds) {
  pollfd wait{pipe, POLLIN, 0};
  return ::poll(&wait, 1, milliseconds) == 1;
}

}  // namespace

TEST_CASE("faults: what goes to a closed output never gets into a file") {
  const TemporaryFolder folder;
  const std::string arguments = training(folder, 3) + " --log " + folder / "log";
  for (const char* closed : {"{} >&- 2>error", "{} <&- >&- 2>&-"}) {
    CAPTURE(closed);
    std::string around = closed;
    if (const auto at = around.find("error"); at != std::string::npos)
      around.replace(at, 5, folder / "error");
    std::filesystem::remove(folder / "log");
    std::filesystem::remove(folder / "model.safetensors");
    CHECK(in_shell(around, arguments) == 1);
    std::istringstream lines(read_text_file(folder / "log"));
    int count = 0;
    for (std::string line; std::getline(lines, line); ++count) CHECK(Json::parse(line).object() != nullptr);
    CHECK(count == 3);
    CHECK(run_lapis({"info", folder / "model.safetensors"}).status == 0);
  }
  CHECK(read_text_file(folder / "error") == "lapis: cannot write to standard output\n");
}

TEST_CASE("faults: a closed input is an error where it is asked for, and only there") {
  const TemporaryFolder folder;
  const std::string model = train_on_texts(folder, 1);
  CHECK(in_shell("{} <&- >" + folder / "out", "predict " + model + " --text bagus") == 0);
  CHECK_THAT(read_text_file(folder / "out"), Contains("positive"));
  CHECK(in_shell("{} <&- 2>" + folder / "error", "predict " + model + " --text-file -") == 2);
  CHECK(read_text_file(folder / "error") == "lapis: standard input: cannot read it: Bad file descriptor\n");
}

TEST_CASE("faults: a training goes on where nobody reads its output any more") {
  const TemporaryFolder folder;
  const std::string arguments = training(folder, 20) + " --log " + folder / "log";
  CHECK(in_shell("{ {}; echo $? >" + folder / "status; } | head -n 1", arguments) == 0);
  CHECK(read_text_file(folder / "status") == "1\n");
  const std::string log = read_text_file(folder / "log");
  CHECK(std::count(log.begin(), log.end(), '\n') == 20);
  CHECK(run_lapis({"info", folder / "model.safetensors"}).status == 0);
}

TEST_CASE("faults: a log that cannot be written costs the log and not the training") {
  const TemporaryFolder folder;
  const std::string model = folder / "model.safetensors";
  CHECK(in_shell("{} 2>" + folder / "error", training(folder, 2) + " --log /dev/full") == 1);
  CHECK(read_text_file(folder / "error") == "lapis: /dev/full: cannot write it: No space left on device; " +
                                                model + " holds the weights of epoch 2\n");
  CHECK(run_lapis({"info", model}).status == 0);
}

TEST_CASE("faults: a limit on the size of files is a message, and the old file stays") {
  const TemporaryFolder folder;
  const std::string arguments = training(folder, 1);
  write_text(folder / "model.safetensors", "the old file");
  CHECK(in_shell("ulimit -f 1; {} 2>" + folder / "error", arguments) == 2);
  CHECK(read_text_file(folder / "error") ==
        "lapis: " + folder / "model.safetensors" + ": cannot write it: File too large\n");
  CHECK(read_text_file(folder / "model.safetensors") == "the old file");
}

TEST_CASE("faults: who reads for a program that is killed ends with it") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const pid_t parent = ::fork();
  REQUIRE(parent >= 0);
  if (parent == 0) {
    ::close(ends[0]);
    lapis::native::run_guarded({std::size_t{1} << 30, 1, 60}, "", [&]() -> std::vector<std::byte> {
      const pid_t reader = ::getpid();
      if (::write(ends[1], &reader, sizeof reader) == sizeof reader) ::sleep(60);
      return {};
    });
    ::_exit(0);
  }
  ::close(ends[1]);
  pid_t reader = 0;
  REQUIRE(ready(ends[0], 60'000));
  REQUIRE(::read(ends[0], &reader, sizeof reader) == sizeof reader);
  ::kill(parent, SIGKILL);
  CHECK(wait_for(parent) == 128 + SIGKILL);
  const bool ended = ready(ends[0], 20'000);  // it holds the other end
  CHECK(ended);
  if (!ended) ::kill(reader, SIGKILL);
  ::close(ends[0]);
}
