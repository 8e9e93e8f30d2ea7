#pragma once

#include <string>

#include "golden/check_answers.h"
#include "golden/golden_file.h"
#include "lapis/io/json.h"

namespace lapis_test {

/// The network `name` of a golden file whose metadata entry says `layers`, `input_shape` and, where it is not
/// 1, `weight_scale`; its weights are drawn.
lapis::Model drawn_model(const std::string& name, const lapis::Json& entry);

/// Its inputs and labels: `x_shape`, `mask_value`, `compile`, `training` of the entry, and the tensors
/// NAME/label and NAME/ids or NAME/masked; inputs that stand in none are drawn.
Question read_question(const std::string& name, const lapis::Json& entry, const GoldenFile& golden);

/// Largest difference of outputs: of probabilities as it is, of other outputs by the largest.
double output_difference(const Answers& answers, const std::vector<double>& expected);

}  // namespace lapis_test
