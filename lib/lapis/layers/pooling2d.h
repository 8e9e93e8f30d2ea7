#pragma once

#include "lapis/layers/layer.h"

namespace lapis {

/// What MaxPooling2D and AveragePooling2D share: all but the operation.
class Pooling2D : public Layer {
 public:
  struct Config {
    std::array<Index, 2> pool_size = {2, 2};
    std::array<Index, 2> strides = {2, 2};  // Keras: null means pool_size
    Padding padding = Padding::valid;

    void visit(ConfigVisitor& visitor);
  };

  Shape output_shape(const Shape& x) const override;
  double work(const Shape& x) const override;
  /// What backends are asked for.
  Pool2D op(const Shape& x) const;
  MaskRule mask_rule() const override { return MaskRule::drop; }

  void forward(Backend& backend, const ForwardArgs& args) const override;
  void backward(Backend& backend, const BackwardArgs& args) const override;
  void visit_config(ConfigVisitor& visitor) const override { Config(config_).visit(visitor); }

 protected:
  Pooling2D(std::string name, const Config& config, Pooling pooling)
      : Layer(std::move(name)), config_(config), pooling_(pooling) {}

 private:
  Config config_;
  Pooling pooling_;
};

}  // namespace lapis
