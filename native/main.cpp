// The command line `lapis`. One file per subcommand; this one only routes and turns errors into an exit
// status.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <new>
#include <string>

#include "commands.h"
#include "console.h"
#include "lapis/core/error.h"
#include "lapis/core/utf8.h"
#include "process.h"

namespace {

constexpr int kWorkFailed = 1;
constexpr int kBadInput = 2;

int complain(const std::string& text, int status) {
  std::fflush(stdout);
  std::fprintf(stderr, "lapis: %s\n", lapis::clean_line(text, lapis::Error::kLongest).c_str());
  return status;
}

int finish() {
  const bool failed = std::fflush(stdout) != 0 || std::ferror(stdout) != 0;
  return failed ? complain("cannot write to standard output", kWorkFailed) : 0;
}

int run(int argument_count, char** arguments) {
  CLI::App app{"lapis: neural networks equal to Keras's, trained and run from the command line", "lapis"};
  app.set_version_flag("--version", "lapis " LAPIS_VERSION);
  app.require_subcommand(0, 1);
  app.footer(
      "Exit status: 0 done, 1 the work failed, 2 bad usage or bad file. `lapis COMMAND --help` says more.");
  lapis::native::add_train(app);
  lapis::native::add_evaluate(app);
  lapis::native::add_predict(app);
  lapis::native::add_info(app);
  lapis::native::add_parity(app);
  lapis::native::add_bench(app);
  lapis::native::add_convert(app);
  try {
    app.parse(argument_count, arguments);
  } catch (const CLI::Success& wanted) {  // --help, --version
    app.exit(wanted);
    return finish();
  } catch (const CLI::ParseError& error) {
    return complain(std::string(error.what()) + " (lapis --help shows how)", kBadInput);
  }
  if (app.get_subcommands().empty()) return complain("no command given (lapis --help lists them)", kBadInput);
  return finish();
}

}  // namespace

int main(int argument_count, char** arguments) {
  lapis::native::prepare_process();
  try {
    return run(argument_count, arguments);
  } catch (const lapis::native::WorkFailed& error) {
    return complain(error.what(), kWorkFailed);
  } catch (const lapis::Error& error) {
    return complain(error.what(), kBadInput);
  } catch (const std::bad_alloc&) {
    return complain("not enough memory", kWorkFailed);
  } catch (const std::exception& error) {
    return complain(error.what(), kWorkFailed);
  }
}
