#pragma once

#include "lapis/layers/pointwise_layer.h"

namespace lapis {

/// y = x where x > 0, else alpha (e^x - 1)
/// x [batch, ...] -> y [batch, ...]
/// no parameters
/// saves nothing for backward (x suffices)
/// keras.layers.ELU
class ELU final : public PointwiseLayer {
 public:
  struct Config {
    double alpha = 1;

    void visit(ConfigVisitor& visitor);
  };

  ELU(std::string name, const Config& config);
  std::string_view type() const override { return "ELU"; }
  void visit_config(ConfigVisitor& visitor) const override { Config(config_).visit(visitor); }

 private:
  Config config_;
};

}  // namespace lapis
