#pragma once

#include <stdexcept>

namespace CLI {
class App;
}

/// The subcommands: each adds itself, with its options, to the command line and runs when it is chosen.
namespace lapis::native {

/// The input was right and the work still did not succeed: exit status 1. Wrong input is a lapis::Error: 2.
class WorkFailed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

void add_train(CLI::App& app);
void add_evaluate(CLI::App& app);
void add_predict(CLI::App& app);
void add_info(CLI::App& app);
void add_parity(CLI::App& app);
void add_bench(CLI::App& app);
void add_convert(CLI::App& app);

}  // namespace lapis::native
