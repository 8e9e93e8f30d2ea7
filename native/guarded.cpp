#include "guarded.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <string>

#include "lapis/core/error.h"

namespace lapis::native {
namespace {

/// First byte of what the child sends.
constexpr std::byte kDone{0}, kRefused{1};
constexpr std::size_t kMaxErrorBytes = 1 << 16;

/// `Resource`: glibc has a type of its own where others have int.
template <class Resource>
void limit(Resource resource, rlim_t value) {
  rlimit both;
  if (getrlimit(resource, &both) != 0) return;
  both.rlim_cur = std::min(value, both.rlim_max);
  setrlimit(resource, &both);
}

/// Address space in use; 0 where the system does not tell.
std::size_t used_memory() {
  FILE* const file = std::fopen("/proc/self/statm", "r");
  if (file == nullptr) return 0;
  unsigned long pages = 0;
  const int found = std::fscanf(file, "%lu", &pages);
  std::fclose(file);
  return found == 1 ? pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)) : 0;
}

bool send(int pipe, const void* data, std::size_t size) {
  const char* at = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t written = write(pipe, at, size);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    at += written;
    size -= static_cast<std::size_t>(written);
  }
  return true;
}

/// Exit status 0: everything was sent.
int run_child(int pipe, pid_t parent, const GuardLimits& limits,
              const std::function<std::vector<std::byte>()>& job) {
  // Whoever waits for the answer may be killed; then nobody needs it any more. It may be gone already.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) return 1;
  std::signal(SIGALRM, SIG_DFL);
  alarm(limits.wall_seconds);
  // What a crashing library or a sanitizer has to say is of no use to whoever handed in the file.
  if (const int nowhere = open("/dev/null", O_WRONLY); nowhere >= 0) {
    dup2(nowhere, STDOUT_FILENO);
    dup2(nowhere, STDERR_FILENO);
  }
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_CPU, limits.seconds);
  if (const std::size_t used = used_memory(); used > 0) limit(RLIMIT_AS, used + limits.memory_bytes);
  try {
    const std::vector<std::byte> result = job();
    return send(pipe, &kDone, 1) && send(pipe, result.data(), result.size()) ? 0 : 1;
  } catch (const Error& error) {
    const std::size_t length = std::min(std::strlen(error.what()), kMaxErrorBytes);
    return send(pipe, &kRefused, 1) && send(pipe, error.what(), length) ? 0 : 1;
  } catch (const std::exception&) {
    return 1;
  }
}

/// All that comes through the pipe; cut after `most` bytes.
std::vector<std::byte> receive(int pipe, std::size_t most) {
  constexpr std::size_t kPiece = 1 << 16;
  std::vector<std::byte> bytes;
  std::size_t size = 0;
  while (size < most) {
    if (size == bytes.size()) bytes.resize(std::min(most, std::max(kPiece, 2 * size)));
    const ssize_t got = read(pipe, bytes.data() + size, bytes.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    size += static_cast<std::size_t>(got);
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace

void grant_memory(std::size_t bytes) {
  rlimit both;
  if (getrlimit(RLIMIT_AS, &both) == 0 && both.rlim_cur != RLIM_INFINITY)
    limit(RLIMIT_AS, both.rlim_cur + bytes);
}

std::vector<std::byte> run_guarded(const GuardLimits& limits, const char* if_it_ends,
                                   const std::function<std::vector<std::byte>()>& job) {
  int pipes[2];
  if (pipe(pipes) != 0) fail("cannot make a pipe to read it through: ", std::strerror(errno));
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child < 0) {
    const int reason = errno;
    close(pipes[0]);
    close(pipes[1]);
    fail("cannot start a process to read it in: ", std::strerror(reason));
  }
  if (child == 0) {
    close(pipes[0]);
    _exit(run_child(pipes[1], parent, limits, job));
  }
  close(pipes[1]);
  std::vector<std::byte> bytes;
  try {
    bytes = receive(pipes[0], limits.result_bytes + kMaxErrorBytes);
  } catch (...) {
    close(pipes[0]);  // the child ends when it next writes
    waitpid(child, nullptr, 0);
    throw;
  }
  close(pipes[0]);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || bytes.empty()) fail(if_it_ends);
  if (bytes[0] == kRefused)
    fail(std::string(reinterpret_cast<const char*>(bytes.data()) + 1, bytes.size() - 1));
  bytes.erase(bytes.begin());
  return bytes;
}

}  // namespace lapis::native
