#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

struct zip;

namespace lapis::native {

/// Neither a zip's member nor an HDF5 file's data sets may together take more memory than this many times the
/// bytes they are stored in, beyond the first kSmallBytes: Keras writes both uncompressed.
inline constexpr std::size_t kMaxExpansion = 100;
inline constexpr std::size_t kSmallBytes = std::size_t{1} << 20;

/// A zip in memory, read only, through libzip. Opening it checks the names of all members: none twice, none
/// that leads out of a folder it would be unpacked to. Every function throws Error.
class ZipFile {
 public:
  /// `bytes` must outlive it.
  explicit ZipFile(std::span<const std::byte> bytes);
  ~ZipFile();
  ZipFile(const ZipFile&) = delete;
  ZipFile& operator=(const ZipFile&) = delete;

  /// In the order of the file.
  const std::vector<std::string>& names() const { return names_; }
  bool has(const std::string& name) const;
  /// The member's bytes, its checksum compared. At most `max_bytes`, and see kMaxExpansion: it bounds each
  /// member and all that are read together.
  std::vector<std::byte> read(const std::string& name, std::size_t max_bytes);
  /// The same as text, its encoding not checked.
  std::string read_text(const std::string& name, std::size_t max_bytes);

 private:
  zip* archive_ = nullptr;
  std::size_t left_ = 0;  // bytes that may still be read
  std::vector<std::string> names_;
};

/// A zip of uncompressed members, as Keras writes them. Throws Error.
std::vector<std::byte> write_zip(
    const std::vector<std::pair<std::string, std::span<const std::byte>>>& members);

}  // namespace lapis::native
