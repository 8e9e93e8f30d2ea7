// gemm by cuBLASLt: that matrices stored in rows are handed over rightly to what knows columns only. What is
// loaded here is a stand-in (cublas_stand_in.cpp); NVIDIA's own needs a GPU.
#include <dlfcn.h>

#include <catch2/catch.hpp>

#include "backend/compare.h"
#include "native/cuda/cublas_lt.h"
#include "native/cuda/cuda_backend.h"
#include "support/skip.h"

#if __has_include(<cublasLt.h>)
#include <cublasLt.h>
#define LAPIS_HAS_CUBLAS_HEADER
#endif

using namespace lapis;
using namespace lapis_test;
using cuda::Precision;

namespace {

int asked(const char* function) {
  void* const library = dlopen(LAPIS_CUBLAS_STAND_IN, RTLD_NOW | RTLD_LOCAL);
  REQUIRE(library != nullptr);
  return reinterpret_cast<int (*)()>(dlsym(library, function))();
}

std::size_t living() {
  void* const library = dlopen(LAPIS_CUBLAS_STAND_IN, RTLD_NOW | RTLD_LOCAL);
  return reinterpret_cast<std::size_t (*)()>(dlsym(library, "stand_in_living"))();
}

template <class Theirs, class Ours>
[[maybe_unused]] bool is_same(Theirs theirs, Ours ours) {
  return static_cast<std::int64_t>(theirs) == static_cast<std::int64_t>(ours);
}

}  // namespace

TEST_CASE("cuBLASLt: every product agrees with the CPU, by the library or by the module's own kernels") {
  const auto cpu = make_cpu_backend(1);
  {
    cuda::CudaBackend device(0, Precision::float32, LAPIS_CUBLAS_STAND_IN);
    REQUIRE(device.has_blas());
    int by_library = 0;
    int by_own = 0;
    for (const OpCase& test : op_cases()) {
      if (test.name.rfind("gemm", 0) != 0) continue;
      INFO(test.name);
      const std::vector<Result> expected = test.run(*cpu);
      const int before = asked("stand_in_products");
      for (const Result& actual : test.run(device))
        CHECK(normalised_error(actual.values, expected[0].values) <= 1e-10);
      (asked("stand_in_products") > before ? by_library : by_own) += 1;
      // The second time nothing is looked up.
      const int looked_up = asked("stand_in_heuristics");
      test.run(device);
      CHECK(asked("stand_in_heuristics") - looked_up <= 1);  // memory may lie elsewhere
    }
    CHECK(by_library > 20);
    CHECK(by_own > 10);  // tanh, sums to be added to with a bias, no depth, shapes without an algorithm
  }
  CHECK(living() == 0);
}

TEST_CASE("cuBLASLt: recorded training steps follow the CPU's") {
  cuda::CudaBackend device(0, Precision::float32, LAPIS_CUBLAS_STAND_IN);
  const auto cpu = make_cpu_backend(1);
  const std::vector<Network> first = networks();
  for (std::size_t i = 0; i < first.size(); ++i) {
    if (first[i].model.output_shape().rank() != 2) continue;  // no loss for those
    INFO(first[i].model.name());
    const std::vector<Result> expected = train_network(*cpu, std::move(networks()[i]));
    const std::vector<Result> actual = train_network(device, std::move(networks()[i]));
    for (std::size_t j = 0; j < actual.size(); ++j) {
      INFO(actual[j].name);
      CHECK(normalised_error(actual[j].values, expected[j].values) <= 1e-9);
    }
  }
}

TEST_CASE("cuBLASLt: without the library the module multiplies by itself") {
  cuda::CudaBackend device(0, Precision::float32, "libcublasLt.so.0");
  CHECK(!device.has_blas());
  const auto cpu = make_cpu_backend(1);
  const OpCase test = op_cases()[0];
  CHECK(normalised_error(test.run(device)[0].values, test.run(*cpu)[0].values) <= 1e-10);
}

TEST_CASE("cuBLASLt: what is declared here is what NVIDIA's header says") {
#ifdef LAPIS_HAS_CUBLAS_HEADER
  using namespace cuda::cublas_lt;
  CHECK(is_same(CUBLAS_STATUS_SUCCESS, kSuccess));
  CHECK(is_same(CUDA_R_32F, kFloat32));
  CHECK(is_same(CUBLAS_COMPUTE_32F, kCompute32F));
  CHECK(is_same(CUBLAS_COMPUTE_32F_FAST_16BF, kComputeFast16BF));
  CHECK(is_same(CUBLAS_COMPUTE_32F_FAST_TF32, kComputeFastTf32));
  CHECK(is_same(CUBLASLT_MATMUL_DESC_TRANSA, kTransposeA));
  CHECK(is_same(CUBLASLT_MATMUL_DESC_TRANSB, kTransposeB));
  CHECK(is_same(CUBLASLT_MATMUL_DESC_EPILOGUE, kEpilogue));
  CHECK(is_same(CUBLASLT_MATMUL_DESC_BIAS_POINTER, kBiasPointer));
  CHECK(is_same(CUBLAS_OP_N, kNormal));
  CHECK(is_same(CUBLAS_OP_T, kTransposed));
  CHECK(is_same(CUBLASLT_EPILOGUE_DEFAULT, kDefault));
  CHECK(is_same(CUBLASLT_EPILOGUE_RELU, kRelu));
  CHECK(is_same(CUBLASLT_EPILOGUE_BIAS, kBias));
  CHECK(is_same(CUBLASLT_EPILOGUE_RELU_BIAS, kReluBias));
  CHECK(is_same(CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, kMaxWorkspace));
  CHECK(is_same(CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK, kReductionMask));
  CHECK(is_same(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, kAlignmentA));
  CHECK(is_same(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, kAlignmentB));
  CHECK(is_same(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, kAlignmentC));
  CHECK(is_same(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, kAlignmentD));
  CHECK(is_same(CUBLASLT_REDUCTION_SCHEME_INPLACE, kInPlace));
  CHECK(is_same(CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE, kComputeType));
  CHECK(is_same(CUBLASLT_REDUCTION_SCHEME_OUTPUT_TYPE, kOutputType));
  CHECK(sizeof(cublasLtMatmulAlgo_t) == sizeof(Algorithm));
  CHECK(sizeof(cublasLtMatmulHeuristicResult_t) == sizeof(Heuristic));
  CHECK(offsetof(cublasLtMatmulHeuristicResult_t, workspaceSize) == offsetof(Heuristic, workspace_size));
  CHECK(offsetof(cublasLtMatmulHeuristicResult_t, state) == offsetof(Heuristic, state));
  CHECK(sizeof(cublasStatus_t) == sizeof(Status));
  CHECK(sizeof(cublasOperation_t) == sizeof(Operation));
  CHECK(sizeof(cublasLtEpilogue_t) == sizeof(Epilogue));
#else
  skip("no cublasLt.h: set LAPIS_CUBLAS_INCLUDE");
#endif
}
