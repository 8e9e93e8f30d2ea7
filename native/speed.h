#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "device.h"
#include "lapis/io/json.h"
#include "lapis/io/model_file.h"

/// How fast a model runs here, whole and step by step: for `lapis bench` and `lapis info`.
namespace lapis::native {

struct SpeedOptions {
  Index batch = 1;
  int threads = 1;
  Device device = Device::cpu;
  cuda::Precision precision = cuda::Precision::float32;
  bool train = false;   // training steps (Adam) instead of predictions
  bool layers = false;  // each step of the plan too
  double seconds = 2;   // for all runs together; a few are made in any case
};

/// One step of a plan, or one of the things that training does besides.
struct StepSpeed {
  std::string name;    // of the layer; of fused ones "conv2d + max_pooling2d"
  std::string pass;    // "forward", "backward", or besides: "loss", "zero", "update"
  double seconds = 0;  // median
  double flop = 0;     // see Speed::flop
};

struct Speed {
  std::size_t runs = 0;
  double best = 0, median = 0, p95 = 0;  // seconds of a run
  /// Operations of a run, two for each multiply-add of the layers' definitions. A layer that is worked out
  /// with fewer (Winograd's convolution, words whose products were looked up, masked steps) is shown faster
  /// than it calculates, and may be above the peak.
  double flop = 0;
  /// Of as many threads: operations a second, see measure_peak; of a GPU, 0: not measured.
  double peak = 0;
  std::string device;  // Backend::name
  /// Of the backend's memory: the plan's, on a device the weights, of training Adam's moments.
  std::size_t bytes = 0;
  /// In the order of work; views are no work. Measured in runs of their own, so that clocks do not slow down
  /// those above; a device is waited for after each.
  std::vector<StepSpeed> steps;

  double rate() const { return flop / median; }
  double share_of_peak() const { return peak > 0 ? rate() / peak : 0; }
};

/// Runs the model on made-up input of shape `x`, batch first, all known. Shows its progress on a terminal.
/// Training steps change the values in `file`.
Speed measure_speed(ModelFile& file, const Shape& x, const SpeedOptions& options);

/// Times in ms, rates in GFLOP/s, shares as parts of 1; "layers" where they were measured.
Json::Object to_json(const Speed& speed, const SpeedOptions& options);

/// "176.0 GFLOP/s, 76 % of this machine's peak of 231.0".
std::string speed_line(const Speed& speed);

/// The steps as a table, with a heading and a line for the total. Long names are cut so that it fits a
/// terminal on standard output.
std::string step_table(const Speed& speed);

}  // namespace lapis::native
