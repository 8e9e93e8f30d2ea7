#pragma once

#include "lapis/io/config_values.h"
#include "lapis/train/trainer.h"

namespace lapis {

/// The "compile" section of a training config: optimizer and loss.
void read_compile(const JsonCursor& value, TrainOptions& options);

/// A learning-rate schedule. `schedule.initial_learning_rate` is what one without a rate of its own starts
/// from.
Schedule read_schedule(const Named& named, Schedule schedule);

}  // namespace lapis
