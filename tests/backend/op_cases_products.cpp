#include "backend/op_case_list.h"

using namespace lapis;

namespace lapis_test {

void add_products(Cases& cases) {
  struct Size {
    Index m, n, k;
  };
  for (const Size size :
       {Size{1, 1, 1}, Size{3, 5, 7}, Size{64, 64, 16}, Size{65, 63, 33}, Size{130, 70, 129},
        Size{17, 10, 3000}, Size{1, 200, 65}, Size{9, 4, 0}, Size{260, 137, 40}}) {
    for (int kind = 0; kind < 8; ++kind) {
      const auto [m, n, k] = size;
      add_case(cases, "gemm" + text({m, n, k, kind}), [=](OpRun& run) {
        Gemm gemm = {.m = m, .n = n, .k = k};
        gemm.transpose_a = (kind & 1) != 0;
        gemm.transpose_b = (kind & 2) != 0;
        gemm.lda = (gemm.transpose_a ? m : k) + 3;
        gemm.ldb = (gemm.transpose_b ? k : n) + 2;
        if (m % 2 == 0) {  // what 128 bits can be read of at once
          gemm.lda = (gemm.lda + 3) / 4 * 4;
          gemm.ldb = (gemm.ldb + 3) / 4 * 4;
        }
        gemm.ldc = n;
        gemm.a = run.random((gemm.transpose_a ? k : m) * gemm.lda + 1);
        gemm.b = run.random((gemm.transpose_b ? n : k) * gemm.ldb + 1);
        gemm.accumulate = (kind & 4) != 0;
        gemm.c = gemm.accumulate ? run.added("c", m * n) : run.out("c", m * n);
        if (kind % 3 == 0) gemm.bias = run.random(n);
        gemm.activation = kind % 4 == 1   ? Activation::relu
                          : kind % 4 == 2 ? Activation::tanh
                                          : Activation::linear;
        run.backend.gemm(gemm);
      });
    }
  }
  for (const Index rows : {1, 15, 37, 2000}) {
    for (const Index n : {1, 3, 130}) {
      add_case(cases, "sum_rows" + text({rows, n}), [=](OpRun& run) {
        run.backend.sum_rows(run.random(rows * n), rows, n, run.added("bias", n));
      });
      add_case(cases, "add_bias" + text({rows, n}), [=](OpRun& run) {
        run.backend.add_bias(run.added("y", rows * n), rows, n, run.random(n), Activation::relu);
      });
    }
  }
}

}  // namespace lapis_test
