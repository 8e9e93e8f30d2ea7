#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <string>
#include <vector>

/// CUDA's runtime without a GPU, for native/cuda/device.cpp: what CUDA documents to be refused is refused,
/// work is queued and done at a synchronisation only, a graph's nodes run as late as their dependencies
/// allow, memory may be touched by kernels alone.
namespace lapis_test {

struct GpuStandIn {
  std::string name = "NVIDIA H200";
  int major = 9, minor = 0;
  bool has_code = true;   // the kernels' code runs on it
  int code_version = 90;  // that code's
  std::size_t memory = std::size_t{1} << 30;
};

/// What the machine has, and what happened on it.
struct CudaStandIn {
  int driver = 13000;  // 0: none
  std::vector<GpuStandIn> gpus = std::vector<GpuStandIn>(2);
  cudaError_t counting = cudaSuccess;        // what cudaGetDeviceCount says
  cudaError_t asking_kernels = cudaSuccess;  // what cudaFuncGetAttributes says

  /// The call of this number, of those that may fail, does: 1 is the next one. 0: none.
  int failing_call = 0;
  cudaError_t failure = cudaErrorUnknown;
  std::string failed_call;  // its name

  struct Counts {
    int kernels = 0;  // done
    int graphs_made = 0, graphs_started = 0, nodes_changed = 0, captures = 0, waits = 0, shared_asked = 0;
  } counts;
  /// Calls that CUDA would have refused, or whose outcome it leaves open, one line each.
  std::vector<std::string> faults;

  std::size_t bytes_used() const;  // of all GPUs
  std::size_t overruns() const;    // bytes behind blocks that somebody wrote to
  /// Streams, graphs, executable graphs and blocks of memory that were not given back.
  std::string living() const;
  std::size_t living_graphs() const;  // executable ones
};

CudaStandIn& cuda_stand_in();

/// A machine as described above, at the beginning and the end of a test; at the end it must be clean.
class CudaMachine {
 public:
  CudaMachine();
  ~CudaMachine();
  CudaMachine(const CudaMachine&) = delete;
  CudaMachine& operator=(const CudaMachine&) = delete;
};

}  // namespace lapis_test
