#pragma once

#include "lapis/layers/pointwise_layer.h"

namespace lapis {

/// y = scale x + offset
/// x [batch, ...] -> y [batch, ...]
/// no parameters
/// saves nothing for backward
/// keras.layers.Rescaling (one number for scale and for offset)
class Rescaling final : public PointwiseLayer {
 public:
  struct Config {
    double scale = 1;
    double offset = 0;
    bool passes_mask = true;  // not in Keras 2

    void visit(ConfigVisitor& visitor);
  };

  Rescaling(std::string name, const Config& config);
  std::string_view type() const override { return "Rescaling"; }
  MaskRule mask_rule() const override { return config_.passes_mask ? MaskRule::pass : MaskRule::drop; }
  void visit_config(ConfigVisitor& visitor) const override { Config(config_).visit(visitor); }

 private:
  Config config_;
};

}  // namespace lapis
