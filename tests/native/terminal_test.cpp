// What a person at a terminal sees: a progress bar while a job runs, nothing of it afterwards.

#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>

#include "console.h"
#include "workbench.h"

using namespace lapis::native;
using namespace lapis_test;

namespace {

/// Runs `lapis ARGUMENTS...` with a terminal of `columns` columns; returns all that it wrote there.
std::string run_in_terminal(std::vector<std::string> arguments, int columns, int& status) {
  std::string program = lapis_program();
  std::vector<char*> pointers = {program.data()};
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  winsize size{};
  size.ws_col = static_cast<unsigned short>(columns);
  size.ws_row = 24;
  int terminal = -1;
  const pid_t process = ::forkpty(&terminal, nullptr, nullptr, &size);
  REQUIRE(process >= 0);
  if (process == 0) {
    ::setenv("TERM", "xterm", 1);
    ::unsetenv("NO_COLOR");
    ::execv(program.c_str(), pointers.data());
    ::_exit(126);
  }
  std::string text;
  char buffer[4096];
  for (ssize_t count = 0; (count = ::read(terminal, buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<std::size_t>(count));
  }
  ::close(terminal);
  REQUIRE(::waitpid(process, &status, 0) == process);
  return text;
}

}  // namespace

TEST_CASE("terminal: a progress bar with the time left, in one line, gone at the end") {
  const TemporaryFolder folder;
  const std::string model = train_on_texts(folder, 1);
  for (const int columns : {200, 80, 40, 12}) {
    int status = -1;
    const std::string text = run_in_terminal({"bench", model, "--seconds", "0.7"}, columns, status);
    INFO(text);
    CHECK(status == 0);
    REQUIRE(text.find("\rmeasuring") != std::string::npos);
    if (columns >= 80) CHECK(text.find(" left") != std::string::npos);
    int drawn = 0;
    for (std::size_t at = 0; (at = text.find("\rmeasuring", at)) != std::string::npos; ++at, ++drawn) {
      const std::string line = text.substr(at + 1, text.find("\033[K", at) - at - 1);
      CHECK(display_width(line) < columns);
      CHECK(line.find('\n') == std::string::npos);
    }
    CHECK(drawn >= 2);
    const std::size_t last = text.rfind("\rmeasuring");
    CHECK(text.find("\r\033[K", last) != std::string::npos);
    CHECK(text.find("median", last) != std::string::npos);
  }
}

TEST_CASE("terminal: quiet where standard error is none") {
  const TemporaryFolder folder;
  const std::string model = train_on_texts(folder, 1);
  const CommandResult result = run_lapis({"bench", model, "--seconds", "0.3"});
  CHECK(result.status == 0);
  CHECK(result.error.empty());
}

TEST_CASE("terminal: a table of layers fits, names cut where they must") {
  const TemporaryFolder folder;
  const std::string model = train_on_texts(folder, 1);
  for (const int columns : {80, 60}) {
    int status = -1;
    const std::string text = run_in_terminal({"bench", model, "--seconds", "0", "--layers"}, columns, status);
    INFO(text);
    CHECK(status == 0);
    std::size_t start = text.find("  layer ");
    REQUIRE(start != std::string::npos);
    const std::string table = text.substr(start, text.find("  total", start) - start);
    CHECK((table.find("embedding + simple_rnn ") != std::string::npos) == (columns == 80));
    CHECK((table.find("\u2026") != std::string::npos) == (columns == 60));
    for (std::size_t end = 0; (end = text.find("\r\n", start)) != std::string::npos; start = end + 2) {
      CHECK(display_width(text.substr(start, end - start)) <= columns);
      if (text.compare(start, 7, "  total") == 0) break;
    }
  }
}

TEST_CASE("console: widths, bars, numbers, tables") {
  CHECK(display_width("a\u00e9\u2588") == 3);
  CHECK(cut_to_width("abcdef", 4) == "abc\u2026");
  CHECK(cut_to_width("\u00e9\u00e9\u00e9", 3) == "\u00e9\u00e9\u00e9");
  CHECK(cut_to_width("\u00e9\u00e9\u00e9", 2) == "\u00e9\u2026");
  CHECK(cut_to_width("abc", 0).empty());
  CHECK(bar(0, 3) == "\u00b7\u00b7\u00b7");
  CHECK(bar(1, 3) == "\u2588\u2588\u2588");
  CHECK(bar(0.5, 3) == "\u2588\u258c\u00b7");
  CHECK(display_width(bar(0.3, 10)) == 10);
  CHECK(bar(NAN, 2) == bar(0, 2));
  CHECK(format_duration(59.6) == "1:00");
  CHECK(format_duration(3723) == "1:02:03");
  CHECK(format_count(999) == "999");
  CHECK(format_count(1234567) == "1,234,567");
  CHECK(format_bytes(999) == "999 B");
  CHECK(format_bytes(1000) == "1.0 kB");
  CHECK(format_bytes(123456789) == "123 MB");
  CHECK(one_line("a\nb\033[2J") == "a b [2J");
  Table table("lrc");
  table.add({"name", "n", "m"});
  table.add({"\u00e9", "12", "3"});
  CHECK(table.to_string() == "  name   n m\n  \u00e9     12 3\n");
}
