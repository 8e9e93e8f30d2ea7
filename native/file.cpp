#include "file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "descriptor.h"
#include "lapis/core/error.h"
#include "temporary_file.h"

namespace lapis::native {
namespace {

std::string reason() {
  return std::strerror(errno);
}

/// Reads to the end; `expected` only sizes the first allocation (0 for pipes).
template <class Bytes>
Bytes read_all(int descriptor, const std::string& name, std::size_t expected, std::size_t max_bytes,
               const StartCheck& check_start = {}) {
  Bytes bytes;
  bytes.resize(check_start ? kStartBytes : expected + 1);
  std::size_t filled = 0;
  bool is_checked = !check_start;
  while (true) {
    if (filled == bytes.size() && !is_checked) {
      check_start(std::as_bytes(std::span(bytes)));
      is_checked = true;
      bytes.resize(std::max(filled, expected) + 1);
    }
    if (filled == bytes.size()) bytes.resize(2 * bytes.size() + (std::size_t{1} << 16));
    const ssize_t count = ::read(descriptor, bytes.data() + filled, bytes.size() - filled);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail(name, ": cannot read it: ", reason());
    if (count == 0) break;
    filled += static_cast<std::size_t>(count);
    if (filled > max_bytes) fail(name, ": longer than ", max_bytes, " bytes, the most that is read here");
  }
  bytes.resize(filled);
  return bytes;
}

template <class Bytes>
Bytes read_whole(const std::string& path, std::size_t max_bytes, const StartCheck& check_start = {}) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) fail(path, ": cannot open it: ", reason());
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) fail(path, ": cannot read it: ", reason());
  if (S_ISDIR(info.st_mode)) fail(path, ": is a folder, expected a file");
  const auto size = static_cast<std::size_t>(info.st_size);
  if (size > max_bytes) fail(path, ": ", size, " bytes, at most ", max_bytes, " are read here");
  return read_all<Bytes>(file.get(), path, size, max_bytes, check_start);
}

void write_all(int descriptor, const std::string& path, const void* data, std::size_t size) {
  const char* bytes = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t count = ::write(descriptor, bytes, size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail(path, ": cannot write it: ", reason());
    bytes += count;
    size -= static_cast<std::size_t>(count);
  }
}

std::string folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

/// Where a link leads, so that saving replaces the file and not the link to it.
std::string resolve(const std::string& path) {
  std::error_code error;
  const std::filesystem::path target = std::filesystem::weakly_canonical(path, error);
  return error ? path : target.string();
}

/// rename() lasts through a power cut only when the folder is flushed too. Some file systems cannot: that is
/// no error.
void flush_folder(const std::string& folder) {
  const Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (descriptor.get() >= 0) static_cast<void>(::fsync(descriptor.get()));
}

}  // namespace

std::vector<std::byte> read_file(const std::string& path, std::size_t max_bytes) {
  return read_whole<std::vector<std::byte>>(path, max_bytes);
}

std::vector<std::byte> read_file(const std::string& path, const StartCheck& check_start) {
  return read_whole<std::vector<std::byte>>(path, kMaxFileBytes, check_start);
}

std::string read_text_file(const std::string& path, std::size_t max_bytes) {
  return read_whole<std::string>(path, max_bytes);
}

std::string read_standard_input(std::size_t max_bytes) {
  return read_all<std::string>(STDIN_FILENO, "standard input", 0, max_bytes);
}

void write_file_atomically(const std::string& path, std::span<const std::byte> bytes) {
  if (is_folder(path)) fail(path, ": is a folder, expected a file name");
  if (is_special(path)) {
    Descriptor device(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (device.get() < 0) fail(path, ": cannot open it for writing: ", reason());
    write_all(device.get(), path, bytes.data(), bytes.size());
    if (!device.close()) fail(path, ": cannot write it: ", reason());
    return;
  }
  const std::string target = resolve(path);
  TemporaryFile file(path, target);
  write_all(file.descriptor(), path, bytes.data(), bytes.size());
  // The old file's mode, or what a new file would get.
  struct stat old {};
  const mode_t mask = ::umask(0);
  ::umask(mask);
  const mode_t mode = ::stat(target.c_str(), &old) == 0 ? (old.st_mode & 0777U) : (0666U & ~mask);
  if (!file.put_in_place(mode)) fail(path, ": cannot write it: ", reason());
  flush_folder(folder_of(target));
}

void check_writable(const std::string& path) {
  if (is_folder(path)) fail(path, ": is a folder, expected a file name");
  if (is_special(path)) return;
  const std::string folder = folder_of(resolve(path));
  if (!is_folder(folder)) fail(path, ": the folder ", folder_of(path), " does not exist");
  if (::access(folder.c_str(), W_OK | X_OK) != 0) {
    fail(path, ": cannot write in the folder ", folder_of(path), ": ", reason());
  }
}

LineWriter::LineWriter(const std::string& path)
    : path_(path), file_(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666)) {
  if (file_.get() < 0) fail(path, ": cannot open it for writing: ", reason());
}

void LineWriter::write(const std::string& line) {
  const std::string whole = line + "\n";
  write_all(file_.get(), path_, whole.data(), whole.size());
}

bool is_folder(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

bool is_special(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode);
}

bool exists(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0;
}

}  // namespace lapis::native
