// `lapis convert`: a model file of Keras, or of this library, to one of the other.

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

struct Options {
  std::string in, out;
  Additions additions;
  bool f16 = false;
  bool json = false;
};

void convert(const Options& options) {
  const SavedFormat format = saved_format(options.out, options.f16);
  const ModelFile file = load_model(options.in, options.additions);
  std::vector<std::byte> bytes;
  try {
    bytes = model_bytes(file, format);
  } catch (const Error& error) {
    throw error.inside(options.in);
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
  CLI::App* command =
      app.add_subcommand("convert", "Make a model file of this library from one of Keras, or the reverse");
  const auto options = std::make_shared<Options>();
  command->add_option("in", options->in, "Model file (.keras, .h5 or .safetensors)")->required();
  command->add_option("out", options->out, "Model file to write (.safetensors or .keras)")->required();
  add_options(*command, options->additions);
  command->add_flag("--f16", options->f16, "Store the weights in 16 bits: half the size");
  command->add_flag("--json", options->json, "Print one JSON object");
  command->callback([options] { convert(*options); });
}

}  // namespace lapis::native
