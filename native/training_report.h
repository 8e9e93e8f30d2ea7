#pragma once

#include <string>
#include <vector>

#include "data/inventory.h"
#include "lapis/io/json.h"
#include "lapis/train/trainer.h"

/// What `lapis train` prints and logs.
namespace lapis::native {

/// The lines above the table of epochs: what is trained, on what and with what.
struct TrainingHeading {
  std::string model;  // its name
  Index parameters = 0;
  std::string device;  // "2 threads", "NVIDIA H200 (cuda:0)", "4 GPUs"
  Inventory data;
  bool validates = false;
};
void print_heading(const TrainingHeading& heading);

/// A row of the table; `is_best` marks it.
void print_epoch(const EpochRecord& record, bool is_best);

/// A line of the log, and an epoch of `--json`.
Json epoch_json(const EpochRecord& record);
Json epochs_json(const std::vector<EpochRecord>& epochs);

/// To milliseconds.
double rounded(double seconds);

}  // namespace lapis::native
