#pragma once

#include "lapis/layers/layer.h"

namespace lapis {

/// y = x with all axes but the batch made one, in the order height, width, channels
/// x [batch, ...] -> y [batch, product of the rest]
/// no parameters
/// saves nothing; a view: no memory is touched
/// keras.layers.Flatten
class Flatten final : public Layer {
 public:
  struct Config {
    void visit(ConfigVisitor& visitor) { visitor.only_string("data_format", "channels_last"); }
  };

  Flatten(std::string name, const Config& /*config*/) : Layer(std::move(name)) {}
  std::string_view type() const override { return "Flatten"; }

  Shape output_shape(const Shape& x) const override;
  MaskRule mask_rule() const override { return MaskRule::drop; }
  bool is_view(bool /*training*/) const override { return true; }

  void forward(Backend& /*backend*/, const ForwardArgs& /*args*/) const override {}
  void backward(Backend& /*backend*/, const BackwardArgs& /*args*/) const override {}
  void visit_config(ConfigVisitor& visitor) const override { Config().visit(visitor); }
};

}  // namespace lapis
