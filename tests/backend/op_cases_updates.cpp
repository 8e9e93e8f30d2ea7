#include "backend/op_case_list.h"

using namespace lapis;

namespace lapis_test {

void add_updates(Cases& cases) {
  for (const Index count : {1, 1000}) {
    for (int way = 0; way < 4; ++way) {
      const bool some = (way & 1) != 0;
      const bool more = (way & 2) != 0;
      const auto trainable = [=](OpRun& run) { return some ? run.mask(make_mask(count, 4)) : nullptr; };
      add_case(cases, "sgd" + text({count, way}), [=](OpRun& run) {
        run.backend.sgd(
            {.learning_rate = 0.1F, .momentum = more ? 0.9F : 0, .nesterov = some, .weight_decay = 0.01F},
            run.added("weights", count), run.random(count), more ? run.added("velocity", count) : nullptr,
            trainable(run), count);
      });
      add_case(cases, "adam" + text({count, way}), [=](OpRun& run) {
        run.backend.adam({.weight_decay = 0.01F, .amsgrad = more, .step = 7}, run.added("weights", count),
                         run.random(count), run.added("first", count),
                         run.make("second", random_values(2 * count, 5, 0, 1), true), trainable(run), count);
      });
      add_case(cases, "rmsprop" + text({count, way}), [=](OpRun& run) {
        run.backend.rmsprop({.momentum = 0.5F, .weight_decay = 0.01F}, run.added("weights", count),
                            run.random(count), run.make("square", random_values(count, 5, 1, 2), true),
                            more ? run.make("mean", random_values(count, 6, 0, 0.1), true) : nullptr,
                            more ? run.added("velocity", count) : nullptr, trainable(run), count);
      });
    }
  }
  for (const Index count : {1, 100, 300007}) {
    add_case(cases, "sum_squares, penalty" + text({count}), [=](OpRun& run) {
      run.backend.sum_squares(run.random(count), count, run.number("sum"), false);
      double* const twice = run.number("sums");
      run.backend.sum_squares(run.random(count), count, twice, false);
      run.backend.sum_squares(run.random(count), count, twice, true);
      run.backend.penalty(run.random(count), 0.3, 0.2, run.added("gradients", count), count,
                          run.number("penalty"), false);
      run.backend.penalty(run.random(count), 0, 0.2, nullptr, count, twice, true);
    });
    add_case(cases, "clip_norm, clip_values" + text({count}), [=](OpRun& run) {
      double* const squares = run.number("squares");
      run.backend.sum_squares(run.random(count), count, squares, false);
      run.backend.clip_norm(run.added("clipped", count), count, squares, 0.1);
      run.backend.clip_norm(run.added("kept", count), count, squares, 1e9);
      run.backend.clip_values(run.added("limited", count), count, Real(0.4));
    });
  }
}

}  // namespace lapis_test
