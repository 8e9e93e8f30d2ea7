// The CUDA backend's Device without CUDA. What it allocates may be touched by kernels only: everything else
// that does so, as no host code could with a GPU's memory, ends the test with a signal.
#include "backend/host_device.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "backend/device_arena.h"
#include "lapis/core/error.h"
#include "native/cuda/device.h"
#include "native/cuda/launch.h"
#include "native/cuda/product.h"
#include "native/cuda/recording.h"

namespace lapis::cuda {

bool runs_backwards = false;
std::size_t host_memory_limit = SIZE_MAX;  // of all blocks together, as a GPU's
HostGraphCounts host_graph_counts;
int host_code_version = 90;
const Cut* only_cut = nullptr;

namespace {

/// All devices of the process share it.
DeviceArena& arena() {
  static DeviceArena only;
  return only;
}

/// A recording and what CUDA would make of it: copies of its kernels, which change only where told to.
struct Graph {
  Recording recording;
  std::vector<Recording::Entry> nodes;

  void build() {
    nodes.clear();
    for (Recording::Entry& entry : recording.entries()) nodes.push_back(copy_of(entry));
    ++host_graph_counts.built;
  }

  void update() {
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      if (!recording.entries()[i].has_changed) continue;
      nodes[i] = copy_of(recording.entries()[i]);
      ++host_graph_counts.changed;
    }
    ++host_graph_counts.updated;
  }

  static Recording::Entry copy_of(Recording::Entry& entry) {
    Recording one;
    one.begin();
    one.add(entry.launch, entry.arguments.data(), entry.sizes.data(), entry.sizes.size());
    return std::move(one.entries().front());
  }
};

}  // namespace

struct Device::Recorder {
  std::map<Index, Graph> graphs;
  Graph* now = nullptr;  // while recording
};

std::size_t host_memory_used() {
  return arena().bytes();
}

std::size_t host_overruns() {
  return arena().overruns();
}

Device::Device(int number) : number_(number), recorder_(std::make_unique<Recorder>()) {
  code_version_ = host_code_version;
  workspace_ = allocate(kWorkspace + 64);
}

Device::~Device() {
  release(workspace_);
}

void Device::use() const {}

std::string Device::name() const {
  return "host:" + std::to_string(number_);
}

void* Device::allocate(std::size_t bytes) {
  const std::size_t used = arena().bytes();
  if (used > host_memory_limit || bytes > host_memory_limit - used)
    throw OutOfMemory("host device: not enough memory", bytes,
                      host_memory_limit - std::min(used, host_memory_limit));
  return arena().take(bytes);
}

void Device::release(void* memory) {
  arena().give_back(memory);
}

void Device::upload(const void* host, void* device, std::size_t bytes) {
  if (recorder_->now != nullptr) fail("host device: an upload in a recorded step");
  arena().check(device, bytes);
  arena().allow(true);
  std::memcpy(device, host, bytes);
  arena().allow(false);
}

void Device::download(const void* device, void* host, std::size_t bytes) {
  if (recorder_->now != nullptr) fail("host device: a download in a recorded step");
  arena().check(device, bytes);
  arena().allow(true);
  std::memcpy(host, device, bytes);
  arena().allow(false);
}

void Device::launch(const Launch& launch, void* const* arguments, const std::size_t* sizes,
                    std::size_t count) {
  if (recorder_->now != nullptr)
    recorder_->now->recording.add(launch, arguments, sizes, count);
  else
    start(launch, arguments);
}

void Device::start(const Launch& launch, void* const* arguments) {
  arena().allow(true);
  if (launch.blocks == 0)
    reinterpret_cast<LibraryCall*>(const_cast<void*>(launch.function))(arguments[0], stream_);
  else
    reinterpret_cast<HostKernel*>(const_cast<void*>(launch.function))(launch, arguments);
  arena().allow(false);
}

void Device::begin_recording(Index key) {
  recorder_->now = &recorder_->graphs[key];
  recorder_->now->recording.begin();
}

void Device::end_recording() {
  Graph& graph = *recorder_->now;
  recorder_->now = nullptr;
  graph.recording.end();
  if (graph.recording.is_same())
    graph.update();
  else
    graph.build();
  for (Recording::Entry& node : graph.nodes) start(node.launch, node.arguments.data());
}

void Device::cancel_recording() {
  recorder_->now->recording.forget();
  recorder_->now = nullptr;
}

}  // namespace lapis::cuda
