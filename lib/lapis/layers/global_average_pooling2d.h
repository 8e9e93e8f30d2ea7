#pragma once

#include "lapis/layers/global_pooling.h"

namespace lapis {

/// y = the mean over all pixels
/// x [batch, height, width, n] -> y [batch, n], with keepdims [batch, 1, 1, n]
/// no parameters
/// saves nothing for backward
/// keras.layers.GlobalAveragePooling2D
class GlobalAveragePooling2D final : public GlobalPooling {
 public:
  GlobalAveragePooling2D(std::string name, const Config& config)
      : GlobalPooling(std::move(name), config, Pooling::average, 2) {}
  std::string_view type() const override { return "GlobalAveragePooling2D"; }
};

}  // namespace lapis
