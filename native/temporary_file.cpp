#include "temporary_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "lapis/core/error.h"

namespace lapis::native {
namespace {

/// Two programs may save the same target at once: each tries again where the other was faster.
constexpr int kTries = 100;

/// Where an open file can be found while it has no name.
std::string path_of(int descriptor) {
  return "/proc/self/fd/" + std::to_string(descriptor);
}

bool link_as(int descriptor, const std::string& name) {
  return ::linkat(AT_FDCWD, path_of(descriptor).c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) == 0;
}

/// The name still leads to this open file, and not to another one that has taken its place.
bool is_called(int descriptor, const std::string& name) {
  struct stat open {};
  struct stat named {};
  return ::fstat(descriptor, &open) == 0 && ::stat(name.c_str(), &named) == 0 &&
         open.st_ino == named.st_ino && open.st_dev == named.st_dev;
}

}  // namespace

std::string temporary_name(const std::string& target) {
  const std::filesystem::path path = target;
  std::uint64_t hash = 0xcbf29ce484222325U;  // FNV-1a: short, whatever the target is called
  for (const char c : path.filename().string())
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  char name[40];
  std::snprintf(name, sizeof name, ".lapis-%016llx.tmp", static_cast<unsigned long long>(hash));
  return (path.parent_path() / name).string();
}

TemporaryFile::TemporaryFile(const std::string& path, std::string target, bool with_name)
    : target_(std::move(target)), name_(temporary_name(target_)), file_(-1) {
  if (with_name || !open_without_name()) open_with_name(path);
}

TemporaryFile::~TemporaryFile() {
  if (has_name_) ::unlink(name_.c_str());
}

bool TemporaryFile::open_without_name() {
  const std::string folder = std::filesystem::path(name_).parent_path().string();
  file_.reset(::open(folder.empty() ? "." : folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (file_.get() < 0) return false;
  // Without /proc it could not get a name later.
  if (::access(path_of(file_.get()).c_str(), F_OK) != 0) return false;
  ::unlink(name_.c_str());  // left by a program that was killed
  return true;
}

void TemporaryFile::open_with_name(const std::string& path) {
  for (int attempt = 0; attempt < kTries; ++attempt) {
    file_.reset(::open(name_.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (file_.get() < 0) {
      const char* const why = std::strerror(errno);
      const std::string folder = std::filesystem::path(path).parent_path().string();
      fail(path, ": cannot write in the folder ", folder.empty() ? "." : folder, ": ", why);
    }
    // The lock ends with the program that holds it: what has none was left by one that was killed.
    if (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
      fail(path, ": another program is writing it");
    if (!is_called(file_.get(), name_)) continue;
    has_name_ = true;
    if (::ftruncate(file_.get(), 0) != 0) fail(path, ": cannot write it: ", std::strerror(errno));
    return;
  }
  fail(path, ": another program is writing it");
}

bool TemporaryFile::put_in_place(mode_t mode) {
  if (::fchmod(file_.get(), mode) != 0 || ::fsync(file_.get()) != 0) return false;
  for (int attempt = 0; attempt < kTries; ++attempt) {
    if (!has_name_ && link_as(file_.get(), target_)) return true;  // there was no old file
    if (!has_name_ && errno != EEXIST) return false;
    if (!has_name_ && !give_name()) return false;
    if (::rename(name_.c_str(), target_.c_str()) == 0) {
      has_name_ = false;
      return true;
    }
    if (errno != ENOENT) return false;
    has_name_ = false;  // another program took the name away
  }
  return false;
}

bool TemporaryFile::give_name() {
  for (int attempt = 0; attempt < kTries; ++attempt) {
    if (link_as(file_.get(), name_)) return has_name_ = true;
    if (errno != EEXIST) return false;
    ::unlink(name_.c_str());
  }
  return false;
}

}  // namespace lapis::native
