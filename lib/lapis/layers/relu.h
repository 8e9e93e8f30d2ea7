#pragma once

#include "lapis/layers/layer.h"

namespace lapis {

/// y = max_value where x >= max_value, x where x > threshold, else negative_slope (x - threshold): max(x, 0)
/// as Keras leaves it x [batch, ...] -> y [batch, ...] no parameters saves nothing for backward (x suffices;
/// the gradient at 0 is 0) keras.layers.ReLU
class ReLU final : public Layer {
 public:
  struct Config {
    std::optional<double> max_value;
    double negative_slope = 0;
    double threshold = 0;

    void visit(ConfigVisitor& visitor);
  };

  ReLU(std::string name, const Config& config) : Layer(std::move(name)), config_(config) {}
  std::string_view type() const override { return "ReLU"; }

  Shape output_shape(const Shape& x) const override { return x; }

  void forward(Backend& backend, const ForwardArgs& args) const override;
  void backward(Backend& backend, const BackwardArgs& args) const override;
  void visit_config(ConfigVisitor& visitor) const override { Config(config_).visit(visitor); }

 private:
  /// The plain one, which every backend has as an activation.
  bool is_plain() const;
  Pointwise op() const;

  Config config_;
};

}  // namespace lapis
