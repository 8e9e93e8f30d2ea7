// `lapis bench`: how fast a model predicts or trains here.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "commands.h"
#include "common.h"
#include "console.h"
#include "lapis/core/error.h"
#include "speed.h"

namespace lapis::native {
namespace {

struct Options : SpeedOptions {
  std::string model;
  bool large = false;
  bool json = false;
};

void bench(const Options& options) {
  ModelFile file = load_model(options.model);
  const Shape x = with_batch_in_front(options.batch, sample_shape(file));
  if (!x.is_known()) fail(options.model, ": takes ", file.model.input_shape(), ": no size to measure with");
  check_affordable(file.model, x, 0, options.large);
  const Speed speed = [&] {
    try {
      return measure_speed(file, x, options);
    } catch (const OutOfMemory& error) {
      throw too_large_batch(error, options.batch, "--batch");
    }
  }();
  if (options.json) {
    print_json(to_json(speed, options));
    return;
  }
  const std::string threads =
      std::to_string(options.threads) + (options.threads == 1 ? " thread" : " threads");
  std::printf("%s: %s, batch %td, %s\n\n", file.model.name().c_str(),
              options.train ? "training step" : "prediction", options.batch,
              speed.device == "cpu" ? threads.c_str() : speed.device.c_str());
  std::printf("  median   %.3f ms (95 %% of %zu runs within %.3f ms)\n  fastest  %.3f ms\n",
              speed.median * 1e3, speed.runs, speed.p95 * 1e3, speed.best * 1e3);
  std::printf("  memory   %.1f MB\n", static_cast<double>(speed.bytes) / 1e6);
  std::printf("  samples  %s a second\n  speed    %s\n",
              format_count(static_cast<double>(options.batch) / speed.median).c_str(),
              speed_line(speed).c_str());
  if (options.layers) std::printf("\n%s", step_table(speed).c_str());
}

}  // namespace

void add_bench(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("bench", "Time and GFLOP/s of a prediction or training step, and of its layers");
  const auto options = std::make_shared<Options>();
  command->add_option("model", options->model, "Model file (.safetensors, .keras or .h5)")->required();
  command->add_option("--batch", options->batch, "Samples at once")
      ->check(CLI::Range(1, 65536))
      ->capture_default_str();
  command->add_option("--threads", options->threads, "Threads")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  add_device_option(*command, options->device);
  add_precision_option(*command, options->precision);
  command->add_option("--seconds", options->seconds, "How long to measure")
      ->check(CLI::Range(0.0, 600.0))
      ->capture_default_str();
  command->add_flag("--train", options->train, "Training steps (Adam) instead of predictions");
  command->add_flag("--layers", options->layers, "Each layer too; those that are done at once in one line");
  add_large_option(*command, options->large);
  command->add_flag("--json", options->json, "Print one JSON object");
  command->callback([options] { bench(*options); });
}

}  // namespace lapis::native
