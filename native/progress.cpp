#include "progress.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "console.h"

namespace lapis::native {
namespace {

constexpr std::chrono::milliseconds kRedraw{100};
constexpr int kBarWidth = 24;
constexpr int kSmallestBar = 6;

}  // namespace

Progress::Progress(std::string label, long total)
    : label_(std::move(label)),
      total_(std::max(total, 1L)),
      visible_(is_terminal(stderr)),
      start_(Clock::now()),
      next_draw_(start_ + kRedraw) {}

void Progress::update(long done, const std::string& note) {
  if (!visible_) return;
  const Clock::time_point now = Clock::now();
  if (now < next_draw_) return;
  next_draw_ = now + kRedraw;

  const double part = std::clamp(static_cast<double>(done) / static_cast<double>(total_), 0.0, 1.0);
  const double elapsed = std::chrono::duration<double>(now - start_).count();
  char percent[16];
  std::snprintf(percent, sizeof percent, " %3.0f %%", 100 * part);
  std::string tail = percent;
  if (part > 0) tail += "  " + format_duration(elapsed / part * (1 - part)) + " left";
  if (!note.empty()) tail += "  " + note;

  const int width = terminal_width(stderr);
  const int room = width - 1 - display_width(label_) - display_width(tail) - 3;
  std::string line = label_ + " ";
  if (room >= kSmallestBar) line += " " + bar(part, std::min(room - 2, kBarWidth)) + " ";
  line = cut_to_width(line + tail, width - 1);
  std::fprintf(stderr, "\r%s\033[K", line.c_str());
  std::fflush(stderr);
  drawn_ = true;
}

void Progress::clear() {
  if (!drawn_) return;
  std::fputs("\r\033[K", stderr);
  std::fflush(stderr);
  drawn_ = false;
  next_draw_ = Clock::now();
}

}  // namespace lapis::native
