#pragma once

#include "lapis/layers/layer.h"

namespace lapis {

/// y = max(x, 0)
/// x [batch, ...] -> y [batch, ...]
/// no parameters
/// saves nothing for backward (y suffices; the gradient at 0 is 0)
/// keras.layers.ReLU
class ReLU final : public Layer {
 public:
  struct Config {
    void visit(ConfigVisitor& visitor);
  };

  ReLU(std::string name, const Config& /*config*/) : Layer(std::move(name)) {}
  std::string_view type() const override { return "ReLU"; }

  Shape output_shape(const Shape& x) const override { return x; }

  void forward(Backend& backend, const ForwardArgs& args) const override;
  void backward(Backend& backend, const BackwardArgs& args) const override;
  void visit_config(ConfigVisitor& visitor) const override { Config().visit(visitor); }
};

}  // namespace lapis
