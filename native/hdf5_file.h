#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lapis/io/safetensors.h"

namespace lapis::native {

/// An HDF5 file in memory, read only, through libhdf5. Soft and external links, external files and virtual
/// data sets are not followed, and no object may be reached by two paths: a model file brings all that it
/// needs, once. Every function throws Error. libhdf5 can crash on a damaged file: use this inside
/// `run_guarded`.
class Hdf5File {
 public:
  /// Copies `bytes`.
  explicit Hdf5File(std::span<const std::byte> bytes);
  ~Hdf5File();
  Hdf5File(const Hdf5File&) = delete;
  Hdf5File& operator=(const Hdf5File&) = delete;

  /// A group or data set of this path, relative to the root, is there.
  bool exists(const std::string& path) const;

  /// Attribute `name` of a group ("" is the root): its text, or nothing where there is no such attribute.
  std::optional<std::string> text_attribute(const std::string& group, const std::string& name) const;
  /// The same for a list of texts. Keras splits a long list into name0, name1, ...: put together again here.
  std::vector<std::string> texts_attribute(const std::string& group, const std::string& name) const;

  /// Paths of all data sets below `group` ("": all), in order of their names; not what is below `without`,
  /// a path.
  std::vector<std::string> data_sets(const std::string& group, const std::string& without = {}) const;

  /// Element type and shape of a data set, without its bytes; its name is the path. Refused: anything but
  /// numbers, filters other than gzip, shuffle and Fletcher's checksum, values that lie elsewhere or nowhere.
  TensorView describe(const std::string& path) const;
  /// The bytes of a described data set, row-major and little-endian.
  std::vector<std::byte> read(const TensorView& described) const;

 private:
  std::int64_t file_ = -1;
};

}  // namespace lapis::native
