#pragma once

#include "lapis/layers/layer.h"

namespace lapis {

/// y = x / sqrt(mean(x^2) + epsilon) * scale, over the last axis
/// x [batch, ..., n] -> y [batch, ..., n]
/// parameters: scale [n], starts at 1
/// saves nothing for backward (x suffices)
/// keras.layers.RMSNormalization; it takes no mask (3.15.1: no supports_masking), so none goes on behind it
class RMSNormalization final : public Layer {
 public:
  struct Config {
    double epsilon = 1e-6;

    void visit(ConfigVisitor& visitor);
  };

  RMSNormalization(std::string name, const Config& config) : Layer(std::move(name)), config_(config) {}
  std::string_view type() const override { return "RMSNormalization"; }

  Shape output_shape(const Shape& x) const override;
  double work(const Shape& x) const override;
  MaskRule mask_rule() const override { return MaskRule::drop; }
  std::vector<ParameterInfo> parameters(const Shape& x) const override;
  Memory memory(const Backend& backend, const Shape& x, Mode mode) const override;

  void forward(Backend& backend, const ForwardArgs& args) const override;
  void backward(Backend& backend, const BackwardArgs& args) const override;
  void visit_config(ConfigVisitor& visitor) const override { Config(config_).visit(visitor); }

 private:
  Config config_;
};

}  // namespace lapis
