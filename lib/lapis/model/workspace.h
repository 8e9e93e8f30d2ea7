#pragma once

#include <cstdint>

#include "lapis/model/model.h"
#include "lapis/model/plan.h"

namespace lapis {

/// Hears of each step of a workspace's plan as soon as its layer was called: to see what it takes (the
/// library has no clock of its own). Not of views, where nothing is called. A backend that works behind the
/// caller's back may still be at it.
class StepObserver {
 public:
  enum class Pass { forward, backward };

  virtual ~StepObserver() = default;
  virtual void done(const Plan::Step& step, Pass pass) = 0;
};

/// The memory of one caller (thread, page, GPU stream), laid out by a Plan; its saved values, walked in
/// reverse, are the tape. Allocates once, in the constructor. The model and the backend must outlive it;
/// where the model's values change, the next run sees it.
///
///     Workspace workspace(model, backend, {1, 32, 32, 3}, Mode::predict);
///     std::copy(pixels.begin(), pixels.end(), workspace.input(1).data);
///     ConstView probabilities = workspace.run(1);      // [1, 10]
class Workspace {
 public:
  /// `x`: the largest batch that will run, and the sizes that the model leaves open.
  Workspace(const Model& model, Backend& backend, const Shape& x, Mode mode, bool input_gradient = false);

  const Model& model() const { return model_; }
  Backend& backend() const { return backend_; }
  const Plan& plan() const { return plan_; }
  /// Who hears of each step from now on, in run() and backward(); nullptr, as at the start: nobody.
  void observe(StepObserver* observer) { observer_ = observer; }

  /// Where the next `batch` samples are to be written (1 <= batch <= the planned one), in the backend's
  /// memory.
  View input(Index batch);

  /// Runs the first `batch` samples of the input; returns the output, valid until the next call. In
  /// Mode::train, `training` makes Dropout drop, with masks that depend only on (seed, step, layer, element).
  ConstView run(Index batch, bool training = false, std::uint64_t seed = 0, std::uint64_t step = 0);

  /// Predicts for x [batch, ...] (1 <= batch <= the planned one) where it lies, in the backend's memory,
  /// instead of a copy in input(). Only in Mode::predict.
  ConstView run_on(const ConstView& x);

  /// Output of layer i in the last run (not in Mode::predict).
  ConstView activation(int i) const;
  /// What activity regularizers add to the loss of the last run, [1] in the backend's memory; nullptr where
  /// there are none, and in Mode::predict.
  const double* activity_penalty() const { return penalties_at(0); }
  /// Its value, or 0.
  double download_activity_penalty() const;
  /// The mask that the output carries: [batch, time], or nullptr.
  Mask output_mask() const;

  /// The model's parameters in the backend's memory: the model's own values on the CPU, on a device a copy,
  /// renewed where the model's values have changed.
  const Real* parameters();
  /// The same to be written, by an optimizer; `model` is model(). On a device the model does not have what is
  /// written until store_parameters().
  Real* parameters_to_update(Model& model);
  /// Brings what was written into `model`, which is model(); nothing to do on the CPU.
  void store_parameters(Model& model);

  // The five below: only in Mode::train, else an Error.

  /// Gradients of all parameters, laid out as the model's. `backward` adds to them.
  Real* gradients();
  void zero_gradients();
  /// Where the loss writes the gradient of the output (of its softmax's input with `dy_is_logits`) before
  /// `backward`.
  View output_gradient();
  /// After run() in Mode::train. Needs output_gradient() filled.
  /// The gradients of activity regularizers join, `weight` times.
  void backward(bool dy_is_logits, double weight = 1);
  /// Gradient of the input, after backward(); only with `input_gradient`.
  ConstView input_gradient() const;

 private:
  Real* at(Index offset) const { return memory_ + offset; }
  bool shares_parameters() const { return parameters_.get() == model_.values().data(); }
  double* penalties_at(int i) const;
  void add_activity_gradient(const Plan::Step& step, bool dy_is_logits, double weight);
  void prepare();
  ConstView forward(ConstView x);
  void check_trains() const;
  std::uint8_t* mask_at(int mask) const;
  RandomStream random_for(const Plan::Step& step) const;

  const Model& model_;
  Backend& backend_;
  Plan plan_;
  Backend::Buffer block_;
  Backend::Buffer parameters_;
  std::uint64_t parameters_revision_ = 0;  // of the model's values that parameters_ is a copy of
  Backend::Buffer penalties_;  // [2] double: of the outputs, and a sum that nobody wants; or empty
  Backend::Buffer prepared_;
  std::uint64_t prepared_revision_ = 0;  // of the model's values
  Real* memory_ = nullptr;
  Index batch_ = 0;
  bool training_ = false;
  std::uint64_t seed_ = 0, step_ = 0;
  StepObserver* observer_ = nullptr;
};

}  // namespace lapis
