#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lapis/io/json.h"
#include "lapis/layers/layer.h"

/// Which Keras wrote a config, and what its words mean. The table is in tests/golden/README.md.
namespace lapis {

/// `keras_version`: "3.15.1", "2.2.4-tf"; empty or strange: the Keras that this library equals. Throws Error
/// for Keras 1, whose layers have other names and settings.
KerasRules keras_rules(std::string_view keras_version);

/// Before Keras 2.4 the masked steps of a Bidirectional that returns sequences were zeros in TensorFlow's
/// Keras and the step before in the other, and files do not tell them apart. Throws Error where such steps
/// reach anything but recurrent layers, which skip them.
void refuse_unclear_masked_steps(std::string_view keras_version, const std::vector<LayerPtr>& layers);

/// For a file that does not say which Keras wrote it: "2" or "3", by how its config looks. Throws Error where
/// both are possible and would give different results.
std::string_view keras_version_by_looks(const Json& config);

}  // namespace lapis
