#pragma once

#include <chrono>
#include <string>

namespace lapis::native {

/// One line on standard error that shows how far a long job is and how long it will take:
///
///     epoch 3/40  ████████████············  50 %  0:12 left  loss 1.2034
///
/// Drawn only where standard error is a terminal, at most ten times a second, cut to the terminal's width.
/// Removes itself, so nothing of it stays on the screen.
class Progress {
 public:
  /// `total` > 0 pieces of work.
  Progress(std::string label, long total);
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// `done` pieces are done; `note` is shown at the end of the line.
  void update(long done, const std::string& note = {});
  /// Takes the line away (to print something else); the next update draws it again.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;

  std::string label_;
  long total_;
  bool visible_;
  bool drawn_ = false;
  Clock::time_point start_;
  Clock::time_point next_draw_;
};

}  // namespace lapis::native
