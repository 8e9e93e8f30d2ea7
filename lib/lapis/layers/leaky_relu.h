#pragma once

#include "lapis/layers/pointwise_layer.h"

namespace lapis {

/// y = x where x > 0, else negative_slope x
/// x [batch, ...] -> y [batch, ...]
/// no parameters
/// saves nothing for backward (x suffices)
/// keras.layers.LeakyReLU
class LeakyReLU final : public PointwiseLayer {
 public:
  struct Config {
    double negative_slope = 0.3;

    void visit(ConfigVisitor& visitor);
  };

  LeakyReLU(std::string name, const Config& config);
  std::string_view type() const override { return "LeakyReLU"; }
  void visit_config(ConfigVisitor& visitor) const override { Config(config_).visit(visitor); }

 private:
  Config config_;
};

}  // namespace lapis
