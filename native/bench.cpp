// `lapis bench`: how fast a model predicts or trains here.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <memory>
#include <numeric>
#include <string>

#include "commands.h"
#include "common.h"
#include "console.h"
#include "lapis/core/error.h"
#include "lapis/core/random.h"
#include "lapis/train/trainer.h"
#include "progress.h"

namespace lapis::native {
namespace {

constexpr int kWarmUps = 3;
constexpr std::size_t kFewestRuns = 5;

struct Options {
  std::string model;
  Index batch = 1;
  int threads = 1;
  double seconds = 2;
  bool train = false;
  bool json = false;
};

struct Timing {
  std::size_t runs = 0;
  double median = 0, p95 = 0;  // seconds
};

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

Timing measure(const std::function<void()>& run, double seconds) {
  for (int i = 0; i < kWarmUps; ++i) run();
  std::vector<double> times;
  Progress progress("measuring", 1000);
  const double start = now();
  for (double before = start; times.size() < kFewestRuns || before - start < seconds;) {
    run();
    const double after = now();
    times.push_back(after - before);
    progress.update(static_cast<long>(1000 * (after - start) / seconds));
    before = now();
  }
  std::sort(times.begin(), times.end());
  return {times.size(), times[times.size() / 2], times[std::min(times.size() - 1, times.size() * 95 / 100)]};
}

/// Inputs as the network may get them: ids of words, or numbers in [0, 1).
std::vector<Real> make_input(const ModelFile& file, Index count) {
  const auto* text = std::get_if<TextInput>(&file.input);
  const RandomStream random(1, 1);
  std::vector<Real> x(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] = text == nullptr
               ? static_cast<Real>(random.uniform(i))
               : static_cast<Real>(random.below(i, static_cast<std::uint64_t>(text->vocabulary.size())));
  }
  return x;
}

Timing bench_predict(const Options& options, const ModelFile& file, Backend& backend, const Shape& x) {
  Workspace workspace(file.model, backend, x, Mode::predict);
  const std::vector<Real> values = make_input(file, x.size());
  return measure(
      [&] {
        backend.upload(values.data(), workspace.input(options.batch).data, values.size() * sizeof(Real));
        workspace.run(options.batch);
      },
      options.seconds);
}

Timing bench_train(const Options& options, ModelFile& file, Backend& backend, const Shape& x) {
  std::vector<Index> labels(static_cast<std::size_t>(options.batch));
  const Index classes = file.model.output_shape()[-1];
  for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = static_cast<Index>(i) % classes;
  const TensorDataset data(x.without_batch(), make_input(file, x.size()), labels);
  TrainOptions train;
  train.batch_size = options.batch;
  train.loss.from_logits = !file.model.ends_in_softmax();
  Trainer trainer(file.model, backend, train, data);
  std::vector<Index> samples(labels.size());
  std::iota(samples.begin(), samples.end(), Index{0});
  return measure([&] { trainer.train_step(samples); }, options.seconds);
}

void bench(const Options& options) {
  ModelFile file = load_model(options.model);
  const Shape x = with_batch_in_front(options.batch, sample_shape(file));
  if (!x.is_known()) fail(options.model, ": takes ", file.model.input_shape(), ": no size to measure with");
  const std::unique_ptr<Backend> backend = make_cpu_backend(options.threads);
  const Timing timing =
      options.train ? bench_train(options, file, *backend, x) : bench_predict(options, file, *backend, x);
  // A training step multiplies thrice: forward, gradient of the input, gradient of the weights.
  const double flop = 2 * file.model.macs(x) * (options.train ? 3 : 1);
  const double samples_per_second = static_cast<double>(options.batch) / timing.median;
  const double gflops = flop / timing.median * 1e-9;
  if (options.json) {
    print_json(Json::Object{{"mode", options.train ? "train" : "predict"},
                            {"batch", std::int64_t{options.batch}},
                            {"threads", options.threads},
                            {"runs", static_cast<std::int64_t>(timing.runs)},
                            {"median_ms", timing.median * 1e3},
                            {"p95_ms", timing.p95 * 1e3},
                            {"samples_per_second", samples_per_second},
                            {"gflops", gflops}});
    return;
  }
  std::printf("%s: %s, batch %td, %d %s\n\n", file.model.name().c_str(),
              options.train ? "training step" : "prediction", options.batch, options.threads,
              options.threads == 1 ? "thread" : "threads");
  std::printf(
      "  median   %.3f ms (95 %% of %zu runs within %.3f ms)\n  samples  %s a second\n  speed    %.1f "
      "GFLOP/s\n",
      timing.median * 1e3, timing.runs, timing.p95 * 1e3, format_count(samples_per_second).c_str(), gflops);
}

}  // namespace

void add_bench(CLI::App& app) {
  CLI::App* command = app.add_subcommand("bench", "Time of a prediction or training step");
  const auto options = std::make_shared<Options>();
  command->add_option("model", options->model, "Model file (.safetensors, .keras or .h5)")->required();
  command->add_option("--batch", options->batch, "Samples at once")
      ->check(CLI::Range(1, 65536))
      ->capture_default_str();
  command->add_option("--threads", options->threads, "Threads")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  command->add_option("--seconds", options->seconds, "How long to measure")
      ->check(CLI::Range(0.0, 600.0))
      ->capture_default_str();
  command->add_flag("--train", options->train, "Training steps instead of predictions");
  command->add_flag("--json", options->json, "Print one JSON object");
  command->callback([options] { bench(*options); });
}

}  // namespace lapis::native
