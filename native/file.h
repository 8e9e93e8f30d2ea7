#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "descriptor.h"

/// Files: the only place of the command line that opens one for reading or writing whole.
namespace lapis::native {

/// Largest file that `read_file` takes unless told otherwise: 2 GiB.
inline constexpr std::size_t kMaxFileBytes = std::size_t{2} << 30;

/// The whole file. Throws Error, beginning with the path, where it is missing, a folder, unreadable or longer
/// than `max_bytes`.
std::vector<std::byte> read_file(const std::string& path, std::size_t max_bytes = kMaxFileBytes);

/// Sees the first kStartBytes of what is longer than these, before the rest is read, and throws Error where
/// it cannot be what is wanted: a device or a pipe may never end.
using StartCheck = std::function<void(std::span<const std::byte>)>;
inline constexpr std::size_t kStartBytes = std::size_t{1} << 16;
std::vector<std::byte> read_file(const std::string& path, const StartCheck& check_start);

/// The same bytes as numbers from 0 to 255.
inline std::span<const std::uint8_t> as_octets(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
}

/// The file as text. Does not check the encoding.
std::string read_text_file(const std::string& path, std::size_t max_bytes = kMaxFileBytes);

/// All of standard input. Throws Error where it is longer than `max_bytes`.
std::string read_standard_input(std::size_t max_bytes);

/// Puts `bytes` at `path`, all or nothing: they go to a file without a name in the same folder, are flushed
/// to the disk and take the place of `path`. Where any of that fails (full disk, no permission) the old file
/// is as it was, the temporary file is gone and an Error that begins with the path says why.
void write_file_atomically(const std::string& path, std::span<const std::byte> bytes);

/// Throws the Error that `write_file_atomically` would throw for a folder that is missing or not writable, so
/// that a long job fails before it starts and not when it is done.
void check_writable(const std::string& path);

/// A text file that grows by whole lines, each flushed at once (a log that can be followed while a job runs).
class LineWriter {
 public:
  /// Goes on at the end of the file, or makes it. Throws Error.
  explicit LineWriter(const std::string& path);

  /// Adds `line` and a line break. Throws Error.
  void write(const std::string& line);

 private:
  std::string path_;
  Descriptor file_;
};

bool is_folder(const std::string& path);
/// A device, pipe or socket: it cannot be replaced by another file, and must not be.
bool is_special(const std::string& path);
bool exists(const std::string& path);

}  // namespace lapis::native
