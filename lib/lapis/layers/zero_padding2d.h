#pragma once

#include "lapis/layers/layer.h"

namespace lapis {

/// y = x with rows and columns of zeros around it
/// x [batch, height, width, n] -> y [batch, top + height + bottom, left + width + right, n]
/// no parameters
/// saves nothing for backward
/// keras.layers.ZeroPadding2D
class ZeroPadding2D final : public Layer {
 public:
  struct Config {
    std::array<Index, 4> padding = {1, 1, 1, 1};  // top, bottom, left, right

    void visit(ConfigVisitor& visitor);
  };

  ZeroPadding2D(std::string name, const Config& config) : Layer(std::move(name)), config_(config) {}
  std::string_view type() const override { return "ZeroPadding2D"; }

  Shape output_shape(const Shape& x) const override;
  MaskRule mask_rule() const override { return MaskRule::drop; }

  void forward(Backend& backend, const ForwardArgs& args) const override;
  void backward(Backend& backend, const BackwardArgs& args) const override;
  void visit_config(ConfigVisitor& visitor) const override { Config(config_).visit(visitor); }

 private:
  Config config_;
};

}  // namespace lapis
