#pragma once

#include <cstddef>
#include <cstdint>

/// What is used of cuBLASLt 13, declared here so that its header is not needed to build (cublasLt.h,
/// "libcublasLt.so.13"); tests/backend/cublas_test.cpp compares it with the header where there is one.
namespace lapis::cuda::cublas_lt {

using Status = int;  // cublasStatus_t
inline constexpr Status kSuccess = 0;
using Handle = void*;
using MatmulDesc = void*;
using MatrixLayout = void*;
using Preference = void*;

struct Algorithm {  // cublasLtMatmulAlgo_t
  std::uint64_t data[8];
};
struct Heuristic {  // cublasLtMatmulHeuristicResult_t
  Algorithm algorithm;
  std::size_t workspace_size;
  Status state;
  float waves;
  int reserved[4];
};

inline constexpr int kFloat32 = 0;  // cudaDataType
enum Compute { kCompute32F = 68, kComputeFast16BF = 75, kComputeFastTf32 = 77 };
enum DescAttribute { kTransposeA = 3, kTransposeB = 4, kEpilogue = 7, kBiasPointer = 8 };
enum Operation : std::int32_t { kNormal = 0, kTransposed = 1 };
enum Epilogue : std::uint32_t { kDefault = 1, kRelu = 2, kBias = 4, kReluBias = 6 };
enum PreferenceAttribute {
  kMaxWorkspace = 1,
  kReductionMask = 3,
  kAlignmentA = 5,
  kAlignmentB = 6,
  kAlignmentC = 7,
  kAlignmentD = 8
};
enum Reduction : std::uint32_t { kInPlace = 1, kComputeType = 2, kOutputType = 4 };

using Create = Status(Handle* handle);
using Destroy = Status(Handle handle);
using MatmulDescCreate = Status(MatmulDesc* desc, int compute, int scale_type);
using MatmulDescDestroy = Status(MatmulDesc desc);
using MatmulDescSetAttribute = Status(MatmulDesc desc, int attribute, const void* value, std::size_t size);
using MatrixLayoutCreate = Status(MatrixLayout* layout, int type, std::uint64_t rows, std::uint64_t columns,
                                  std::int64_t stride);
using MatrixLayoutDestroy = Status(MatrixLayout layout);
using MatmulPreferenceCreate = Status(Preference* preference);
using MatmulPreferenceDestroy = Status(Preference preference);
using MatmulPreferenceSetAttribute = Status(Preference preference, int attribute, const void* value,
                                            std::size_t size);
using MatmulAlgoGetHeuristic = Status(Handle handle, MatmulDesc desc, MatrixLayout a, MatrixLayout b,
                                      MatrixLayout c, MatrixLayout d, Preference preference, int asked,
                                      Heuristic* results, int* returned);
using Matmul = Status(Handle handle, MatmulDesc desc, const void* alpha, const void* a, MatrixLayout a_layout,
                      const void* b, MatrixLayout b_layout, const void* beta, const void* c,
                      MatrixLayout c_layout, void* d, MatrixLayout d_layout, const Algorithm* algorithm,
                      void* workspace, std::size_t workspace_size, void* stream);

}  // namespace lapis::cuda::cublas_lt
