#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "lapis/input/image.h"
#include "lapis/input/text.h"
#include "lapis/model/model.h"

/// This library's own model file: one safetensors with the weights, named by their paths ("conv2d_1/kernel"),
/// and in its `__metadata__`
///     format          "lapis"
///     format_version  "1"
///     config          the model as a Keras 3 Sequential config (JSON)
///     input           how pixels or text become the input (JSON): InputSpec below
///     labels          names of the classes (JSON list); may be left out
///     loss            what it was compiled with (JSON, as Keras writes a loss); may be left out: then the
///                     config in `training` says it
///     training        how it was trained (JSON object); may be left out
///     metrics         measured numbers (JSON object); may be left out
/// plus `selftest/input` and `selftest/output`: what the network put out when it was written. It is run again
/// whenever the file is read.
namespace lapis {

/// The network takes numbers as they are.
struct TensorInput {
  bool operator==(const TensorInput&) const = default;
};

/// How what people have becomes what the network reads. JSON: `{"kind": "image", "width": 32, ...}`.
using InputSpec = std::variant<TensorInput, ImageInput, TextInput>;

/// "tensor", "image", "text".
std::string_view input_kind(const InputSpec& input);

/// How weights are stored; in memory they are Reals.
enum class Precision { f32, f16 };

struct ModelFile {
  Model model;
  InputSpec input = TensorInput{};
  /// One for each value of the output; of a single output one or both classes' (OutputMeaning: binary); or
  /// none.
  std::vector<std::string> labels = {};
  std::string training = {};  // JSON object; or empty
  std::map<std::string, double> metrics = {};
  /// What it was compiled with, as Keras writes a loss in JSON, also one that this library does not have; or
  /// empty. io/compiled_loss.h reads it.
  std::string loss = {};
};

/// A self-test value may be off by this much: what other processors and the order of sums make, and far below
/// what a damaged weight makes.
inline constexpr double kSelfTestTolerance = 1e-4;

/// Validates everything before memory is taken for the model, then runs the self-test on one thread. Throws
/// Error.
ModelFile read_model(std::span<const std::byte> file);

/// The self-test's input is made here (for pictures and texts the hard cases: all black, all white, all
/// padding, unknown words); its output comes from the weights as stored. Throws Error where the parts do not
/// fit together or a weight is not finite or, for F16, beyond 65504.
std::vector<std::byte> write_model(const ModelFile& file, Precision precision = Precision::f32);

/// JSON of an input pipeline, as in the file; also part of a training config.
std::string input_to_json(const InputSpec& input);
InputSpec input_from_json(std::string_view json);

}  // namespace lapis
