#include "backend/op_case_list.h"

using namespace lapis;

namespace lapis_test {

void add_norms(Cases& cases) {
  for (const Index rows : {1, 5, 300}) {
    for (const Index n : {2, 6, 33, 2100}) {  // of 1, layer_norm's dx is nothing but rounding
      add_case(cases, "rms_norm" + text({rows, n}), [=](OpRun& run) {
        const Real* const x = run.random(rows * n);
        const Real* const scale = run.random(n, 0.5, 1.5);
        run.backend.rms_norm(x, scale, Real(1e-3), run.out("y", rows * n), rows, n);
        run.backend.rms_norm_backward(x, scale, Real(1e-3), run.random(rows * n),
                                      run.out("dx", rows * n, true), run.added("dscale", n), rows, n);
      });
      for (const bool whole : {false, true}) {
        add_case(cases, "layer_norm" + text({rows, n, whole}), [=](OpRun& run) {
          const Real* const x = run.random(rows * n);
          const Real* const scale = whole ? run.random(n, 0.5, 1.5) : nullptr;
          const Real* const offset = whole ? run.random(n) : nullptr;
          run.backend.layer_norm(x, scale, offset, Real(1e-3), run.out("y", rows * n), rows, n);
          run.backend.layer_norm_backward(
              x, scale, Real(1e-3), run.random(rows * n), run.out("dx", rows * n, true),
              whole ? run.added("dscale", n) : nullptr, whole ? run.added("doffset", n) : nullptr, rows, n);
        });
      }
      for (const int masked : {0, 1, 2}) {
        add_case(cases, "column_norm" + text({rows, n, masked}), [=](OpRun& run) {
          const Real* const x = run.random(rows * n, 1, 3);
          const Mask mask = masked == 0 ? nullptr : run.mask(make_mask(rows, 3, masked == 2));
          Real* const mean = run.out("mean", n);
          Real* const variance = run.out("variance", n);
          run.backend.column_moments(x, mask, rows, n, mean, variance);
          const ColumnNorm op = {.rows = rows,
                                 .n = n,
                                 .epsilon = Real(1e-3),
                                 .mean = mean,
                                 .variance = variance,
                                 .scale = run.random(n, 0.5, 1.5),
                                 .offset = run.random(n)};
          run.backend.column_norm(op, x, run.out("y", rows * n));
          run.backend.column_norm_backward(op, x, mask, masked != 2, run.random(rows * n),
                                           run.out("dx", rows * n, true), run.added("dscale", n),
                                           run.added("doffset", n), run.scratch(2 * n));
        });
      }
    }
  }
}

}  // namespace lapis_test
