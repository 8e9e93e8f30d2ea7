#pragma once

#include "lapis/layers/layer.h"

namespace lapis {

/// y = x, but 0 in the steps where all of x is mask_value; these steps are masked from here on
/// x [batch, time, n] -> y [batch, time, n]
/// no parameters
/// saves nothing for backward (x suffices)
/// keras.layers.Masking
class Masking final : public Layer {
 public:
  struct Config {
    double mask_value = 0;

    void visit(ConfigVisitor& visitor);
  };

  Masking(std::string name, const Config& config) : Layer(std::move(name)), config_(config) {}
  std::string_view type() const override { return "Masking"; }

  Shape output_shape(const Shape& x) const override;
  MaskRule mask_rule() const override { return MaskRule::make; }

  void forward(Backend& backend, const ForwardArgs& args) const override;
  void backward(Backend& backend, const BackwardArgs& args) const override;
  void visit_config(ConfigVisitor& visitor) const override { Config(config_).visit(visitor); }

 private:
  Config config_;
};

}  // namespace lapis
