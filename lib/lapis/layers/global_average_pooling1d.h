#pragma once

#include "lapis/layers/global_pooling.h"

namespace lapis {

/// y = the mean over the steps that the mask counts
/// x [batch, time, n] -> y [batch, n], with keepdims [batch, 1, n]
/// no parameters
/// saves nothing for backward
/// keras.layers.GlobalAveragePooling1D
class GlobalAveragePooling1D final : public GlobalPooling {
 public:
  GlobalAveragePooling1D(std::string name, const Config& config)
      : GlobalPooling(std::move(name), config, Pooling::average, 1) {}
  std::string_view type() const override { return "GlobalAveragePooling1D"; }
};

}  // namespace lapis
