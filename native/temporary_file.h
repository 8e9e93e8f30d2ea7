#pragma once

#include <sys/types.h>

#include <string>

#include "descriptor.h"

namespace lapis::native {

/// What a temporary file for `target` is called, where it has a name.
std::string temporary_name(const std::string& target);

/// A file that is written beside `target` and then takes its place. It has no name while it is written
/// (O_TMPFILE), so that nothing of it stays when the program is killed. Where the file system has no such
/// files, or in the moment before it replaces an old target, it is called ".lapis-NUMBER.tmp", the same for
/// every save of this target: the next one removes what a killed program left.
class TemporaryFile {
 public:
  /// Throws Error, beginning with `path` (the target as the user wrote it), where the folder takes no file.
  /// `with_name`: as on a file system that knows no files without one.
  TemporaryFile(const std::string& path, std::string target, bool with_name = false);
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  int descriptor() const { return file_.get(); }
  /// Gives it `mode`, flushes it to the disk and puts it in the target's place. False where that fails; errno
  /// says why.
  bool put_in_place(mode_t mode);

 private:
  bool open_without_name();
  void open_with_name(const std::string& path);
  bool give_name();

  std::string target_;
  std::string name_;  // of the temporary file, where it has one
  Descriptor file_;
  bool has_name_ = false;
};

}  // namespace lapis::native
