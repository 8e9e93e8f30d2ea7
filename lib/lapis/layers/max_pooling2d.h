#pragma once

#include "lapis/layers/pooling2d.h"

namespace lapis {

/// y = the largest element of each window (padding counts as -inf)
/// x [batch, height, width, channels] -> y [batch, out_height, out_width, channels]
/// no parameters
/// saves nothing for backward (x suffices)
/// keras.layers.MaxPooling2D
class MaxPooling2D final : public Pooling2D {
 public:
  MaxPooling2D(std::string name, const Config& config) : Pooling2D(std::move(name), config, Pooling::max) {}
  std::string_view type() const override { return "MaxPooling2D"; }
};

}  // namespace lapis
