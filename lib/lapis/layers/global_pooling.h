#pragma once

#include "lapis/layers/layer.h"

namespace lapis {

/// What the four global poolings share. The mean of a sequence is over the steps that its mask counts (0
/// where none does, where Keras divides 0 by 0); a maximum, as Keras's, knows no mask.
class GlobalPooling : public Layer {
 public:
  struct Config {
    bool keepdims = false;  // the pooled axes stay, with size 1

    void visit(ConfigVisitor& visitor);
  };

  Shape output_shape(const Shape& x) const override;
  MaskRule mask_rule() const override { return MaskRule::drop; }

  void forward(Backend& backend, const ForwardArgs& args) const override;
  void backward(Backend& backend, const BackwardArgs& args) const override;
  void visit_config(ConfigVisitor& visitor) const override { Config(config_).visit(visitor); }

 protected:
  /// `axes`: 1 for sequences [batch, time, n], 2 for images [batch, height, width, n].
  GlobalPooling(std::string name, const Config& config, Pooling pooling, int axes)
      : Layer(std::move(name)), config_(config), pooling_(pooling), axes_(axes) {}

 private:
  Config config_;
  Pooling pooling_;
  int axes_;
};

}  // namespace lapis
