#pragma once

#include "lapis/ops/backend.h"

namespace lapis_test {

/// Experiment `number` (1 to 25) of the source document, full-size: outputs, loss, gradients and the losses
/// of ten steps with SGD and with Adam against Keras's (architectures.safetensors); prints the largest
/// differences.
void check_experiment(int number, lapis::Backend& backend);

}  // namespace lapis_test
