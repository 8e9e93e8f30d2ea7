#include <algorithm>
#include <cmath>

#include "backend/op_case_list.h"

using namespace lapis;

namespace lapis_test {

namespace {

enum class Kind { simple_rnn, lstm, gru };

void run_recurrent(OpRun& run, Kind kind, const Recurrent& op) {
  Backend& backend = run.backend;
  const Index gates = kind == Kind::simple_rnn ? 1 : kind == Kind::lstm ? 4 : 3;
  const Index columns = gates * op.units;
  const Index biases = kind == Kind::gru && op.reset_after ? 2 * columns : columns;
  const Index outputs = op.batch * (op.return_sequences ? op.time : 1) * op.units;
  const auto size = [&](Index simple, Index lstm, Index gru) {
    return kind == Kind::simple_rnn ? simple : kind == Kind::lstm ? lstm : gru;
  };
  RecurrentParameters parameters;
  parameters.kernel = run.random(op.inputs * columns, -0.5, 0.5);
  const double spread = 1.0 / std::sqrt(static_cast<double>(std::max(op.units, Index{4})));
  parameters.recurrent_kernel = run.random(op.units * columns, -spread, spread);
  parameters.bias = run.random(biases, -0.5, 0.5);
  const Real* const x = run.random(op.batch * op.time * op.inputs);
  const Real* const dy = run.random(outputs);
  Real* const saved =
      run.scratch(size(backend.simple_rnn_saved(op), backend.lstm_saved(op), backend.gru_saved(op)));
  Real* const scratch =
      run.scratch(size(backend.simple_rnn_scratch(op), backend.lstm_scratch(op), backend.gru_scratch(op)));
  RecurrentGradients gradients;
  gradients.kernel = run.added("dkernel", op.inputs * columns);
  gradients.recurrent_kernel = run.added("drecurrent_kernel", op.units * columns);
  gradients.bias = run.added("dbias", biases);
  Real* const predicted = run.out("predicted", outputs);
  Real* const y = run.out("y", outputs);
  Real* const dx = run.out("dx", op.batch * op.time * op.inputs, true);
  if (kind == Kind::simple_rnn) {
    backend.simple_rnn(op, x, parameters, predicted, nullptr, scratch);
    backend.simple_rnn(op, x, parameters, y, saved, scratch);
    backend.simple_rnn_backward(op, x, parameters, dy, saved, dx, gradients, scratch);
  } else if (kind == Kind::lstm) {
    backend.lstm(op, x, parameters, predicted, nullptr, scratch);
    backend.lstm(op, x, parameters, y, saved, scratch);
    backend.lstm_backward(op, x, parameters, dy, saved, dx, gradients, scratch);
  } else {
    backend.gru(op, x, parameters, predicted, nullptr, scratch);
    backend.gru(op, x, parameters, y, saved, scratch);
    backend.gru_backward(op, x, parameters, dy, saved, dx, gradients, scratch);
  }
}

struct Size {
  Index batch, time, inputs, units;
};

/// The options that the bits of `way` and its remainder by 3 choose.
Recurrent make_op(const Size& s, int way) {
  Recurrent op = {.batch = s.batch, .time = s.time, .inputs = s.inputs, .units = s.units};
  op.return_sequences = (way & 1) != 0;
  op.go_backwards = (way & 2) != 0;
  op.zero_output_for_mask = (way & 4) != 0;
  op.reset_after = way % 3 != 0;
  return op;
}

void add_short_recurrent(Cases& cases) {
  for (const Kind kind : {Kind::simple_rnn, Kind::lstm, Kind::gru}) {
    for (const Size s : {Size{1, 1, 1, 1}, Size{3, 5, 4, 6}, Size{5, 7, 3, 17}, Size{34, 4, 9, 8}}) {
      for (int way = 0; way < 16; ++way) {
        add_case(cases,
                 "recurrent" + text({static_cast<Index>(kind), s.batch, s.time, s.inputs, s.units, way}),
                 [=](OpRun& run) {
                   Recurrent op = make_op(s, way);
                   if (way == 5) op.activation = Activation::relu;
                   if (way == 6) op.recurrent_activation = Activation::hard_sigmoid;
                   if ((way & 8) != 0) op.mask = run.mask(make_mask(s.batch * s.time, 77, way == 9));
                   run_recurrent(run, kind, op);
                 });
      }
    }
  }
}

/// Sizes that kernels for whole sequences treat differently: rows of the batch that share a block, weights
/// that stay in registers, in shared memory and in neither.
void add_long_recurrent(Cases& cases) {
  for (const Kind kind : {Kind::simple_rnn, Kind::lstm, Kind::gru}) {
    int number = 0;
    for (const Size s : {Size{67, 3, 2, 1}, Size{2, 9, 5, 3}, Size{67, 6, 7, 33}, Size{5, 4, 65, 65},
                         Size{9, 3, 6, 64}, Size{2, 5, 3, 129}, Size{5, 1, 3, 200}, Size{3, 3, 3, 200},
                         Size{12, 3, 4, 130}, Size{2, 2, 3, 530}, Size{33, 2, 5, 257}}) {
      const int way = number++ * 7 + static_cast<int>(kind);
      add_case(cases, "recurrent long" + text({static_cast<Index>(kind), s.batch, s.time, s.inputs, s.units}),
               [=](OpRun& run) {
                 Recurrent op = make_op(s, way);
                 if (way % 4 != 0) op.mask = run.mask(make_mask(s.batch * s.time, 78));
                 run_recurrent(run, kind, op);
               });
    }
  }
}

/// Every activation that a recurrent layer may have, in either place; and every mask, of more units.
void add_recurrent_activations(Cases& cases) {
  for (const Kind kind : {Kind::simple_rnn, Kind::lstm, Kind::gru}) {
    for (int number = 0; number <= static_cast<int>(Activation::tanh_shrink); ++number) {
      const auto activation = static_cast<Activation>(number);
      if (!is_fusable(activation)) continue;
      for (const bool recurrent : {false, true}) {
        add_case(cases, "recurrent activation" + text({static_cast<Index>(kind), number, recurrent}),
                 [=](OpRun& run) {
                   Recurrent op = {.batch = 3, .time = 4, .inputs = 3, .units = 9};
                   (recurrent ? op.recurrent_activation : op.activation) = activation;
                   op.reset_after = !recurrent;
                   op.mask = run.mask(make_mask(3 * 4, 79));
                   run_recurrent(run, kind, op);
                 });
      }
    }
    for (const bool sequences : {false, true}) {
      add_case(cases, "recurrent masked" + text({static_cast<Index>(kind), sequences}), [=](OpRun& run) {
        Recurrent op = {.batch = 5, .time = 3, .inputs = 4, .units = 129};
        op.return_sequences = sequences;
        op.reset_after = sequences;
        op.mask = run.mask(make_mask(5 * 3, 80, /*none=*/true));
        run_recurrent(run, kind, op);
      });
    }
  }
}

/// Ids instead of inputs: predicted only.
void add_recurrent_words(Cases& cases) {
  for (const Kind kind : {Kind::simple_rnn, Kind::lstm}) {
    add_case(cases, "recurrent words" + text({static_cast<Index>(kind)}), [=](OpRun& run) {
      Recurrent op = {.batch = 5, .time = 6, .inputs = 7, .units = 10, .words = 13};
      op.go_backwards = kind == Kind::lstm;
      op.return_sequences = true;
      op.mask = run.mask(make_mask(op.batch * op.time, 81));
      const bool lstm = kind == Kind::lstm;
      const Index columns = lstm ? 4 * op.units : op.units;
      RecurrentParameters parameters;
      parameters.kernel = run.random(op.inputs * columns, -0.5, 0.5);
      parameters.recurrent_kernel = run.random(op.units * columns, -0.5, 0.5);
      parameters.bias = run.random(columns);
      parameters.table = run.random(op.words * op.inputs);
      Backend& backend = run.backend;
      parameters.prepared = run.scratch(lstm ? backend.lstm_prepared(op) : backend.simple_rnn_prepared(op));
      const Real* const ids = run.in(random_ids(op.batch * op.time, op.words, 8));
      Real* const scratch = run.scratch(lstm ? backend.lstm_scratch(op) : backend.simple_rnn_scratch(op));
      Real* const y = run.out("y", op.batch * op.time * op.units);
      if (lstm) {
        backend.prepare_lstm(op, parameters, parameters.prepared);
        backend.lstm(op, ids, parameters, y, nullptr, scratch);
      } else {
        backend.prepare_simple_rnn(op, parameters, parameters.prepared);
        backend.simple_rnn(op, ids, parameters, y, nullptr, scratch);
      }
    });
  }
}

}  // namespace

void add_recurrent(Cases& cases) {
  add_short_recurrent(cases);
  add_long_recurrent(cases);
  add_recurrent_activations(cases);
  add_recurrent_words(cases);
}

}  // namespace lapis_test
