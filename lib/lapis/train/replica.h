#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "lapis/model/workspace.h"
#include "lapis/train/dataset.h"
#include "lapis/train/loss.h"
#include "lapis/train/optimizer.h"
#include "lapis/train/regularization.h"

namespace lapis {

/// Samples [first, first + count) of an order.
struct SampleRange {
  Index first = 0, count = 0;
};

/// What one backend does in training: its copy of the model, its share of each batch, and, in its memory,
/// what its steps found. Allocates once, in the constructor.
class Replica {
 public:
  struct Settings {
    LossConfig loss;
    OptimizerConfig optimizer;
    std::uint64_t dropout_seed = 0;
    Index batch_size = 0;                  // of all replicas
    Index number = 0, count = 1;           // this one, of so many
    Index steps = 0, steps_of_a_look = 0;  // in an epoch; the most that look() fetches
  };

  Replica(Model& model, Backend& backend, const Settings& settings, const Dataset& data);

  Backend& backend() { return workspace_.backend(); }
  Workspace& workspace() { return workspace_; }
  const Loss& loss() const { return loss_; }
  std::int64_t steps() const { return optimizer_.steps(); }

  /// This replica's part of a batch.
  SampleRange share(SampleRange batch) const;

  /// What the next steps work on. `targets`: of the order, as Loss::make_targets makes them.
  void set_order(std::span<const Index> order, const RandomStream& random, std::span<const Real> targets);

  // One step on its share of `batch`; `number`: the place of the results.

  void load(SampleRange batch);
  void forward(SampleRange batch, Index number);
  /// Gradients: this replica's share of those of the batch's mean loss.
  void backward(SampleRange batch);
  void update(double learning_rate);

  /// What steps [first, first + count), of batches that are `samples` together, found. `penalties`: what
  /// regularisers add, from the first replica alone; those of activities are in `losses`. `outputs`:
  /// [samples, outputs]; only its shares are its own.
  struct Results {
    std::span<const Real> losses;
    std::span<const double> penalties;
    const Real* outputs;
  };
  Results look(Index first, Index count, SampleRange samples);

 private:
  void weigh(Real factor, Real* values, Index count);

  Model& model_;
  Settings settings_;
  Workspace workspace_;
  Loss loss_;
  Regularization regularization_;
  Optimizer optimizer_;
  std::unique_ptr<Batches> batches_;
  Backend::Buffer targets_;    // [samples, target] in the order
  Backend::Buffer outputs_;    // [samples, outputs] likewise
  Backend::Buffer losses_;     // [steps] of the data
  Backend::Buffer penalties_;  // [steps] double
  Backend::Buffer activity_;   // [steps] double: of its share of the batch; or empty
  std::vector<Real> host_outputs_, host_losses_;
  std::vector<double> host_penalties_, host_activity_;
};

}  // namespace lapis
