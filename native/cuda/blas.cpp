#include "blas.h"

#include <dlfcn.h>

#include <algorithm>
#include <map>
#include <string>
#include <tuple>

#include "cublas_lt.h"
#include "lapis/core/error.h"

namespace lapis::cuda {

namespace {

using namespace cublas_lt;

/// The functions, and one handle.
struct Library {
  ~Library() {
    if (handle != nullptr) destroy(handle);
  }

  bool open(const char* name) {
    void* const library = dlopen(name, RTLD_NOW | RTLD_LOCAL);  // never closed: its threads may live on
    const auto find = [library](auto*& function, const char* symbol) {
      function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(library, symbol));
      return function != nullptr;
    };
    return library != nullptr && find(create, "cublasLtCreate") && find(destroy, "cublasLtDestroy") &&
           find(desc_create, "cublasLtMatmulDescCreate") && find(desc_destroy, "cublasLtMatmulDescDestroy") &&
           find(desc_set, "cublasLtMatmulDescSetAttribute") &&
           find(layout_create, "cublasLtMatrixLayoutCreate") &&
           find(layout_destroy, "cublasLtMatrixLayoutDestroy") &&
           find(preference_create, "cublasLtMatmulPreferenceCreate") &&
           find(preference_destroy, "cublasLtMatmulPreferenceDestroy") &&
           find(preference_set, "cublasLtMatmulPreferenceSetAttribute") &&
           find(heuristic, "cublasLtMatmulAlgoGetHeuristic") && find(matmul, "cublasLtMatmul") &&
           create(&handle) == kSuccess;
  }

  Create* create = nullptr;
  Destroy* destroy = nullptr;
  MatmulDescCreate* desc_create = nullptr;
  MatmulDescDestroy* desc_destroy = nullptr;
  MatmulDescSetAttribute* desc_set = nullptr;
  MatrixLayoutCreate* layout_create = nullptr;
  MatrixLayoutDestroy* layout_destroy = nullptr;
  MatmulPreferenceCreate* preference_create = nullptr;
  MatmulPreferenceDestroy* preference_destroy = nullptr;
  MatmulPreferenceSetAttribute* preference_set = nullptr;
  MatmulAlgoGetHeuristic* heuristic = nullptr;
  Matmul* matmul = nullptr;
  Handle handle = nullptr;
};

Index alignment_of(const void* address) {
  constexpr std::uintptr_t kMost = 256;
  const auto bits = reinterpret_cast<std::uintptr_t>(address) | kMost;
  return static_cast<Index>(bits & (~bits + 1));
}

Epilogue epilogue_of(const Gemm& gemm) {
  const bool relu = gemm.activation == Activation::relu;
  if (gemm.bias != nullptr) return relu ? kReluBias : kBias;
  return relu ? kRelu : kDefault;
}

/// All that how a product is done depends on.
using Key =
    std::tuple<Index, Index, Index, Index, Index, Index, bool, bool, bool, Epilogue, Index, Index, Index>;

Key key_of(const Gemm& gemm) {
  return {gemm.m,
          gemm.n,
          gemm.k,
          gemm.lda,
          gemm.ldb,
          gemm.ldc,
          gemm.transpose_a,
          gemm.transpose_b,
          gemm.accumulate,
          epilogue_of(gemm),
          alignment_of(gemm.a),
          alignment_of(gemm.b),
          alignment_of(gemm.c)};
}

/// One shape of product. cuBLASLt knows columns only: what it sees of a matrix stored in rows is the matrix
/// turned, so it multiplies C' = B' A'.
class Plan {
 public:
  Plan(const Library& library, const Gemm& gemm, int compute) : library_(library) {
    const auto set = [&](int attribute, auto value) {
      return library.desc_set(desc_, attribute, &value, sizeof(value)) == kSuccess;
    };
    const auto layout = [&](MatrixLayout& made, Index rows, Index columns, Index stride) {
      return library.layout_create(&made, kFloat32, static_cast<std::uint64_t>(columns),
                                   static_cast<std::uint64_t>(rows), stride) == kSuccess;
    };
    const bool made =
        library.desc_create(&desc_, compute, kFloat32) == kSuccess &&
        set(kTransposeA, gemm.transpose_b ? kTransposed : kNormal) &&
        set(kTransposeB, gemm.transpose_a ? kTransposed : kNormal) && set(kEpilogue, epilogue_of(gemm)) &&
        (gemm.bias == nullptr || set(kBiasPointer, gemm.bias)) &&
        layout(a_, gemm.transpose_a ? gemm.k : gemm.m, gemm.transpose_a ? gemm.m : gemm.k, gemm.lda) &&
        layout(b_, gemm.transpose_b ? gemm.n : gemm.k, gemm.transpose_b ? gemm.k : gemm.n, gemm.ldb) &&
        layout(c_, gemm.m, gemm.n, gemm.ldc);
    works_ = made && choose(gemm);
  }
  ~Plan() {
    if (c_ != nullptr) library_.layout_destroy(c_);
    if (b_ != nullptr) library_.layout_destroy(b_);
    if (a_ != nullptr) library_.layout_destroy(a_);
    if (desc_ != nullptr) library_.desc_destroy(desc_);
  }
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;

