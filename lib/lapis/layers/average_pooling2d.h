#pragma once

#include "lapis/layers/pooling2d.h"

namespace lapis {

/// y = the mean of each window's real pixels (padding does not count)
/// x [batch, height, width, channels] -> y [batch, out_height, out_width, channels]
/// no parameters
/// saves nothing for backward (x suffices)
/// keras.layers.AveragePooling2D
class AveragePooling2D final : public Pooling2D {
 public:
  AveragePooling2D(std::string name, const Config& config)
      : Pooling2D(std::move(name), config, Pooling::average) {}
  std::string_view type() const override { return "AveragePooling2D"; }
};

}  // namespace lapis
