#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "lapis/io/compiled_loss.h"
#include "lapis/io/json.h"
#include "lapis/io/model_file.h"

/// What several subcommands do alike.
namespace lapis::native {

/// Reads and validates a model file: this library's own, .keras or .h5, told apart by their first bytes.
/// Throws Error, beginning with the path.
ModelFile load_model(const std::string& path);

/// What a file of Keras does not say, from files of one's own: the command line's `--pipeline` and
/// `--labels`.
struct Additions {
  std::string pipeline;  // path of a JSON file, as input_to_json writes it; empty: as the model file says
  std::string labels;    // path of a text with one label a line; empty: as the model file says
};
void add_options(CLI::App& command, Additions& additions);

/// load_model with these put in place of the file's own. Throws Error where they do not fit the network.
ModelFile load_model(const std::string& path, const Additions& additions);

/// How a model file is written.
struct SavedFormat {
  bool is_keras = false;  // a .keras; else a .safetensors
  Precision precision = Precision::f32;
};
/// As the ending of the file's name says; `f16` is for .safetensors alone. Throws Error, beginning with the
/// path, for another ending, so that a name that says nothing is refused before any work.
SavedFormat saved_format(const std::string& path, bool f16);

/// The bytes of a model file. Throws Error for what the format has no place for.
std::vector<std::byte> model_bytes(const ModelFile& file, const SavedFormat& format);

/// Saves all or nothing. Throws Error, beginning with the path.
void save_model(const std::string& path, const ModelFile& file, const SavedFormat& format);

/// `asked`, or as many as the machine has where it is 0.
int thread_count(int asked);

/// The shape of one sample, without the batch, as the input pipeline makes it; else as the model says, where
/// a size may be kUnknown.
Shape sample_shape(const ModelFile& file);

/// `sample` with `batch` in front.
Shape with_batch_in_front(Index batch, const Shape& sample);

/// The option `--large`: nothing is refused for the work or memory that it takes.
void add_large_option(CLI::App& command, bool& large);

/// Throws Error where running the model on `x`, batch first, takes more work or memory than goes with its own
/// size and `given_bytes` of input (lapis/model/cost.h); never with `large`.
void check_affordable(const Model& model, const Shape& x, double given_bytes, bool large);

/// Lines without their ends; a last line that is empty is none.
std::vector<std::string> split_lines(const std::string& text);

/// What a network puts out, for JSON: {"kind", "applied", "shape"}, by OutputMeaning; `applied` is null,
/// "softmax" or "sigmoid". `shape`: of one sample.
Json output_json(const OutputMeaning& meaning, const Shape& shape);

/// One line on standard output.
void print_json(const Json& json);

/// For JSON output of names that may be any bytes: what is not UTF-8 becomes "?".
std::string to_utf8(const std::string& text);

/// Sizes as a JSON list; null for one that is unknown.
Json to_json(const Shape& shape);
Json to_json(const std::vector<std::string>& texts);

}  // namespace lapis::native
