#pragma once

#include "golden/golden_file.h"
#include "lapis/model/model.h"

namespace lapis_test {

/// What issue and README promise.
inline constexpr double kProbabilities = 1e-6;
inline constexpr double kLoss = 1e-6;
inline constexpr double kGradients = 1e-5;  // of each tensor's largest value

/// How a golden file spells its tensors: "weight/" + group + path, "grad/" + group + path + suffix, "prob" +
/// suffix, "loss" + suffix.
struct GoldenNames {
  std::string group;   // "sequential/"
  std::string suffix;  // "/f64"
};

/// The network of a Keras config with the file's weights.
lapis::Model golden_model(const std::string& config, const GoldenFile& golden, const GoldenNames& names);

/// Probabilities (predicting and training), loss, and every gradient against Keras's in float64; prints the
/// largest differences.
void check_golden_model(const std::string& name, const lapis::Model& model, const GoldenFile& golden,
                        const GoldenNames& names, lapis::Backend& backend);

}  // namespace lapis_test
