#pragma once

#include <map>
#include <string>
#include <vector>

#include "lapis/core/error.h"
#include "lapis/io/model_file.h"

/// What a model file says besides network and weights (input, labels, training, metrics): read, written and
/// checked alike whatever container holds it.
namespace lapis {

/// `read()`, with `where` in front of the text of an Error.
template <class Read>
auto inside(const std::string& where, const Read& read) {
  try {
    return read();
  } catch (const Error& error) {
    throw error.inside(where);
  }
}

/// JSON lists and objects; an empty text is none.
std::vector<std::string> read_labels(const std::string& json);
std::string labels_to_json(const std::vector<std::string>& labels);
std::map<std::string, double> read_metrics(const std::string& json);
/// Throws Error for a number that is not finite.
std::string metrics_to_json(const std::map<std::string, double>& metrics);

/// Throw Error where the part does not fit the model, or is no JSON (of the training: an object).
void check_input(const Model& model, const InputSpec& input);
void check_labels(const Model& model, const std::vector<std::string>& labels);
void check_training(const std::string& json);
void check_loss(const std::string& json);

}  // namespace lapis
