#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "lapis/io/safetensors.h"

namespace lapis::native {

/// An HDF5 file in memory, as h5py writes them. `groups`: path and attribute `name` of each group, which are
/// made with all above them; `data_sets`: F32, at their paths, uncompressed. Throws Error.
std::vector<std::byte> write_hdf5(const std::map<std::string, std::string>& groups,
                                  std::span<const TensorView> data_sets);

}  // namespace lapis::native
