#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lapis/core/shape.h"

namespace lapis::native {

/// An HDF5 file in memory, read only, through libhdf5. Soft and external links, external files and virtual
/// data sets are not followed: a model file brings all that it needs. Every function throws Error.
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

  /// Shape of a data set; at most Shape::kMaxRank sizes.
  Shape shape(const std::string& path) const;
  /// Its values, converted to float; it must hold floating-point numbers. As many as its shape has.
  std::vector<float> values(const std::string& path) const;

 private:
  std::int64_t file_ = -1;
};

}  // namespace lapis::native
