#pragma once

#include "lapis/ops/backend.h"
#include "lapis/ops/parallel.h"

/// The CPU's recurrent layers: see Backend for what each does. SimpleRNN is in simple_rnn.cpp, LSTM in
/// lstm.cpp; what they share (step order, masks, the turn to time-major) in sequence.h.
namespace lapis::cpu {

Index simple_rnn_saved(const Recurrent& op);
Index simple_rnn_scratch(const Recurrent& op);
void simple_rnn(Parallel& parallel, const Recurrent& op, const Real* x, const RecurrentParameters& parameters,
                Real* y, Real* saved, Real* scratch);
void simple_rnn_backward(Parallel& parallel, const Recurrent& op, const Real* x,
                         const RecurrentParameters& parameters, const Real* dy, const Real* saved, Real* dx,
                         const RecurrentGradients& gradients, Real* scratch);

Index lstm_saved(const Recurrent& op);
Index lstm_scratch(const Recurrent& op);
void lstm(Parallel& parallel, const Recurrent& op, const Real* x, const RecurrentParameters& parameters,
          Real* y, Real* saved, Real* scratch);
void lstm_backward(Parallel& parallel, const Recurrent& op, const Real* x,
                   const RecurrentParameters& parameters, const Real* dy, const Real* saved, Real* dx,
                   const RecurrentGradients& gradients, Real* scratch);

}  // namespace lapis::cpu
