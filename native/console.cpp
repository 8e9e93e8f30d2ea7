#include "console.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>

namespace lapis::native {
namespace {

constexpr int kDefaultWidth = 80;

bool starts_code_point(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
}

}  // namespace

bool is_terminal(std::FILE* stream) {
  if (::isatty(::fileno(stream)) == 0) return false;
  const char* kind = std::getenv("TERM");
  return kind != nullptr && std::strcmp(kind, "dumb") != 0;
}

int terminal_width(std::FILE* stream) {
  winsize size{};
  if (::ioctl(::fileno(stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return kDefaultWidth;
}

int display_width(std::string_view text) {
  return static_cast<int>(std::count_if(text.begin(), text.end(), starts_code_point));
}

std::string first_columns(const std::string& text, int width) {
  int columns = 0;
  std::size_t end = 0;
  while (end < text.size() && (!starts_code_point(text[end]) || ++columns <= width)) ++end;
  return text.substr(0, end);
}

std::string cut_to_width(const std::string& text, int width) {
  if (display_width(text) <= width) return text;
  return width <= 0 ? std::string() : first_columns(text, width - 1) + "\u2026";
}

std::string pad_right(const std::string& text, int width) {
  return text + std::string(static_cast<std::size_t>(std::max(0, width - display_width(text))), ' ');
}

std::string pad_left(const std::string& text, int width) {
  return std::string(static_cast<std::size_t>(std::max(0, width - display_width(text))), ' ') + text;
}

std::string bar(double part, int width) {
  static constexpr const char* kEighths[] = {"",       "\u258f", "\u258e", "\u258d",
                                             "\u258c", "\u258b", "\u258a", "\u2589"};
  const int eighths = static_cast<int>(std::lround((part > 0 ? std::min(part, 1.0) : 0) * 8 * width));
  std::string text;
  for (int i = 0; i < eighths / 8; ++i) text += "\u2588";
  text += kEighths[eighths % 8];
  const int used = (eighths + 7) / 8;
  for (int i = used; i < width; ++i) text += "\u00b7";
  return text;
}

std::string format_duration(double seconds) {
  const long whole = std::lround(std::clamp(seconds, 0.0, 3.6e8));
  char text[32];
  if (whole >= 3600) {
    std::snprintf(text, sizeof text, "%ld:%02ld:%02ld", whole / 3600, whole / 60 % 60, whole % 60);
  } else {
    std::snprintf(text, sizeof text, "%ld:%02ld", whole / 60, whole % 60);
  }
  return text;
}

std::string format_count(double count) {
  std::string digits = format_fixed(count, 0);
  for (std::ptrdiff_t at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3) {
    digits.insert(static_cast<std::size_t>(at), 1, ',');
  }
  return digits;
}

std::string format_bytes(double bytes) {
  static constexpr const char* kUnits[] = {"B", "kB", "MB", "GB", "TB"};
  int unit = 0;
  while (bytes >= 999.5 && unit < 4) {
    bytes /= 1000;
    ++unit;
  }
  return format_fixed(bytes, unit == 0 || bytes >= 99.95 ? 0 : 1) + " " + kUnits[unit];
}

std::string format_fixed(double value, int decimals) {
  char text[400];
  std::snprintf(text, sizeof text, "%.*f", decimals, value);
  return text;
}

std::string one_line(std::string_view text) {
  std::string clean(text);
  for (char& byte : clean) {
    if (static_cast<unsigned char>(byte) < 0x20 || byte == 0x7F) byte = ' ';
  }
  return clean;
}

std::string Table::to_string() const {
  std::vector<int> widths(alignment_.size(), 0);
  for (const std::vector<std::string>& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], display_width(row[i]));
  }
  std::string text;
  for (const std::vector<std::string>& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += alignment_[i] == 'c' ? " " : "  ";
      line += alignment_[i] == 'l' ? pad_right(row[i], widths[i]) : pad_left(row[i], widths[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

Style::Style(std::FILE* stream) {
  const char* no_color = std::getenv("NO_COLOR");
  if (!is_terminal(stream) || (no_color != nullptr && *no_color != '\0')) return;
  bold = "\033[1m";
  dim = "\033[2m";
  warn = "\033[33m";
  off = "\033[0m";
}

}  // namespace lapis::native
