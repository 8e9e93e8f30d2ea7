#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lapis/io/json_reader.h"
#include "lapis/io/model_file.h"
#include "lapis/train/output_meaning.h"

/// The loss that a model was compiled with, as model files keep it.
namespace lapis {

/// Keras's name of a loss, or its `{"class_name", "config"}`. Throws Error, with the path, for one that this
/// library does not have.
LossConfig read_loss(const JsonCursor& value);
/// The same loss as JSON that read_loss and Keras read.
std::string loss_to_json(const LossConfig& loss);

/// JSON of the loss in what Keras saves of compile() (`compile_config`; in an .h5 `training_config`). Empty
/// where there is none. A loss with a weight other than 1 is `{"loss", "loss_weights"}`.
std::string loss_of_compile(const Json& compile);
/// JSON of the loss in a model file's record of its training, which holds the config. Empty where there is
/// none.
std::string loss_of_training(const std::string& training);

/// What ModelFile::loss says.
struct CompiledLoss {
  std::optional<LossConfig> config;  // none: the file says nothing, or something unknown
  /// Why its number is not known: it could not be read, or it was weighted. Empty where it is, or where there
  /// is none.
  std::string unknown;
};
CompiledLoss compiled_loss(const ModelFile& file);

/// The labels, or "0", "1", ... where the file has none. Two for a model with a single output, which tells
/// two classes apart: of one label L they are "not L" and L.
std::vector<std::string> class_names(const ModelFile& file);

/// What the model's outputs are, by its last layer and the loss that the file names.
OutputMeaning meaning_of(const ModelFile& file);

/// An answer speaks for a class: its numbers are probabilities, or values that the file names classes for.
bool speaks_for_class(const ModelFile& file);

/// Names of the numbers of an answer, or of the two classes that a single value tells apart: the class names.
/// Empty where it speaks for no class.
std::vector<std::string> answer_names(const ModelFile& file);

}  // namespace lapis
