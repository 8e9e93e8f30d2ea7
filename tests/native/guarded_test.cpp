#include "guarded.h"

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <functional>

#include "lapis/core/error.h"
#include "support/error_text.h"

using namespace lapis;
using namespace lapis::native;
using lapis_test::error_text;

namespace {

using Job = std::function<std::vector<std::byte>()>;

std::vector<std::byte> guarded(const Job& job, unsigned wall_seconds = 60) {
  return run_guarded({.memory_bytes = std::size_t{64} << 20,
                      .result_bytes = 1000,
                      .seconds = 1,
                      .wall_seconds = wall_seconds},
                     "it ended", job);
}

/// A job that uses the processor for ever, or waits for ever.
std::vector<std::byte> loop() {
  for (volatile unsigned i = 0;;) {
    i = i + 1;
  }
}
std::vector<std::byte> wait_for_ever() {
  while (true) pause();
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Whether the process ends within ten seconds.
bool ends(pid_t process) {
  for (int i = 0; i < 1000; ++i) {
    if (kill(process, 0) != 0 && errno == ESRCH) return true;
    usleep(10'000);
  }
  return false;
}

}  // namespace

TEST_CASE("a guarded job's bytes and errors come back") {
  CHECK(guarded([] { return std::vector<std::byte>(3, std::byte{7}); }) ==
        std::vector<std::byte>(3, std::byte{7}));
  CHECK(error_text([] { guarded([]() -> std::vector<std::byte> { fail("no\nfile"); }); }) == "no\\x0afile");
}

TEST_CASE("a job that crashes or uses up its processor time is one error") {
  CHECK(error_text([] { guarded([]() -> std::vector<std::byte> { std::abort(); }); }) == "it ended");
  CHECK(error_text([] { guarded(loop); }) == "it ended");
}

TEST_CASE("a job that waits for ever ends by the clock") {
  const auto start = std::chrono::steady_clock::now();
  CHECK(error_text([] { guarded(wait_for_ever, 1); }) == "it ended");
  CHECK(seconds_since(start) < 20);
}

TEST_CASE("a job does not outlive whoever waits for it") {
  int pipes[2];
  REQUIRE(pipe(pipes) == 0);
  const pid_t waiting = fork();
  REQUIRE(waiting >= 0);
  if (waiting == 0) {
    guarded([&] {
      const pid_t own = getpid();
      if (write(pipes[1], &own, sizeof own) != sizeof own) std::abort();
      return wait_for_ever();
    });
    _exit(0);
  }
  pid_t job = 0;
  REQUIRE(read(pipes[0], &job, sizeof job) == sizeof job);
  kill(waiting, SIGKILL);
  waitpid(waiting, nullptr, 0);
  CHECK(ends(job));
  close(pipes[0]);
  close(pipes[1]);
}
