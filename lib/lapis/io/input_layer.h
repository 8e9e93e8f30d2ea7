#pragma once

#include <optional>

#include "lapis/core/shape.h"
#include "lapis/io/json_reader.h"

/// How a Keras config says what a model takes.
namespace lapis {

/// `[null, 32, 32, 3]` with the batch, `[32, 32, 3]` without; batch first in the result.
Shape read_shape(const JsonCursor& cursor, bool with_batch);

struct InputLayer {
  Shape shape;
  bool takes_texts = false;  // dtype "string": for a TextVectorization
};

/// `{"class_name": "InputLayer", "config": {...}}`. Throws Error.
InputLayer read_input_layer(const JsonCursor& layer);

/// What Keras 2 kept in the config of the first layer.
std::optional<Shape> shape_in_first_layer(const JsonCursor& layer);

}  // namespace lapis
