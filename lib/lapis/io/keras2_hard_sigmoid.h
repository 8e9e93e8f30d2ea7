#pragma once

#include <span>
#include <vector>

#include "lapis/core/real.h"
#include "lapis/io/json.h"

/// Keras 3 has no function like Keras 2's hard_sigmoid, clip(0.2 z + 0.5, 0, 1), but its own takes 1.2 z to
/// the same value: clip(1.2 z / 6 + 0.5, 0, 1). So a layer is written with its own, and what makes z is
/// multiplied.
namespace lapis {

inline constexpr Real kKeras2HardSigmoid = Real(1.2);

/// What to multiply a layer's variables by: one factor for each gate, which are equal parts of the last axis.
/// Empty: they stay as they are.
using GateFactors = std::vector<Real>;

/// Renames the function in a layer's config and in those inside it. Gives the factors for the layer's
/// variables; of a Bidirectional first those of the forward layer, then those of the backward layer. Throws
/// Error, naming the layer, where nothing makes z that could be multiplied (LSTM's `activation`).
std::vector<GateFactors> rename_keras2_hard_sigmoid(Json& layer);

/// `values`: a variable whose last axis has `columns`.
void multiply_gates(std::span<Real> values, Index columns, const GateFactors& factors);

}  // namespace lapis
