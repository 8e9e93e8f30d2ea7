#pragma once

#include <cstddef>
#include <memory>
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

/// A library's work on the queue `stream` (a cudaStream_t); throws Error. All it needs stands in `arguments`.
using LibraryCall = void(const void* arguments, void* stream);

/// A kernel and how it is started; without blocks, a LibraryCall.
struct Launch {
  const void* function = nullptr;
  unsigned blocks = 0, threads = 0;
  std::size_t shared_bytes = 0;

  bool operator==(const Launch&) const = default;
};

/// One GPU's memory and its one queue of work. device.cpp implements it with CUDA,
/// tests/backend/host_device.cpp with memory that only kernels may touch.
class Device {
 public:
  /// Throws Error where GPU `number` cannot be used.
  explicit Device(int number);
  ~Device();
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  std::string name() const;
  /// Of the compute capability that the kernels' code was compiled for, ten times: 90.
  int code_version() const { return code_version_; }
  int number() const { return number_; }
  void* stream() const { return stream_; }  // cudaStream_t
  /// Makes it this thread's GPU; all of the below do so.
  void use() const;

  /// Throws OutOfMemory with the bytes asked for and free when there is not enough.
  void* allocate(std::size_t bytes);
  void release(void* memory);
  // Everything below is done in the order of the calls. Upload and download are done when they return; not
  // while recording.
  void upload(const void* host, void* device, std::size_t bytes);
  void download(const void* device, void* host, std::size_t bytes);
  // Kernels (memory.cu).
  void copy(const void* from, void* to, std::size_t bytes);
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

  /// Starts a kernel, or records it. `arguments` point to as many values of these sizes.
  void launch(const Launch& launch, void* const* arguments, const std::size_t* sizes, std::size_t count);

  /// Calls a library, or records that.
  template <class Arguments>
  void call(LibraryCall* function, const Arguments& arguments) {
    void* const pointer = const_cast<void*>(static_cast<const void*>(&arguments));
    const std::size_t size = sizeof(arguments);
    launch({reinterpret_cast<const void*>(function)}, &pointer, &size, 1);
  }

  /// What is started from now on is kept until end_recording(), and then started as a whole: as the CUDA
  /// graph of the last recording of this key, if that was the same but for arguments.
  void begin_recording(Index key);
  void end_recording();
  void cancel_recording();

 private:
  struct Recorder;  // the recordings, and what the device made of them

  void start(const Launch& launch, void* const* arguments);

  int number_ = 0;
  int code_version_ = 0;
  void* stream_ = nullptr;  // cudaStream_t
  void* workspace_ = nullptr;
  std::unique_ptr<Recorder> recorder_;
};

}  // namespace lapis::cuda
