#pragma once

#include <vector>

#include "lapis/model/model.h"

/// Small whole networks with odd sizes, for tests of models, workspaces and gradients.
namespace lapis_test {

struct Network {
  lapis::Model model;    // initialised
  lapis::Shape x;        // the batch and the sizes that the tests use
  lapis::Index ids = 0;  // above 0: inputs are whole numbers below it, 0 is padding
};

/// Convolutions, both poolings, Dropout, Dense; softmax. `width` times as many filters and units.
Network cnn(lapis::Index width = 1);
/// Embedding with mask_zero, Bidirectional LSTM with sequences, Dropout, LSTM, Dense softmax.
Network masked_bilstm(lapis::Index width = 1);
/// Bidirectional SimpleRNN with sequences merged by sum, SimpleRNN, Dense softmax; on Reals, without a mask.
Network simple_rnn_stack();
/// Dense with RMSNorm, RMSNormalization, Dropout, Dense, Activation softmax.
Network rms_norm_mlp();
/// A softmax for every step of a masked sequence: the output carries the mask.
Network sequence_tagger();

/// ZeroPadding2D, Conv2D with silu, BatchNormalization, LeakyReLU, Dropout, GlobalAveragePooling2D,
/// LayerNormalization, Dense, Softmax.
Network normalized_cnn();
/// Embedding with mask_zero, BatchNormalization, Bidirectional GRU with sequences, TimeDistributed(Dense),
/// Dropout, GlobalAveragePooling1D, Reshape, Conv1D, GlobalMaxPooling1D, Dense softmax.
Network masked_gru();

/// One of each.
std::vector<Network> networks();

/// A batch for a network: Reals in [-1, 1), or ids with padding at the end, at the front, and one row of
/// padding only.
std::vector<lapis::Real> network_input(const Network& network, const lapis::Shape& x, std::uint64_t seed = 1);

}  // namespace lapis_test