  bool works() const { return works_; }

  Status run(const Real* a, const Real* b, const Real* bias, Real* c, bool accumulate, void* workspace,
             void* stream) const {
    if (bias != nullptr) {
      const Status status = library_.desc_set(desc_, kBiasPointer, &bias, sizeof(bias));
      if (status != kSuccess) return status;
    }
    const float one = 1;
    const float before = accumulate ? 1 : 0;
    return library_.matmul(library_.handle, desc_, &one, b, b_, a, a_, &before, c, c_, c, c_,
                           &chosen_.algorithm, workspace, Device::kWorkspace, stream);
  }

 private:
  bool choose(const Gemm& gemm) {
    Preference preference = nullptr;
    if (library_.preference_create(&preference) != kSuccess) return false;
    const auto set = [&](int attribute, auto value) {
      return library_.preference_set(preference, attribute, &value, sizeof(value)) == kSuccess;
    };
    const auto alignment = [](const Real* address) {
      return static_cast<std::uint32_t>(alignment_of(address));
    };
    int found = 0;
    // Parts of a long sum are added in a step of their own, not as they happen to be done.
    const bool asked = set(kMaxWorkspace, std::uint64_t{Device::kWorkspace}) &&
                       set(kReductionMask, static_cast<std::uint32_t>(kComputeType | kOutputType)) &&
                       set(kAlignmentA, alignment(gemm.b)) && set(kAlignmentB, alignment(gemm.a)) &&
                       set(kAlignmentC, alignment(gemm.c)) && set(kAlignmentD, alignment(gemm.c)) &&
                       library_.heuristic(library_.handle, desc_, b_, a_, c_, c_, preference, 1, &chosen_,
                                          &found) == kSuccess;
    library_.preference_destroy(preference);
    return asked && found > 0 && chosen_.state == kSuccess && chosen_.workspace_size <= Device::kWorkspace;
  }

  const Library& library_;
  MatmulDesc desc_ = nullptr;
  MatrixLayout a_ = nullptr, b_ = nullptr, c_ = nullptr;
  Heuristic chosen_ = {};
  bool works_ = false;
};

struct Call {
  const Plan* plan;
  const Real *a, *b, *bias;
  Real* c;
  void* workspace;
  std::uint64_t accumulate;  // as wide as the others: what is recorded has no gaps
};

/// The one place where cuBLASLt is asked to compute.
void run_call(const void* arguments, void* stream) {
  const Call& call = *static_cast<const Call*>(arguments);
  const Status status =
      call.plan->run(call.a, call.b, call.bias, call.c, call.accumulate != 0, call.workspace, stream);
  if (status != kSuccess) fail("cuda: cuBLASLt: a product failed with status ", status);
}

class CublasLt final : public Blas {
 public:
  explicit CublasLt(Precision precision)
      : compute_(precision == Precision::float32 ? kCompute32F
                 : precision == Precision::tf32  ? kComputeFastTf32
                                                 : kComputeFast16BF) {}

  bool open(const char* library) { return library_.open(library); }

  bool multiply(Device& device, const Gemm& gemm) override {
    const Epilogue epilogue = epilogue_of(gemm);
    const bool knows_activation =
        gemm.activation == Activation::linear || gemm.activation == Activation::relu;
    if (!knows_activation || (gemm.accumulate && epilogue != kDefault)) return false;
    if (gemm.m <= 0 || gemm.n <= 0 || gemm.k <= 0) return false;
    const auto [at, is_new] = plans_.try_emplace(key_of(gemm));
    if (is_new) at->second = std::make_unique<Plan>(library_, gemm, compute_);
    if (!at->second->works()) return false;
    device.call(&run_call, Call{at->second.get(), gemm.a, gemm.b, gemm.bias, gemm.c, device.workspace<void>(),
                                gemm.accumulate ? 1U : 0U});
    return true;
  }

 private:
  Library library_;
  int compute_;
  std::map<Key, std::unique_ptr<Plan>> plans_;
};

}  // namespace

std::shared_ptr<Blas> Blas::load(const char* library, Precision precision) {
  auto blas = std::make_shared<CublasLt>(precision);
  if (!blas->open(library)) return nullptr;
  return blas;
}

}  // namespace lapis::cuda
