#pragma once

#include "lapis/io/json_reader.h"
#include "lapis/io/train_config.h"

namespace lapis {

/// The "data" section of a training config.
void read_data(const JsonCursor& value, DataConfig& data);

}  // namespace lapis
