#pragma once

#include "lapis/layers/recurrent.h"

namespace lapis {

/// h[t] = activation(x[t] kernel + bias + h[t-1] recurrent_kernel), h[-1] = 0
/// x [batch, time, inputs] -> y [batch, units], with return_sequences [batch, time, units]
/// parameters: simple_rnn_cell/kernel [inputs, units], simple_rnn_cell/recurrent_kernel [units, units],
/// simple_rnn_cell/bias [units] saves the state after each step keras.layers.SimpleRNN; a masked step carries
/// the state over (its output: the state, or 0 with zero_output_for_mask)
class SimpleRNN final : public RecurrentLayer {
 public:
  struct Config : RecurrentLayer::Config {
    void visit(ConfigVisitor& visitor);
  };

  SimpleRNN(std::string name, const RecurrentLayer::Config& config);
  std::string_view type() const override { return "SimpleRNN"; }
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
