#pragma once

#include "lapis/layers/recurrent.h"

namespace lapis {

/// z = x[t] kernel + h[t-1] recurrent_kernel + bias, in four parts zi, zf, zc, zo (one block of units each):
///     i = r(zi), f = r(zf), o = r(zo), c[t] = f c[t-1] + i a(zc), h[t] = o a(c[t]); r: recurrent_activation,
///     a: activation
/// x [batch, time, inputs] -> y [batch, units], with return_sequences [batch, time, units]
/// parameters: lstm_cell/kernel [inputs, 4 * units], lstm_cell/recurrent_kernel [units, 4 * units],
/// lstm_cell/bias [4 * units] saves the gates, the cell state, its activation and the state, after each step
/// keras.layers.LSTM; a masked step carries the state over (its output: the state, or 0 with
/// zero_output_for_mask)
class LSTM final : public RecurrentLayer {
 public:
  struct Config : RecurrentLayer::Config {
    void visit(ConfigVisitor& visitor);
  };

  LSTM(std::string name, const RecurrentLayer::Config& config);
  std::string_view type() const override { return "LSTM"; }
  std::unique_ptr<RecurrentLayer> with(std::string name, const RecurrentLayer::Config& config) const override;

  Memory plain_memory(const Backend& backend, const Shape& x, Mode mode) const override;
  Index prepared_size(const Backend& backend, const Shape& x, Index words) const override;
  void prepare(Backend& backend, const Shape& x, const Real* parameters, Index words,
               Real* prepared) const override;
  bool takes_words() const override { return true; }
  void plain_forward(Backend& backend, const ForwardArgs& args) const override;
  void plain_backward(Backend& backend, const BackwardArgs& args) const override;
  void visit_config(ConfigVisitor& visitor) const override { Config{config()}.visit(visitor); }
};

}  // namespace lapis
