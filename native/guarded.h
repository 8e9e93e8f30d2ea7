#pragma once

#include <cstddef>
#include <functional>
#include <vector>

namespace lapis::native {

/// What a guarded job may use.
struct GuardLimits {
  std::size_t memory_bytes = 0;  // beyond what the program already has
  std::size_t result_bytes = 0;
  unsigned seconds = 0;       // of processor time
  unsigned wall_seconds = 0;  // on the clock: also for a job that waits for ever
};

/// Lets the job have `bytes` more memory: to be called when it knows that what it read is worth them.
void grant_memory(std::size_t bytes);

/// Runs `job` in a child process and returns its bytes. For libraries that trust what they read: where one
/// crashes, loops or takes more than its limits on a damaged or hostile file, only the child ends, and an
/// Error with the text `if_it_ends` is thrown. An Error thrown by the job is thrown here. The child never
/// outlives this process.
std::vector<std::byte> run_guarded(const GuardLimits& limits, const char* if_it_ends,
                                   const std::function<std::vector<std::byte>()>& job);

}  // namespace lapis::native
