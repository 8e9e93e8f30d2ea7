#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "backend/device_arena.h"
#include "cuda_device/cuda_runtime_stand_in.h"
#include "native/cuda/device.h"

/// What the stand-in's handles stand for.
namespace lapis_test::stand_in {

struct Node {
  int device = 0;
  bool is_kernel = false;
  std::function<void()> work;
  std::vector<std::size_t> after;  // nodes that this one waits for
};

struct Content {
  std::vector<std::shared_ptr<const Node>> nodes;

  /// Each node after those it waits for, and otherwise the last one first: a missing edge shows.
  void run() const;
};

struct Graph {
  std::size_t number = 0;  // never used again
  Content content;
};

struct NodeHandle {
  std::size_t graph = 0;
  std::size_t index = 0;
};

struct Executable {
  std::size_t graph = 0;  // that it was made of
  Content content;
};

struct Stream {
  int device = 0;
  std::deque<std::function<void()>> queue;
  Graph* captured = nullptr;  // while it is being captured
  bool is_spoilt = false;     // the capture
};

/// Living objects by handle.
template <class Object>
class Pool {
 public:
  Object* make() {
    auto object = std::make_unique<Object>();
    Object* const handle = object.get();
    objects_[handle] = std::move(object);
    return handle;
  }
  /// nullptr: no living object of this kind.
  Object* find(const void* handle) const {
    const auto found = objects_.find(handle);
    return found == objects_.end() ? nullptr : found->second.get();
  }
  void erase(const void* handle) { objects_.erase(handle); }
  template <class Test>
  void erase_if(const Test& test) {
    std::erase_if(objects_, [&](const auto& each) { return test(*each.second); });
  }
  template <class Visit>
  void each(const Visit& visit) const {
    for (const auto& [handle, object] : objects_) visit(*object);
  }
  std::size_t size() const { return objects_.size(); }

 private:
  std::map<const void*, std::unique_ptr<Object>> objects_;
};

struct State {
  CudaStandIn settings;
  Pool<Stream> streams;
  Pool<Graph> graphs;
  Pool<NodeHandle> nodes;
  Pool<Executable> executables;
  std::vector<std::unique_ptr<lapis::cuda::DeviceArena>> memory;  // of each GPU
  std::map<std::pair<int, const void*>, std::size_t> allowed_shared;
  std::map<const void*, std::vector<std::size_t>> parameters;  // sizes of each kernel's, in bytes
  std::size_t graphs_made = 0;
  int current = 0;                  // GPU
  cudaError_t last = cudaSuccess;   // for cudaGetLastError
  cudaError_t fatal = cudaSuccess;  // what every call reports from now on
};

State& state();

/// A GPU's memory.
lapis::cuda::DeviceArena& arena(int device);

/// The GPU whose memory this is, or -1.
int owner_of(const void* memory);

/// What every call does first: an error that is already there, or one that a test asked for.
cudaError_t enter(const char* call, bool may_fail = true);

/// Notes what CUDA would have refused.
cudaError_t refuse(cudaError_t error, const std::string& why);

/// The living stream of that handle that may be given work now; nullptr, with `error`, where there is none.
Stream* find_stream(cudaStream_t handle, cudaError_t& error);

/// Does what is queued.
void drain(Stream& stream);

/// A kernel and a copy of its arguments; nothing is read later. cudaSuccess, or why not.
cudaError_t make_kernel(Node& node, const void* function, dim3 grid, dim3 block, void* const* arguments,
                        std::size_t shared_bytes);

}  // namespace lapis_test::stand_in
