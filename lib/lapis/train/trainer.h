#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "lapis/train/collective.h"
#include "lapis/train/evaluator.h"
#include "lapis/train/replica.h"
#include "lapis/train/schedule.h"

namespace lapis {

struct TrainOptions {
  Index epochs = 1;
  /// More than there are training samples: all of them in one batch. Unset: 32, as in Keras.
  std::optional<Index> batch_size;
  std::uint64_t seed = 0;  // of shuffling, augmentation and dropout
  bool shuffle = true;
  LossConfig loss;
  OptimizerConfig optimizer;
  Schedule schedule;
  std::optional<PlateauConfig> plateau;
  std::optional<EarlyStoppingConfig> early_stopping;

  /// The batch size for so many training samples: at most that many. Throws Error where it is below 1.
  Index batch_size_for(Index samples) const;
};

/// One line of the training log. `loss` and `accuracy` are means over the epoch's batches while it trained
/// (with dropout and what regularisers add), as Keras shows them.
struct EpochRecord {
  Index epoch = 0;  // from 1
  double loss = 0, accuracy = 0;
  bool validated = false;  // the next three are there
  double val_loss = 0, val_accuracy = 0, val_macro_f1 = 0;
  double learning_rate = 0;  // of the epoch's last step
  double seconds = 0;        // with validation; 0 without a clock
  /// Its weights, which the model has when on_epoch is called, are those to keep: the best so far where early
  /// stopping is to restore them; the last where it is not, and while there is no best.
  bool is_to_keep = true;
};

/// The number of `record` that `monitor` names.
double watched(Monitor monitor, const EpochRecord& record);

/// Where a training is, after each batch.
struct TrainProgress {
  Index epoch = 0, epochs = 0;    // from 1
  Index batch = 0, batches = 0;   // of this epoch, from 1
  double loss = 0, accuracy = 0;  // means of the epoch so far
};

struct TrainCallbacks {
  /// After each epoch.
  std::function<void(const EpochRecord&)> on_epoch;
  /// After each batch; false cancels. A device works ahead: loss and accuracy are then those of some batches
  /// ago.
  std::function<bool(const TrainProgress&)> on_batch;
  /// Seconds from any fixed moment; the library has no clock of its own.
  std::function<double()> clock;
};

struct TrainResult {
  enum class Stop { finished, early, cancelled };

  Stop stop = Stop::finished;
  std::vector<EpochRecord> epochs;  // the whole ones
  /// The epoch whose weights the model has now, from 1; 0: of a cancelled epoch.
  Index weights_of_epoch = 0;
};

/// Trains a model in place. All memory is taken in the constructor: training steps allocate nothing. The
/// result is a pure function of the model's start values, the data and the options, for any number of
/// threads. What it is given must outlive it.
class Trainer {
 public:
  /// Throws Error where options, model and data do not fit together. `validation` may be nullptr, unless an
  /// option watches a val_ number.
  Trainer(Model& model, Backend& backend, const TrainOptions& options, const Dataset& training,
          const Dataset* validation = nullptr);
  /// On several devices: each works on its share of every batch, and `collective` adds up their gradients.
  /// Not for the CPU, whose backends all work on the model's own weights. Dropout's numbers differ from those
  /// of one device; without dropout (and BatchNormalization) the result is one device's but for rounding.
  Trainer(Model& model, std::span<Backend* const> backends, Collective* collective,
          const TrainOptions& options, const Dataset& training, const Dataset* validation = nullptr);

  /// Epochs until done, cancelled or stopped early. Throws Error when the loss is no longer finite.
  TrainResult fit(const TrainCallbacks& callbacks = {});

  // The pieces that fit() is made of, for callers with a loop of their own (a page trains an epoch a
  // message).

  /// One epoch with validation; nothing when on_batch cancelled it.
  std::optional<EpochRecord> train_epoch(const TrainCallbacks& callbacks = {});
  /// All epochs are done, or early stopping said so.
  bool is_done() const;
  /// The epoch that early stopping took for the best so far, from 1; 0: none, or nothing is to be restored.
  Index best_epoch() const;
  /// Puts the best epoch's weights into the model, where the options ask for it. Returns whose weights it has
  /// now.
  Index restore_best();

  /// One step on the given samples of the training data, at most the batch size. Returns their mean loss
  /// before the step.
  double train_step(std::span<const Index> samples);
  /// Brings the weights into the model where a device has been training a copy of them. Epochs, whole or
  /// cancelled, end with it; a caller of train_step() asks for it.
  void store_weights();

 private:
  void begin_epoch();
  void set_order(std::span<const Index> order);
  void step(SampleRange batch, Index number);
  void step_together(SampleRange batch, Index number);
  void check_loss(double loss, std::int64_t step) const;
  void look(Index number, Index samples);
  void end_epoch(EpochRecord& record);

  const Loss& loss() const { return replicas_.front()->loss(); }

  Model& model_;
  TrainOptions options_;
  Index batch_size_;
  const Dataset& training_;
  const Dataset* validation_;
  Collective* collective_;
  std::vector<std::unique_ptr<Replica>> replicas_;
  std::vector<Real*> gradients_;  // of each
  std::optional<Evaluator> evaluator_;
  std::unique_ptr<Batches> validation_batches_;
  std::optional<Plateau> plateau_;
  std::optional<EarlyStopping> early_stopping_;

  Index epoch_ = 0;  // whole epochs done
  bool is_between_epochs_ = true;
  double learning_rate_ = 0;  // of the last step
  RandomStream augmentation_random_;
  std::vector<Real> best_weights_;  // as the model's values

  // Steps leave their results with the replicas; look() fetches those of several at once.
  Index look_every_ = 1;
  std::vector<Index> order_;                 // the epoch's samples
  std::vector<Index> labels_;                // of what is worked on, in its order
  std::vector<Real> targets_;                // likewise
  std::int64_t order_start_ = 0;             // steps done before it
  Index seen_steps_ = 0, seen_samples_ = 0;  // of it
  double loss_sum_ = 0;                      // over the samples seen
  Index right_ = 0;                          // of them
  std::vector<double> step_losses_;          // of one look
};

}  // namespace lapis
