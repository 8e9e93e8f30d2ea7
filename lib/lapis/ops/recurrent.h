#pragma once

#include "lapis/ops/backend.h"
#include "lapis/ops/parallel.h"

/// The CPU's recurrent layers: see Backend for what each does. SimpleRNN is in simple_rnn.cpp, LSTM in
/// lstm.cpp, GRU in gru.cpp; what they share (step order, masks, products) in sequence.h. Every thread has
/// scratch of its own.
namespace lapis::cpu {

Index simple_rnn_prepared(const Recurrent& op);
void prepare_simple_rnn(const Recurrent& op, const RecurrentParameters& parameters, Real* prepared);
Index simple_rnn_saved(const Recurrent& op);
Index simple_rnn_scratch(const Recurrent& op, int threads);
void simple_rnn(Parallel& parallel, const Recurrent& op, const Real* x, const RecurrentParameters& parameters,
                Real* y, Real* saved, Real* scratch);
void simple_rnn_backward(Parallel& parallel, const Recurrent& op, const Real* x,
                         const RecurrentParameters& parameters, const Real* dy, const Real* saved, Real* dx,
                         const RecurrentGradients& gradients, Real* scratch);

Index lstm_prepared(const Recurrent& op);
void prepare_lstm(const Recurrent& op, const RecurrentParameters& parameters, Real* prepared);
Index lstm_saved(const Recurrent& op);
Index lstm_scratch(const Recurrent& op, int threads);
void lstm(Parallel& parallel, const Recurrent& op, const Real* x, const RecurrentParameters& parameters,
          Real* y, Real* saved, Real* scratch);
void lstm_backward(Parallel& parallel, const Recurrent& op, const Real* x,
                   const RecurrentParameters& parameters, const Real* dy, const Real* saved, Real* dx,
                   const RecurrentGradients& gradients, Real* scratch);

Index gru_saved(const Recurrent& op);
Index gru_scratch(const Recurrent& op);
void gru(Parallel& parallel, const Recurrent& op, const Real* x, const RecurrentParameters& parameters,
         Real* y, Real* saved, Real* scratch);
void gru_backward(Parallel& parallel, const Recurrent& op, const Real* x,
                  const RecurrentParameters& parameters, const Real* dy, const Real* saved, Real* dx,
                  const RecurrentGradients& gradients, Real* scratch);

}  // namespace lapis::cpu
