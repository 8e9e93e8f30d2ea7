#pragma once

#include <span>

#include "lapis/io/model_file.h"

namespace lapis::native {

/// The bytes begin as a .keras file (a zip) or a legacy .h5 file (HDF5) does.
bool is_keras_file(std::span<const std::byte> bytes);

/// A model that Keras saved, .keras (Keras 3) or whole-model .h5 (Keras 2 and 3), with its weights. It brings
/// neither labels nor an input pipeline. Throws Error.
ModelFile read_keras_file(std::span<const std::byte> bytes);

}  // namespace lapis::native
