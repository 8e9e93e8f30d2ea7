#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "lapis/layers/layer.h"

namespace lapis {

/// One layer class: its Keras name, the snake_case name that unnamed layers get, and how to make one from a
/// config.
struct LayerType {
  std::string_view type;        // "MaxPooling2D"
  std::string_view snake_name;  // "max_pooling2d"
  std::unique_ptr<Layer> (*make)(std::string name, ConfigVisitor& config);
};

/// The only list of layers. Sorted by name.
std::span<const LayerType> layer_types();

/// nullptr where there is no such class.
const LayerType* find_layer_type(std::string_view type);

/// "Activation, AveragePooling2D, ...": for messages.
std::string supported_layers();

}  // namespace lapis
