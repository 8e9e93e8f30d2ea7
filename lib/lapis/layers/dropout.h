#pragma once

#include "lapis/layers/layer.h"

namespace lapis {

/// y = x, each element kept with probability 1 - rate and scaled by 1 / (1 - rate); y = x when not training
/// x [batch, ...] -> y [batch, ...]
/// no parameters
/// saves nothing for backward: the mask is drawn again from the same counters
/// keras.layers.Dropout
class Dropout final : public Layer {
 public:
  struct Config {
    double rate = 0.5;

    void visit(ConfigVisitor& visitor);
  };

  Dropout(std::string name, const Config& config) : Layer(std::move(name)), config_(config) {}
  std::string_view type() const override { return "Dropout"; }

  Shape output_shape(const Shape& x) const override;
  bool is_view(bool training) const override { return !training; }

  void forward(Backend& backend, const ForwardArgs& args) const override;
  void backward(Backend& backend, const BackwardArgs& args) const override;
  void visit_config(ConfigVisitor& visitor) const override { Config(config_).visit(visitor); }

 private:
  /// Drops from x to y when training, else copies.
  void apply(Backend& backend, const Real* x, Real* y, Index count, bool training, RandomStream random) const;

  Config config_;
};

}  // namespace lapis
