// `lapis predict`: what a model makes of pictures, texts or tensors.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "commands.h"
#include "common.h"
#include "console.h"
#include "device.h"
#include "file.h"
#include "lapis/core/error.h"
#include "prediction_report.h"
#include "predictor.h"
#include "progress.h"
#include "samples.h"

namespace lapis::native {
namespace {

struct Options {
  Additions additions;
  SampleSources sources;
  std::string output;
  int threads = 0;
  Device device = Device::cpu;
  bool json = false;
};

void check_output_name(const std::string& path) {
  if (path.empty()) return;
  if (!path.ends_with(".safetensors")) fail(path, ": --output is a .safetensors: give it that ending");
  check_writable(path);
}

/// A text for each of millions of values would be gigabytes.
void check_outputs(const Options& options, const ModelFile& file) {
  constexpr Index kMostOutputs = 100'000;
  const Index outputs = file.model.output_shape()[-1];
  if (options.output.empty() && file.labels.empty() && outputs > kMostOutputs)
    fail(options.sources.model, ": puts out ", outputs, " values a row, at most ", kMostOutputs,
         " are shown: --output FILE.safetensors writes them all");
}

void print(const Options& options, const Samples& samples, const Predictions& predictions) {
  if (options.output.empty()) {
    if (options.json) return print_json_predictions(samples, predictions, !options.sources.images.empty());
    return print_predictions(samples, predictions);
  }
  write_predictions(options.output, samples, predictions);
  const Shape shape = with_batch_in_front(static_cast<Index>(samples.all.size()), predictions.shape);
  if (options.json) {
    print_json(Json::Object{{"file", to_utf8(options.output)},
                            {"output", output_json(predictions.meaning, predictions.shape)},
                            {"samples", static_cast<std::int64_t>(samples.all.size())}});
  } else {
    std::printf("%s: tensor \"output\" %s\n", one_line(options.output).c_str(), shape.to_string().c_str());
  }
}

/// A line for each sample that could not be read, after the answers. Throws where there is one: WorkFailed,
/// or Error where none could be.
void complain_of_failed(const Samples& samples) {
  const Index failed = static_cast<Index>(samples.all.size()) - samples.answered();
  if (failed == 0) return;
  if (samples.all.size() == 1) fail(samples.all[0].error);
  std::fflush(stdout);
  for (const Sample& sample : samples.all)
    if (!sample.error.empty()) std::fprintf(stderr, "lapis: %s\n", one_line(sample.error).c_str());
  if (samples.answered() == 0) fail("predict: none of ", failed, " inputs can be read");
  throw WorkFailed("predict: " + std::to_string(failed) + " of " + std::to_string(samples.all.size()) +
                   " inputs cannot be read, the others are answered");
}

void predict(const Options& options) {
  const SampleSources& sources = options.sources;
  const int given = (sources.images.empty() ? 0 : 1) + (sources.input.empty() ? 0 : 1) +
                    (sources.texts.empty() && sources.text_file.empty() ? 0 : 1);
  if (given != 1) fail("predict: give one of --image, --text (or --text-file) and --input");
  check_output_name(options.output);
  const ModelFile file = load_model(sources.model, options.additions);
  check_outputs(options, file);
  Predictions predictions{.meaning = meaning_of(file), .labels = {}, .shape = {}, .y = {}};
  if (options.output.empty()) predictions.labels = answer_names(file);
  const Samples samples = read_samples(sources, file);
  if (samples.answered() > 0) {
    Predictor predictor(file.model, samples.shape, samples.answered(),
                        make_backend(options.device, thread_count(options.threads)));
    Progress progress("predicting", static_cast<long>(samples.answered()));
    predictions.y =
        predictor.predict(samples.x, [&](Index done) { progress.update(static_cast<long>(done)); });
    predictions.shape = predictor.output_shape();
    progress.clear();
    print(options, samples, predictions);
  }
  complain_of_failed(samples);
}

}  // namespace

void add_predict(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "predict", "What a network makes of pictures, texts or tensors: probabilities or values");
  const auto options = std::make_shared<Options>();
  SampleSources& sources = options->sources;
  command->add_option("model", sources.model, "Model file (.safetensors, .keras or .h5)")->required();
  add_options(*command, options->additions);
  command->add_option("--image", sources.images, "Picture files (PNG, JPEG, BMP, GIF, PNM)");
  command->add_option("--text", sources.texts, "Texts, each in quotes");
  command->add_option("--text-file", sources.text_file, "File with one text a line; - for standard input");
  command->add_option(
      "--input", sources.input,
      "Tensors (.safetensors): [n, ...] numbers as the network reads them, or bytes [n, height, width, "
      "channels] of pictures");
  command->add_option("--tensor", sources.tensor,
                      "Name of the tensor in --input; default: \"input\" or the only one");
  command->add_option("--output", options->output,
                      "File (.safetensors) for the raw outputs, tensor \"output\" [n, ...], instead of text");
  command->add_option("--threads", options->threads, "Default: all cores")->check(CLI::Range(1, 1024));
  add_device_option(*command, options->device);
  add_large_option(*command, sources.large);
  command->add_flag("--json", options->json, "Print one JSON object");
  command->callback([options] { predict(*options); });
}

}  // namespace lapis::native
