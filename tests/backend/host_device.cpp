// The CUDA backend's Device without CUDA. What it allocates may be touched by kernels only: everything else
// that does so, as no host code could with a GPU's memory, ends the test with a signal.
#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "backend/host_device.h"
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

constexpr std::size_t kArena = std::size_t{1} << 32;  // of addresses; memory is taken as it is touched
constexpr std::size_t kAlignment = 256;               // cudaMalloc's
/// What new memory holds, a NaN in every Real, and what must still stand behind a block when it is given
/// back.
constexpr int kUntouched = 0xFF;
constexpr std::size_t kGuard = 4096;
constexpr std::size_t kMostFilled = std::size_t{8} << 20;
constexpr std::size_t kPage = 4096;

/// One range of addresses for all devices of the process. Freed blocks are used again.
class Arena {
 public:
  Arena() {
    void* const memory = mmap(nullptr, kArena, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) fail("host device: no addresses");
    start_ = static_cast<std::byte*>(memory);
    free_[0] = kArena;
  }

  void* take(std::size_t bytes) {
    const std::size_t size = (bytes + kGuard + kAlignment) / kAlignment * kAlignment;
    for (auto block = free_.begin(); block != free_.end(); ++block) {
      const auto [offset, room] = *block;
      if (room < size) continue;
      free_.erase(block);
      if (room > size) free_[offset + size] = room - size;
      taken_[offset] = {bytes, size};
      allow(true);
      // The workspace is left alone: pages that are touched make every change of access slow.
      const std::size_t first = bytes > kMostFilled ? bytes : 0;
      std::memset(start_ + offset + first, kUntouched, size - first);
      allow(false);
      return start_ + offset;
    }
    fail("host device: not enough memory: ", std::uint64_t{size}, " bytes asked for");
  }

  void give_back(void* memory) {
    const auto offset = static_cast<std::size_t>(static_cast<std::byte*>(memory) - start_);
    const Taken block = taken_.at(offset);
    free_[offset] = block.size;
    allow(true);
    for (std::size_t i = block.bytes; i < block.size; ++i)
      overruns_ += start_[offset + i] != std::byte{kUntouched};
    allow(false);
    taken_.erase(offset);
    const std::size_t first_page = (offset + kPage - 1) / kPage * kPage;
    const std::size_t last_page = (offset + block.size) / kPage * kPage;
    if (last_page > first_page) madvise(start_ + first_page, last_page - first_page, MADV_DONTNEED);
    for (auto own = free_.begin(); own != free_.end();) {
      const auto next = std::next(own);
      if (next == free_.end()) break;
      if (own->first + own->second == next->first) {
        own->second += next->second;
        free_.erase(next);
      } else {
        own = next;
      }
    }
  }

  void allow(bool access) { mprotect(start_, kArena, access ? PROT_READ | PROT_WRITE : PROT_NONE); }

  /// Copies and fills must stay inside one block.
  void check(const void* memory, std::size_t bytes) const {
    const auto* const at = static_cast<const std::byte*>(memory);
    const auto offset = static_cast<std::size_t>(at - start_);
    const auto after = taken_.upper_bound(offset);
    if (at < start_ || after == taken_.begin()) fail("host device: an address that is not the device's");
    const auto block = std::prev(after);
    if (offset + bytes > block->first + block->second.bytes) fail("host device: past the end of a block");
  }

  /// Of all blocks.
  std::size_t bytes() const {
    std::size_t sum = 0;
    for (const auto& [offset, block] : taken_) sum += block.bytes;
    return sum;
  }
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

Arena& arena() {
  static Arena only;
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
