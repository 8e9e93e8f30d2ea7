#pragma once

#include "lapis/layers/layer.h"

namespace lapis {

/// y = x; in training l1 sum |x| + l2 sum x^2, divided by the batch, joins the loss
/// x [batch, ...] -> y [batch, ...]
/// no parameters
/// saves nothing: it is a view
/// keras.layers.ActivityRegularization
class ActivityRegularization final : public Layer {
 public:
  struct Config {
    double l1 = 0;
    double l2 = 0;

    void visit(ConfigVisitor& visitor);
  };

  ActivityRegularization(std::string name, const Config& config) : Layer(std::move(name)), config_(config) {}
  std::string_view type() const override { return "ActivityRegularization"; }

  Shape output_shape(const Shape& x) const override { return x; }
  bool is_view(bool /*training*/) const override { return true; }
  Regularizer activity_regularizer() const override { return {.l1 = config_.l1, .l2 = config_.l2}; }

  void forward(Backend& /*backend*/, const ForwardArgs& /*args*/) const override {}
  void backward(Backend& /*backend*/, const BackwardArgs& /*args*/) const override {}
  void visit_config(ConfigVisitor& visitor) const override { Config(config_).visit(visitor); }

 private:
  Config config_;
};

}  // namespace lapis
