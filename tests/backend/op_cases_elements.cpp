#include "backend/op_case_list.h"

using namespace lapis;

namespace lapis_test {

void add_elements(Cases& cases) {
  for (int kind = 0; kind <= static_cast<int>(Activation::tanh_shrink); ++kind) {
    const auto activation = static_cast<Activation>(kind);
    for (const Index n : {1, 7, 65, 2100}) {
      add_case(cases, "activate" + text({kind, n}), [=](OpRun& run) {
        const Index rows = 9;
        const Real* const x = run.random(rows * n, -8, 8);
        Real* const y = run.out("y", rows * n);
        run.backend.activate(activation, x, y, rows, n);
        run.backend.activate_backward(activation, follows_from_output(activation) ? y : x,
                                      run.random(rows * n), run.out("dx", rows * n, true), rows, n);
      });
    }
  }
  for (const auto kind : {Pointwise::Kind::affine, Pointwise::Kind::rectify, Pointwise::Kind::elu}) {
    add_case(cases, "pointwise" + text({static_cast<Index>(kind)}), [=](OpRun& run) {
      const Pointwise op = {
          .kind = kind, .slope = Real(0.3), .offset = Real(0.5), .threshold = Real(0.1), .largest = 2};
      const Real* const x = run.random(1001, -4, 4);
      run.backend.pointwise(op, x, run.out("y", 1001), 1001);
      run.backend.pointwise_backward(op, x, run.random(1001), run.out("dx", 1001, true), 1001);
    });
  }
  for (const float rate : {0.0F, 0.1F, 0.5F, 1.0F}) {
    for (const Index count : {1, 3, 1027}) {
      add_case(cases, "dropout " + std::to_string(rate) + text({count}), [=](OpRun& run) {
        run.backend.dropout(run.random(count), run.out("y", count), count, rate,
                            RandomStream(0x123456789abcdef0, 0xfedcba9876543210));
      });
    }
  }
  for (const auto mode :
       {Backend::Merge::concat, Backend::Merge::sum, Backend::Merge::ave, Backend::Merge::mul}) {
    add_case(cases, "merge" + text({static_cast<Index>(mode)}), [=](OpRun& run) {
      const Index rows = 7, n = 5, wide = mode == Backend::Merge::concat ? 10 : 5;
      const Real* const a = run.random(rows * n);
      const Real* const b = run.random(rows * n);
      run.backend.merge(mode, a, b, run.out("y", rows * wide), rows, n);
      run.backend.merge_backward(mode, a, b, run.random(rows * wide), run.out("da", rows * n, true),
                                 run.out("db", rows * n, true), rows, n);
    });
  }
  add_case(cases, "reverse_time", [](OpRun& run) {
    run.backend.reverse_time(run.random(3 * 5 * 7), run.out("y", 3 * 5 * 7), 3, 5, 7);
  });
  add_case(cases, "scale_steps", [](OpRun& run) {
    run.backend.scale_steps(run.random(3 * 5 * 7), run.random(3 * 7), run.out("y", 3 * 5 * 7), 3, 5, 7);
    Real* const x = run.make("in place", random_values(2 * 3 * 4, 9));
    run.backend.scale_steps(x, run.random(2 * 4), x, 2, 3, 4);
  });
  for (const bool zeros : {false, true}) {
    add_case(cases, zeros ? "choose_rows, zeros" : "choose_rows", [=](OpRun& run) {
      const Index rows = 9, n = 7, stride = 11;
      RowChoice choice = {.rows = rows, .n = n, .a = run.random(rows * stride), .a_stride = stride};
      choice.mask = run.mask(make_mask(3 * rows, 4));
      choice.mask_stride = 3;
      choice.b = zeros ? nullptr : run.random(rows * n);
      choice.b_stride = n;
      choice.y = run.out("y", rows * n);
      choice.y_stride = n;
      run.backend.choose_rows(choice);
      choice.mask = nullptr;
      choice.y = run.out("all", rows * n);
      run.backend.choose_rows(choice);
    });
  }
  add_case(cases, "add, add_scaled, copy, zero", [](OpRun& run) {
    run.backend.add(run.random(1001), run.added("added", 1001), 1001);
    run.backend.add_scaled(Real(-0.3), run.random(1001), run.added("scaled", 1001), 1001);
    run.backend.copy(run.random(77), run.out("copy", 77), 77);
    run.backend.zero(run.out("zero", 77), 77);
  });
}

}  // namespace lapis_test
