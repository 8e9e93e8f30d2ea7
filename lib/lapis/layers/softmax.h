#pragma once

#include "lapis/layers/layer.h"

namespace lapis {

/// y = e^x / sum(e^x) over the last axis
/// x [batch, ..., n] -> y [batch, ..., n]
/// no parameters
/// saves nothing for backward (y suffices)
/// keras.layers.Softmax; no mask may reach it, as in Keras, which would lay [batch, time] over [time, n]
class Softmax final : public Layer {
 public:
  struct Config {
    Index axis = -1;

    void visit(ConfigVisitor& visitor);
  };

  Softmax(std::string name, const Config& config) : Layer(std::move(name)), config_(config) {}
  std::string_view type() const override { return "Softmax"; }

  Shape output_shape(const Shape& x) const override;
  double work(const Shape& x) const override;
  MaskRule mask_rule() const override { return MaskRule::refuse; }
  Activation final_activation() const override { return Activation::softmax; }

  void forward(Backend& backend, const ForwardArgs& args) const override;
  void backward(Backend& backend, const BackwardArgs& args) const override;
  void visit_config(ConfigVisitor& visitor) const override { Config(config_).visit(visitor); }

 private:
  Config config_;
};

}  // namespace lapis
