#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/source.h"
#include "device.h"
#include "file.h"
#include "lapis/io/model_file.h"
#include "lapis/io/train_config.h"
#include "lapis/train/trainer.h"
#include "progress.h"

namespace lapis::native {

/// What `lapis train` was asked for.
struct TrainArguments {
  std::string config, data, out, log;
  std::optional<std::uint64_t> seed;
  std::optional<Index> epochs;
  int threads = 0;
  Device device = Device::cpu;
  cuda::Precision precision = cuda::Precision::float32;
  int gpus = 1;
  bool f16 = false;
  bool large = false;  // whatever memory it takes
  bool json = false;
};

/// One training, from a config file and a folder of data to a model file.
class TrainingJob {
 public:
  /// Reads the config and the data, makes the network and takes all memory. Throws Error, one line, where
  /// anything of it cannot be; nothing has been written then.
  TrainingJob(const TrainArguments& arguments, Devices devices);

  /// Trains and saves. However it ends (all epochs done, stopped early, `stop` says true, the loss no longer
  /// finite, a device failing), the weights to keep are on disk: the best epoch's where the config asks for
  /// them, else the last whole one's. Throws WorkFailed, saying so, where it was not done; Error where a file
  /// cannot be written.
  void run(const std::function<bool()>& stop);

 private:
  enum class State { running, finished, early, interrupted, failed };
  /// The weights to keep, and the epoch they are of.
  struct Kept {
    EpochRecord record;
    std::vector<Real> weights;
  };

  Precision precision() const { return arguments_.f16 ? Precision::f16 : Precision::f32; }
  Inventory inventory() const;
  Index batches_per_epoch() const;
  std::unique_ptr<Trainer> make_trainer();
  void fit(const std::function<bool()>& stop);
  void epoch_done(const EpochRecord& record);
  bool is_to_keep(const EpochRecord& record);
  const char* state_name() const;
  void save();
  void write_log(const EpochRecord& record);
  void finish();

  TrainArguments arguments_;
  std::string config_text_;
  TrainConfig config_;
  DataRequest request_;
  std::unique_ptr<DataSource> data_;
  InputSpec input_;
  ModelFile file_;
  std::unique_ptr<Dataset> training_;
  std::unique_ptr<Dataset> validation_;  // none: there is nothing to validate with
  int threads_;
  Devices devices_;
  std::unique_ptr<Trainer> trainer_;
  std::unique_ptr<LineWriter> log_;
  std::unique_ptr<Progress> progress_;
  std::optional<EarlyStopping> watch_;  // for the best epoch; where there is one to restore
  std::vector<EpochRecord> epochs_;     // the whole ones
  std::optional<Kept> kept_;
  State state_ = State::running;
  std::string failure_;      // why it failed
  std::string log_failure_;  // why there is no more of the log
  double start_ = 0, last_save_ = 0;
};

}  // namespace lapis::native
