#pragma once

#include "lapis/layers/global_pooling.h"

namespace lapis {

/// y = the largest over all pixels
/// x [batch, height, width, n] -> y [batch, n], with keepdims [batch, 1, 1, n]
/// no parameters
/// saves nothing for backward
/// keras.layers.GlobalMaxPooling2D
class GlobalMaxPooling2D final : public GlobalPooling {
 public:
  GlobalMaxPooling2D(std::string name, const Config& config)
      : GlobalPooling(std::move(name), config, Pooling::max, 2) {}
  std::string_view type() const override { return "GlobalMaxPooling2D"; }
};

}  // namespace lapis
