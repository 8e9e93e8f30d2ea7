#pragma once

#include <cstddef>
#include <string>

#include "lapis/core/real.h"

namespace lapis::cuda {

#ifdef __CUDACC__
#define LAPIS_DEVICE __host__ __device__
#define LAPIS_KERNEL __device__
#else  // tests/backend compiles the same kernels for the host and runs them one index after another
#define LAPIS_DEVICE
#define LAPIS_KERNEL
#endif

/// One GPU's memory and its one queue of work. device.cu implements it with CUDA,
/// tests/backend/host_device.cpp with memory that only kernels may touch.
class Device {
 public:
  /// Throws Error where GPU `number` cannot be used.
  explicit Device(int number);
  ~Device();
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  std::string name() const;

  /// Throws Error with the bytes asked for and free when there is not enough.
  void* allocate(std::size_t bytes);
  void release(void* memory);
  // The five below are done in the order of the calls and the kernels; upload and download when they return.
  void copy(const void* from, void* to, std::size_t bytes);
  void upload(const void* host, void* device, std::size_t bytes);
  void download(const void* device, void* host, std::size_t bytes);
  void zero(void* memory, std::size_t bytes);

  /// Memory for one operation's partial results, kWorkspace bytes.
  static constexpr std::size_t kWorkspace = std::size_t{64} << 20;
  template <class Value>
  Value* workspace() const {
    return static_cast<Value*>(workspace_);
  }
  template <class Value>
  static constexpr Index workspace_count() {
    return static_cast<Index>(kWorkspace / sizeof(Value));
  }

  /// Around every kernel: the queue to put it in (a cudaStream_t), and a look at whether it could start.
  void* begin_kernel();
  void end_kernel();

 private:
  int number_ = 0;
  void* stream_ = nullptr;
  void* workspace_ = nullptr;
};

}  // namespace lapis::cuda
