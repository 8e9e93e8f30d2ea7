#pragma once

#include <vector>

#include "cuda_device/cuda_runtime_stand_in.h"
#include "native/cuda/cuda_backend.h"

/// Kernels and library calls that the tests of this folder start themselves.
namespace lapis_test {

/// Numbers in a device's memory.
class Numbers {
 public:
  Numbers(lapis::Backend& backend, lapis::Index count)
      : backend_(backend),
        count_(static_cast<std::size_t>(count)),
        memory_(backend.allocate(count_ * sizeof(lapis::Real))) {}

  lapis::Real* at() const { return static_cast<lapis::Real*>(memory_.get()); }
  void write(const std::vector<lapis::Real>& values) const {
    backend_.upload(values.data(), at(), count_ * sizeof(lapis::Real));
  }
  std::vector<lapis::Real> read() const {
    std::vector<lapis::Real> values(count_);
    backend_.download(at(), values.data(), count_ * sizeof(lapis::Real));
    return values;
  }
  lapis::Index count() const { return static_cast<lapis::Index>(count_); }

 private:
  lapis::Backend& backend_;
  std::size_t count_;
  lapis::Backend::Buffer memory_;
};

/// What a kernel that asked for so much shared memory was started with; in a recorded step or not.
std::size_t shared_bytes_seen(lapis::cuda::CudaBackend& backend, const Numbers& numbers, std::size_t bytes,
                              bool recorded = false);

/// Multiplies all numbers. Its arguments have no gaps, whose contents would count as changes.
void multiply(lapis::cuda::CudaBackend& backend, const Numbers& numbers, lapis::Real factor);

/// Starts a kernel that goes wrong.
void fail_in_kernel(lapis::cuda::CudaBackend& backend);

/// What a library does when it is called: one or several kernels of its own on the queue.
struct LibraryWork {
  int kernels = 1;
  bool throws = false;     // after them
  bool allocates = false;  // which is not allowed while it is recorded
};

/// A library that adds 1 to the numbers with each kernel.
void call_library(lapis::cuda::CudaBackend& backend, const Numbers& numbers, const LibraryWork& work = {});

}  // namespace lapis_test
