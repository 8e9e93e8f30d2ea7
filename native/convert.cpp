// `lapis convert`: a model file of Keras, or of this library, to a model file of this library.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "commands.h"
#include "common.h"
#include "console.h"
#include "file.h"
#include "lapis/core/error.h"

namespace lapis::native {
namespace {

constexpr std::size_t kMaxLabelsBytes = std::size_t{1} << 20;

struct Options {
  std::string in, out, labels;
  bool f16 = false;
  bool json = false;
};

void convert(const Options& options) {
  ModelFile file = load_model(options.in);
  if (!options.labels.empty()) {
    file.labels = split_lines(read_text_file(options.labels, kMaxLabelsBytes));
    if (file.labels.empty()) fail(options.labels, ": the file is empty, expected one label a line");
  }
  std::vector<std::byte> bytes;
  try {
    bytes = write_model(file, options.f16 ? Precision::f16 : Precision::f32);
  } catch (const Error& error) {
    throw error.inside(options.labels.empty() ? options.in : options.labels);
  }
  write_file_atomically(options.out, bytes);
  if (options.json) {
    print_json(
        Json::Object{{"model", to_utf8(options.out)}, {"bytes", static_cast<std::int64_t>(bytes.size())}});
  } else {
    std::printf("%s: %s parameters, %s\n", one_line(options.out).c_str(),
                format_count(static_cast<double>(file.model.values().size())).c_str(),
                format_bytes(static_cast<double>(bytes.size())).c_str());
  }
}

}  // namespace

void add_convert(CLI::App& app) {
  CLI::App* command = app.add_subcommand("convert", "Make a model file of this library from one of Keras");
  const auto options = std::make_shared<Options>();
  command->add_option("in", options->in, "Model file (.keras, .h5 or .safetensors)")->required();
  command->add_option("out", options->out, "Model file to write (.safetensors)")->required();
  command->add_option("--labels", options->labels,
                      "Text file with one label a line, in the order of the classes");
  command->add_flag("--f16", options->f16, "Store the weights in 16 bits: half the size");
  command->add_flag("--json", options->json, "Print one JSON object");
  command->callback([options] { convert(*options); });
}

}  // namespace lapis::native
