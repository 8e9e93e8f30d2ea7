// `lapis convert`: a model file of Keras, or of this library, to one of the other.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <ctime>
#include <memory>
#include <string>

#include "commands.h"
#include "common.h"
#include "console.h"
#include "file.h"
#include "keras_file.h"
#include "lapis/core/error.h"

namespace lapis::native {
namespace {

struct Options {
  std::string in, out;
  Additions additions;
  bool f16 = false;
  bool json = false;
};

/// The time in Keras's form, "2026-11-23@18:57:06".
std::string date_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  localtime_r(&now, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%d@%H:%M:%S", &parts)};
}

/// As the ending of its name says: before anything is read, a name that says nothing is refused.
bool is_keras_name(const Options& options) {
  if (options.out.ends_with(".keras")) {
    if (options.f16) fail("convert: --f16 is for .safetensors, not .keras");
    return true;
  }
  if (options.out.ends_with(".h5"))
    fail(options.out, ": .h5 is not written, Keras 3 reads .keras: give OUT that ending");
  if (!options.out.ends_with(".safetensors"))
    fail(options.out, ": the ending decides the format: expected .safetensors or .keras");
  return false;
}

void convert(const Options& options) {
  const bool to_keras = is_keras_name(options);
  const ModelFile file = load_model(options.in, options.additions);
  std::vector<std::byte> bytes;
  try {
    bytes = to_keras ? write_keras_file(file, date_now())
                     : write_model(file, options.f16 ? Precision::f16 : Precision::f32);
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
