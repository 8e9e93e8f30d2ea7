#pragma once

#include <span>
#include <string>

#include "lapis/io/model_file.h"

/// The containers of Keras: a .keras is a zip (libzip) with JSON, words and an HDF5 file; a legacy .h5 is one
/// HDF5 file (libhdf5). What lies in them becomes a model, and back, in lib/lapis/io/keras_archive.
namespace lapis::native {

/// The bytes begin as a .keras file (a zip) or a legacy .h5 file (HDF5) does.
bool is_keras_file(std::span<const std::byte> bytes);

/// A model that Keras saved, .keras (Keras 3) or whole-model .h5 (Keras 2 and 3), with its weights. Takes at
/// most 1 MiB and kMaxExpansion (zip_file.h) times the file's size. Throws Error.
ModelFile read_keras_file(std::span<const std::byte> bytes);

/// The model as a .keras file that Keras 3.15 loads; `date` is when it was saved, in Keras's form
/// "2026-11-23@18:57:06". Throws Error where Keras has no such layer.
std::vector<std::byte> write_keras_file(const ModelFile& file, const std::string& date);

}  // namespace lapis::native
