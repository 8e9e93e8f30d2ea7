#include "backend/op_case_list.h"

using namespace lapis;

namespace lapis_test {

void add_losses(Cases& cases) {
  for (const Index rows : {1, 33, 5000}) {
    for (const int masked : {0, 1, 2}) {
      const Index n = 7;
      add_case(cases, "softmax_cross_entropy" + text({rows, masked}), [=](OpRun& run) {
        const Mask mask = masked == 0 ? nullptr : run.mask(make_mask(rows, 3, masked == 2));
        run.backend.softmax_cross_entropy(run.random(rows * n, 0, 1), run.in(random_ids(rows, n, 2)), mask,
                                          rows, n, run.out("loss", 1), run.out("dlogits", rows * n, true));
      });
      for (int kind = 0; kind < 4; ++kind) {
        add_case(cases, "dense_loss" + text({rows, masked, kind}), [=](OpRun& run) {
          const Mask mask = masked == 0 ? nullptr : run.mask(make_mask(rows, 3, masked == 2));
          const bool scores = kind == static_cast<int>(DenseLoss::sigmoid_cross_entropy);
          run.backend.dense_loss(
              static_cast<DenseLoss>(kind), run.random(rows * n, scores ? -9 : 0, scores ? 9 : 1),
              run.random(rows * n, 0, 1), mask, rows, n, run.out("loss", 1), run.out("dy", rows * n, true));
        });
      }
    }
  }
}

}  // namespace lapis_test
