#include "process.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace lapis::native {

void prepare_process() {
  // The lowest closed descriptor is the one that open() gives.
  for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; ++descriptor) {
    if (::fcntl(descriptor, F_GETFD) >= 0 || errno != EBADF) continue;
    ::open("/dev/null",
           descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY);  // the wrong way round: every use fails
  }
  std::signal(SIGXFSZ, SIG_IGN);
}

}  // namespace lapis::native
