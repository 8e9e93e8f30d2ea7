// `lapis train`: a model file from a config file and a folder of data.

#include <CLI/CLI.hpp>
#include <atomic>
#include <csignal>
#include <memory>
#include <utility>

#include "commands.h"
#include "common.h"
#include "device.h"
#include "file.h"
#include "training_job.h"

namespace lapis::native {
namespace {

std::atomic<bool> interrupted{false};

/// The first Ctrl-C ends the training after the batch that runs; a second one ends the program at once. A
/// closed terminal ends it likewise, unless the program was started to outlive it (nohup).
void catch_interrupts() {
  struct sigaction action {};
  action.sa_handler = [](int) { interrupted = true; };
  action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_RESTART;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  struct sigaction hang_up {};
  ::sigaction(SIGHUP, nullptr, &hang_up);
  if (hang_up.sa_handler != SIG_IGN) ::sigaction(SIGHUP, &action, nullptr);
  // Where nobody reads the output any more, the model is still wanted; the exit status says it.
  std::signal(SIGPIPE, SIG_IGN);
}

void train(const TrainArguments& arguments) {
  // First of all: whether there is a GPU shows before any data is read.
  Devices devices =
      make_devices(arguments.device, arguments.gpus, thread_count(arguments.threads), arguments.precision);
  check_writable(arguments.out);
  saved_format(arguments.out, arguments.f16);
  TrainingJob job(arguments, std::move(devices));
  catch_interrupts();
  job.run([] { return interrupted.load(); });
}

}  // namespace

void add_train(CLI::App& app) {
  CLI::App* command = app.add_subcommand("train", "Train a network from a config file");
  const auto arguments = std::make_shared<TrainArguments>();
  command->add_option("config", arguments->config, "Model, optimizer and data, in Keras's words (JSON)")
      ->required();
  command
      ->add_option("--data", arguments->data,
                   "Folder of CIFAR-10, CSV files or pictures by class; or a CSV file")
      ->required();
  command
      ->add_option("--out", arguments->out,
                   "Model file to write (.safetensors or .keras); replaced where it is there")
      ->required();
  command->add_option("--seed", arguments->seed, "In place of the config's fit.seed");
  command->add_option("--epochs", arguments->epochs, "In place of the config's fit.epochs")
      ->check(CLI::Range(1, 1'000'000));
  command->add_option("--log", arguments->log,
                      "File that gets one JSON line an epoch; continued where it is there");
  command->add_option("--threads", arguments->threads, "Default: all cores; the result is the same")
      ->check(CLI::Range(1, 1024));
  add_device_option(*command, arguments->device);
  add_precision_option(*command, arguments->precision);
  command->add_option("--gpus", arguments->gpus, "With --device cuda: how many share each batch")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  add_large_option(*command, arguments->large);
  command->add_flag("--f16", arguments->f16, "Store the weights in 16 bits: half the size");
  command->add_flag("--json", arguments->json, "Print one JSON object when done");
  command->callback([arguments] { train(*arguments); });
}

}  // namespace lapis::native
