#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

/// Zip and HDF5 files in memory, whole, odd and hostile, made with the same libraries that read them.
namespace lapis_test {

using Bytes = std::vector<std::byte>;

Bytes bytes_of(const std::string& text);

/// Members as they are given, whatever they are called; deflated or stored.
Bytes zip_bytes(const std::vector<std::pair<std::string, Bytes>>& members, bool deflated = false);

/// `bytes` with every `from` replaced by `to`, which is as long.
Bytes patched(Bytes bytes, const std::string& from, const std::string& to);

class Hdf5Builder {
 public:
  enum class Type { f16, f32, f32_big_endian, f64, i32, text };
  enum class Storage { contiguous, compact, gzip, lzf, szip, external_file, virtual_set, never_written };

  Hdf5Builder();
  ~Hdf5Builder();
  Hdf5Builder(const Hdf5Builder&) = delete;
  Hdf5Builder& operator=(const Hdf5Builder&) = delete;

  /// With all groups above it.
  Hdf5Builder& group(const std::string& path);
  /// `values` may be shorter than the shape: the rest is zero.
  Hdf5Builder& data(const std::string& path, const std::vector<std::uint64_t>& shape,
                    const std::vector<float>& values, Type type = Type::f32,
                    Storage storage = Storage::contiguous);
  Hdf5Builder& text(const std::string& object, const std::string& name, const std::string& value);
  Hdf5Builder& texts(const std::string& object, const std::string& name,
                     const std::vector<std::string>& values);
  Hdf5Builder& soft_link(const std::string& path, const std::string& target);
  Hdf5Builder& external_link(const std::string& path, const std::string& file, const std::string& target);
  Hdf5Builder& hard_link(const std::string& path, const std::string& target);

  Bytes bytes();

 private:
  std::int64_t file_ = -1;
};

}  // namespace lapis_test
