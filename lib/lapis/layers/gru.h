#pragma once

#include "lapis/layers/recurrent.h"

namespace lapis {

/// z = r(x Wz + h Uz + bz), r = r(x Wr + h Ur + br), h[t] = z h[t-1] + (1 - z) a(x Wh + b + r (h Uh + c));
/// without reset_after a(x Wh + (r h) Uh + b); r: recurrent_activation, a: activation x [batch, time, inputs]
/// -> y [batch, units], with return_sequences [batch, time, units] parameters: gru_cell/kernel [inputs, 3 *
/// units], gru_cell/recurrent_kernel [units, 3 * units], gru_cell/bias [2, 3 * units] (input's, state's),
/// without reset_after [3 * units]; blocks z, r, h saves the gates, the state, and its share of the
/// candidate, after each step keras.layers.GRU; a masked step carries the state over (its output: the state,
/// or 0 with zero_output_for_mask)
class GRU final : public RecurrentLayer {
 public:
  struct Config : RecurrentLayer::Config {
    void visit(ConfigVisitor& visitor);
  };

  GRU(std::string name, const RecurrentLayer::Config& config);
  std::string_view type() const override { return "GRU"; }
  std::unique_ptr<RecurrentLayer> with(std::string name, const RecurrentLayer::Config& config) const override;

  Memory plain_memory(const Backend& backend, const Shape& x, Mode mode) const override;
  void plain_forward(Backend& backend, const ForwardArgs& args) const override;
  void plain_backward(Backend& backend, const BackwardArgs& args) const override;
  void visit_config(ConfigVisitor& visitor) const override { Config{config()}.visit(visitor); }
};

}  // namespace lapis
