// The main of every Catch2 executable. Beyond Catch2's own: a test without an assertion fails, and a line
// says what tests/run adds up.
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
#include <cstdio>

#include "support/skip.h"

namespace {

bool current_test_skipped = false;
int passed = 0;
int failed = 0;
int skipped = 0;

struct Counter : Catch::TestEventListenerBase {
  using TestEventListenerBase::TestEventListenerBase;

  void testCaseStarting(const Catch::TestCaseInfo&) override { current_test_skipped = false; }

  void testCaseEnded(const Catch::TestCaseStats& stats) override {
    if (!stats.totals.assertions.allOk())
      ++failed;
    else if (current_test_skipped)
      ++skipped;
    else
      ++passed;
  }

  void testRunEnded(const Catch::TestRunStats&) override {
    std::printf("COUNT: %d passed, %d failed, %d skipped\n", passed, failed, skipped);
  }
};
CATCH_REGISTER_LISTENER(Counter)

}  // namespace

namespace lapis_test {

void skip(const std::string& why) {
  current_test_skipped = true;
  std::printf("SKIPPED: %s: %s\n", Catch::getResultCapture().getCurrentTestName().c_str(), why.c_str());
  SUCCEED("skipped");
}

}  // namespace lapis_test

int main(int count, char** arguments) {
  Catch::Session session;
  const int usage = session.applyCommandLine(count, arguments);
  if (usage != 0) return usage;
  auto& config = session.configData();
  config.warnings = static_cast<Catch::WarnAbout::What>(config.warnings | Catch::WarnAbout::NoAssertions);
  const int status = session.run();
  return status == 0 && failed == 0 ? 0 : 1;
}
