#pragma once

#include "lapis/layers/layer.h"

namespace lapis {

/// y = activation(x), element by element; softmax and its logarithm over the last axis
/// x [batch, ...] -> y [batch, ...]
/// no parameters
/// saves nothing for backward (x and y suffice)
/// keras.layers.Activation
class ActivationLayer final : public Layer {
 public:
  struct Config {
    Activation activation = Activation::linear;

    void visit(ConfigVisitor& visitor);
  };

  ActivationLayer(std::string name, const Config& config) : Layer(std::move(name)), config_(config) {}
  std::string_view type() const override { return "Activation"; }

  Shape output_shape(const Shape& x) const override;
  double work(const Shape& x) const override;
  Activation final_activation() const override { return config_.activation; }

  void forward(Backend& backend, const ForwardArgs& args) const override;
  void backward(Backend& backend, const BackwardArgs& args) const override;
  void visit_config(ConfigVisitor& visitor) const override { Config(config_).visit(visitor); }

 private:
  Config config_;
};

}  // namespace lapis
