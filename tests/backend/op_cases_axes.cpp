#include "backend/op_case_list.h"

using namespace lapis;

namespace lapis_test {

void add_axes(Cases& cases) {
  for (const int masked : {0, 1, 2}) {
    add_case(cases, "mean_steps" + text({masked}), [=](OpRun& run) {
      const Mask mask = masked == 0 ? nullptr : run.mask(make_mask(5 * 9, 3, masked == 2));
      run.backend.mean_steps(run.random(5 * 9 * 7), mask, 5, 9, 7, run.out("y", 5 * 7));
      run.backend.mean_steps_backward(run.random(5 * 7), mask, 5, 9, 7, run.out("dx", 5 * 9 * 7, true));
    });
  }
  for (const Index pad : {-1, 0, 2}) {
    add_case(cases, "pad2d" + text({pad}), [=](OpRun& run) {
      Window2D w = {.batch = 2,
                    .height = 5,
                    .width = 6,
                    .channels = 3,
                    .out_height = 5 + 2 * pad,
                    .out_width = 7 + pad};
      w.pad_top = pad;
      w.pad_left = pad;
      run.backend.pad2d(w, run.random(2 * 5 * 6 * 3), run.out("y", 2 * w.out_height * w.out_width * 3));
    });
  }
  add_case(cases, "keep_rows", [](OpRun& run) {
    auto* const mask = reinterpret_cast<std::uint8_t*>(run.make("mask", std::vector<Real>(3)));
    run.backend.keep_rows(run.in(random_ids(12 * 2, 2, 4)), 0, run.random(12 * 2), run.out("to", 12 * 2),
                          mask, 12, 2);
  });
}

}  // namespace lapis_test
