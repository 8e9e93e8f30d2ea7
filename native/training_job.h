#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common.h"
#include "data/source.h"
#include "device.h"
#include "file.h"
#include "lapis/io/model_file.h"
#include "lapis/io/train_config.h"
#include "lapis/train/trainer.h"
#include "progress.h"
#include "training_log.h"

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
  /// them, else the last whole one's. While it runs they are there within a second, or, where saving takes
  /// long, so seldom that it takes a tenth of the time at most. Throws WorkFailed, saying so, where it was
  /// not done; Error where a file cannot be written at the end.
  void run(const std::function<bool()>& stop);

 private:
  enum class State { running, finished, early, interrupted, failed };
  Inventory inventory() const;
  Index batches_per_epoch() const;
  std::unique_ptr<Trainer> make_trainer();
  void fit(const std::function<bool()>& stop);
  void epoch_done(const EpochRecord& record);
  void keep(const EpochRecord& record);
  const char* state_name() const;
  void save();
  void save_if_due();
  void write_log(const EpochRecord& record);
  void finish();

  TrainArguments arguments_;
  std::string config_text_;
  TrainConfig config_;
  DataRequest request_;
  std::unique_ptr<DataSource> data_;
  InputSpec input_;
  Model model_;     // in training
  ModelFile file_;  // what is saved: with the weights to keep
  std::unique_ptr<Dataset> training_;
  std::unique_ptr<Dataset> validation_;  // none: there is nothing to validate with
  int threads_;
  Devices devices_;
  std::unique_ptr<Trainer> trainer_;
  std::unique_ptr<TrainingLog> log_;
  std::unique_ptr<Progress> progress_;
  std::vector<EpochRecord> epochs_;  // the whole ones
  std::optional<EpochRecord> kept_;  // the one whose weights file_ has
  bool is_saved_ = false;            // those are on disk
  Index saved_epoch_ = 0;            // the one on disk; 0: none of this training
  double next_save_ = 0;             // not earlier
  State state_ = State::running;
  std::string failure_;       // why it failed
  std::string save_failure_;  // of the last save on the way that failed
  std::string log_failure_;   // why there is no more of the log
  bool replaces_ = false;     // a model file that was there before
  double start_ = 0;
};

}  // namespace lapis::native
