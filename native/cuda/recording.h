#pragma once

#include <cstddef>
#include <vector>

#include "device.h"

namespace lapis::cuda {

/// The kernels that one piece of work started, in order, with copies of their arguments. When the work comes
/// again, each start is compared with what stands here: a recorded step whose launches are the same may be
/// started as it is, after those arguments that have changed (a pointer, a learning rate, a dropout's
/// numbers) were put into it.
class Recording {
 public:
  struct Entry {
    Launch launch;
    bool has_changed = false;  // in its arguments, since the last time
    std::vector<std::max_align_t> memory;
    std::vector<std::size_t> sizes;  // of the arguments, in bytes
    std::vector<void*> arguments;    // to them, in memory
  };

  void begin();
  void add(const Launch& launch, void* const* arguments, const std::size_t* sizes, std::size_t count);
  void end();

  /// The launches are those of the last time; only arguments of kernels may have changed.
  bool is_same() const { return is_same_; }
  /// What was begun last was not the whole: the next time nothing is the same.
  void forget() { entries_.clear(); }
  std::vector<Entry>& entries() { return entries_; }

 private:
  std::vector<Entry> entries_;
  std::size_t next_ = 0;
  bool is_same_ = true;
};

}  // namespace lapis::cuda
