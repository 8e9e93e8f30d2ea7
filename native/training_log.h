#pragma once

#include <string>

#include "file.h"
#include "lapis/core/real.h"
#include "lapis/train/trainer.h"

namespace lapis::native {

/// The file of `lapis train --log`: a JSON line an epoch. A log that is there already is continued; the
/// member "run" of each line counts the trainings in it, from 1.
class TrainingLog {
 public:
  /// Throws Error, beginning with the path, where the file cannot be written or holds something else.
  explicit TrainingLog(const std::string& path);

  /// Throws Error where the line cannot be written.
  void write(const EpochRecord& record);

 private:
  std::int64_t run_;
  LineWriter lines_;
};

}  // namespace lapis::native
