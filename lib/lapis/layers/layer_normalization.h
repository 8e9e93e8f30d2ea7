#pragma once

#include "lapis/layers/layer.h"

namespace lapis {

/// y = (x - mean) / sqrt(variance + epsilon) * gamma + beta, mean and variance over the last axis
/// x [batch, ..., n] -> y [batch, ..., n]
/// parameters: gamma [n] (scale), beta [n] (center)
/// saves nothing for backward (x suffices)
/// keras.layers.LayerNormalization (over the last axis)
class LayerNormalization final : public Layer {
 public:
  struct Config {
    Index axis = -1;
    double epsilon = 1e-3;
    bool center = true;
    bool scale = true;
    Initializer beta_initializer = {};
    Initializer gamma_initializer = {.kind = Initializer::Kind::ones};
    Regularizer beta_regularizer = {};
    Regularizer gamma_regularizer = {};

    void visit(ConfigVisitor& visitor);
  };

  LayerNormalization(std::string name, const Config& config) : Layer(std::move(name)), config_(config) {}
  std::string_view type() const override { return "LayerNormalization"; }

  Shape output_shape(const Shape& x) const override;
  double work(const Shape& x) const override;
  std::vector<ParameterInfo> parameters(const Shape& x) const override;

  void forward(Backend& backend, const ForwardArgs& args) const override;
  void backward(Backend& backend, const BackwardArgs& args) const override;
  void visit_config(ConfigVisitor& visitor) const override { Config(config_).visit(visitor); }

 private:
  Index beta_offset(const Shape& x) const { return config_.scale ? x[-1] : 0; }

  Config config_;
};

}  // namespace lapis
