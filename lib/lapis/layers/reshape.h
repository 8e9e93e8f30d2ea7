#pragma once

#include "lapis/layers/layer.h"

namespace lapis {

/// y = x with other sizes, in the same order
/// x [batch, ...] -> y [batch, target_shape]; one size of target_shape may be -1: what is left
/// no parameters
/// saves nothing; a view: no memory is touched
/// keras.layers.Reshape
class Reshape final : public Layer {
 public:
  struct Config {
    std::vector<Index> target_shape;

    void visit(ConfigVisitor& visitor);
  };

  Reshape(std::string name, const Config& config) : Layer(std::move(name)), config_(config) {}
  std::string_view type() const override { return "Reshape"; }

  Shape output_shape(const Shape& x) const override;
  MaskRule mask_rule() const override { return MaskRule::drop; }
  bool is_view(bool /*training*/) const override { return true; }

  void forward(Backend& /*backend*/, const ForwardArgs& /*args*/) const override {}
  void backward(Backend& /*backend*/, const BackwardArgs& /*args*/) const override {}
  void visit_config(ConfigVisitor& visitor) const override { Config(config_).visit(visitor); }

 private:
  Config config_;
};

}  // namespace lapis
