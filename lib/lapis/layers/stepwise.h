#pragma once

#include <array>

#include "lapis/ops/backend.h"

/// A recurrent layer step by step, put together from a backend's small operations: for a training that drops
/// parts of the state, or other inputs for each gate, which the operations on whole sequences do not know.
namespace lapis {

/// LSTM has 4 gates (i, f, candidate, o), GRU 3 (z, r, candidate), SimpleRNN 1.
struct Stepwise {
  static constexpr int kMostGates = 4;

  Recurrent op;
  int gates = 1;
  RecurrentParameters parameters;
  std::array<const Real*, kMostGates> x = {};  // [batch, time, inputs], of each gate
  /// [gates, batch, units]: what each gate's view of the state is multiplied by, in all steps; nullptr: 1.
  const Real* state_factors = nullptr;
};

/// Reals of `saved` and of `scratch`, for forward and backward.
Index stepwise_saved(const Stepwise& layer);
Index stepwise_scratch(const Stepwise& layer);

/// y as the backend's simple_rnn, lstm and gru have it.
void stepwise_forward(Backend& backend, const Stepwise& layer, Real* y, Real* saved, Real* scratch);

/// `dx`: [batch, time, inputs] for each gate's x, of which several may be one; nullptr: not wanted. They and
/// the parameters' gradients are added to.
void stepwise_backward(Backend& backend, const Stepwise& layer, const Real* dy, const Real* saved,
                       const std::array<Real*, Stepwise::kMostGates>& dx, const RecurrentGradients& gradients,
                       Real* scratch);

}  // namespace lapis
