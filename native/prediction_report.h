#pragma once

#include <string>
#include <vector>

#include "lapis/io/compiled_loss.h"
#include "samples.h"

/// What `lapis predict` prints and writes.
namespace lapis::native {

/// What the network made of the samples.
struct Predictions {
  OutputMeaning meaning;
  /// Names of the answer's numbers; empty where they are values of no class.
  std::vector<std::string> labels;
  Shape shape;          // of one sample's output
  std::vector<Real> y;  // [answered, shape]
};

/// One JSON object. `predictions` has one entry for each sample, in their order: `label`, and by the meaning
/// `probabilities` (with `scores` where they were made of the network's raw outputs) or `values`; for several
/// sigmoids also `labels`, those above one half. Outputs of more axes are nested lists, without a label. A
/// sample that could not be read has `error` alone.
void print_json_predictions(const Samples& samples, const Predictions& predictions, bool are_images);

void print_predictions(const Samples& samples, const Predictions& predictions);

/// The raw outputs of all samples as the tensor "output" [samples, shape] of a .safetensors; NaN where a
/// sample could not be read. Throws Error, beginning with the path.
void write_predictions(const std::string& path, const Samples& samples, const Predictions& predictions);

}  // namespace lapis::native
