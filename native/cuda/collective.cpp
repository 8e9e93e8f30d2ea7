#include "collective.h"

#include <dlfcn.h>

#include <vector>

#include "lapis/core/error.h"

namespace lapis::cuda {

namespace {

// What is used of NCCL 2, declared here so that its header is not needed to build (nccl.h, "libnccl.so.2").
using Communicator = void*;  // ncclComm_t
using Status = int;          // ncclResult_t; 0: success
constexpr int kFloat32 = 7;  // ncclFloat32
constexpr int kSum = 0;      // ncclSum

class Nccl {
 public:
  Nccl() {
    // Never closed: its threads may live to the end.
    library_ = dlopen("libnccl.so.2", RTLD_NOW | RTLD_LOCAL);
    if (library_ == nullptr) fail("cuda: several GPUs need NCCL: ", dlerror(), "; install libnccl2");
    find(connect_all, "ncclCommInitAll");
    find(all_reduce, "ncclAllReduce");
    find(group_start, "ncclGroupStart");
    find(group_end, "ncclGroupEnd");
    find(disconnect, "ncclCommDestroy");
    find(error_text, "ncclGetErrorString");
  }

  void check(Status status, const char* what) const {
    if (status != 0) fail("cuda: NCCL: ", what, ": ", error_text(status));
  }

  Status (*connect_all)(Communicator* communicators, int count, const int* devices) = nullptr;
  Status (*all_reduce)(const void* from, void* to, std::size_t count, int type, int operation,
                       Communicator communicator, void* stream) = nullptr;
  Status (*group_start)() = nullptr;
  Status (*group_end)() = nullptr;
  Status (*disconnect)(Communicator communicator) = nullptr;
  const char* (*error_text)(Status status) = nullptr;

 private:
  template <class Function>
  void find(Function& function, const char* name) {
    void* const found = dlsym(library_, name);
    if (found == nullptr) fail("cuda: NCCL: libnccl.so.2 has no ", name, "; expected NCCL 2");
    function = reinterpret_cast<Function>(found);
  }

  void* library_ = nullptr;
};

class NcclCollective : public Collective {
 public:
  explicit NcclCollective(std::span<CudaBackend* const> backends)
      : backends_(backends.begin(), backends.end()), communicators_(backends.size()) {
    std::vector<int> numbers;
    for (CudaBackend* const backend : backends_) numbers.push_back(backend->device().number());
    nccl_.check(nccl_.connect_all(communicators_.data(), static_cast<int>(numbers.size()), numbers.data()),
                "connecting the GPUs");
  }

  ~NcclCollective() override {
    for (const Communicator communicator : communicators_) nccl_.disconnect(communicator);
  }

  void sum(std::span<Real* const> values, Index count) override {
    nccl_.check(nccl_.group_start(), "adding up");
    for (std::size_t i = 0; i < values.size(); ++i) {
      Device& device = backends_[i]->device();
      device.use();
      nccl_.check(nccl_.all_reduce(values[i], values[i], static_cast<std::size_t>(count), kFloat32, kSum,
                                   communicators_[i], device.stream()),
                  "adding up");
    }
    nccl_.check(nccl_.group_end(), "adding up");
  }

 private:
  Nccl nccl_;
  std::vector<CudaBackend*> backends_;
  std::vector<Communicator> communicators_;
};

}  // namespace

std::unique_ptr<Collective> make_collective(std::span<CudaBackend* const> backends) {
  return std::make_unique<NcclCollective>(backends);
}

}  // namespace lapis::cuda
