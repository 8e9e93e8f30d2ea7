#pragma once

#include "lapis/layers/layer.h"

namespace lapis {

/// y[b, t] = layer(x[b, t]): the same weights at every step
/// x [batch, time, ...] -> y [batch, time, ...]
/// parameters: NAME/..., the layer's
/// saves what the layer saves for batch * time samples
/// keras.layers.TimeDistributed around a layer that treats every sample alone
class TimeDistributed final : public Layer {
 public:
  struct Config {
    std::shared_ptr<const Layer> layer;
    bool passes_mask = true;  // not in Keras 3.16

    void visit(ConfigVisitor& visitor);
  };

  TimeDistributed(std::string name, const Config& config);
  std::string_view type() const override { return "TimeDistributed"; }

  bool is_wrapper() const override { return true; }
  Shape output_shape(const Shape& x) const override;
  std::vector<ParameterInfo> parameters(const Shape& x) const override;
  Memory memory(const Backend& backend, const Shape& x, Mode mode) const override;
  Index prepared_size(const Backend& backend, const Shape& x, Index words) const override;
  void prepare(Backend& backend, const Shape& x, const Real* parameters, Index words,
               Real* prepared) const override;
  double macs(const Shape& x) const override;
  double work(const Shape& x) const override;
  MaskRule mask_rule() const override { return config_.passes_mask ? MaskRule::pass : MaskRule::drop; }
  bool is_view(bool training) const override { return config_.layer->is_view(training); }
  Activation final_activation() const override { return config_.layer->final_activation(); }

  void forward(Backend& backend, const ForwardArgs& args) const override;
  void backward(Backend& backend, const BackwardArgs& args) const override;
  void visit_config(ConfigVisitor& visitor) const override { Config(config_).visit(visitor); }

 private:
  Config config_;
};

}  // namespace lapis
