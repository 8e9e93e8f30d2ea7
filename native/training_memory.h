#pragma once

#include "lapis/io/train_config.h"
#include "lapis/model/model.h"

/// A training config of a few lines can ask for terabytes: what it takes is said before memory is.
namespace lapis::native {

/// Throws Error where training so many parameters takes more memory than kMostTrainingBytes: weights and
/// gradients, what the optimizer keeps, the best weights, and what is written when they are saved.
void check_parameter_memory(Index parameters, const OptimizerConfig& optimizer);

/// The same for what a batch of shape `x` takes while the model trains on it.
void check_batch_memory(const Model& model, const Backend& backend, const Shape& x);

inline constexpr double kMostTrainingBytes = 4e9;

}  // namespace lapis::native
