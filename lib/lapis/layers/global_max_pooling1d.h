#pragma once

#include "lapis/layers/global_pooling.h"

namespace lapis {

/// y = the largest over all steps, masked or not
/// x [batch, time, n] -> y [batch, n], with keepdims [batch, 1, n]
/// no parameters
/// saves nothing for backward
/// keras.layers.GlobalMaxPooling1D
class GlobalMaxPooling1D final : public GlobalPooling {
 public:
  GlobalMaxPooling1D(std::string name, const Config& config)
      : GlobalPooling(std::move(name), config, Pooling::max, 1) {}
  std::string_view type() const override { return "GlobalMaxPooling1D"; }
};

}  // namespace lapis
