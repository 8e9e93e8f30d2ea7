#pragma once

#include <cstddef>

/// What tests may ask of the host's stand-in for a GPU (host_device.cpp).
namespace lapis::cuda {

/// Bytes behind blocks of its memory that somebody wrote to, so far.
std::size_t host_overruns();

/// What became of recorded steps.
struct HostGraphCounts {
  int built = 0, updated = 0;  // as a whole
  int changed = 0;             // kernels that got other arguments
};
extern HostGraphCounts host_graph_counts;

/// Device::code_version() of the next Device.
extern int host_code_version;

}  // namespace lapis::cuda
