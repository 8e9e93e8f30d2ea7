#pragma once

#include <cstddef>
#include <map>

namespace lapis::cuda {

/// What stands for GPUs' memory in tests: addresses that only kernels may touch. Everything else that does
/// so, as no host code could with a GPU's memory, ends the test with a signal. Freed blocks are used again.
class DeviceArena {
 public:
  DeviceArena();
  ~DeviceArena();
  DeviceArena(const DeviceArena&) = delete;
  DeviceArena& operator=(const DeviceArena&) = delete;

  /// New memory, NaN in every Real.
  void* take(std::size_t bytes);
  void give_back(void* memory);
  /// While a kernel or a copy runs.
  void allow(bool access);
  bool contains(const void* address) const;
  bool is_block(const void* memory) const;
  /// Throws Error where these bytes are not inside one block.
  void check(const void* memory, std::size_t bytes) const;

  /// Of all blocks.
  std::size_t bytes() const;
  std::size_t blocks() const { return taken_.size(); }
  /// Bytes behind blocks that somebody wrote to.
  std::size_t overruns() const { return overruns_; }

 private:
  struct Taken {
    std::size_t bytes, size;
  };

  std::byte* start_ = nullptr;
  std::map<std::size_t, std::size_t> free_;  // offset, size
  std::map<std::size_t, Taken> taken_;       // by offset
  std::size_t overruns_ = 0;
};

}  // namespace lapis::cuda
