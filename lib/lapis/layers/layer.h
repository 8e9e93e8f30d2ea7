#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lapis/core/error.h"
#include "lapis/core/parameters.h"
#include "lapis/core/random.h"
#include "lapis/core/size.h"
#include "lapis/core/view.h"
#include "lapis/layers/config.h"
#include "lapis/ops/backend.h"

/// THE contract between layers and everything else.
///
/// A layer is a description: hyper-parameters only, every method const, so one layer serves any number of
/// threads and batch sizes. Memory comes from outside: a plan asks how much (`memory`), a workspace brings it
/// (`ForwardArgs`, `BackwardArgs`). What backward needs from forward goes through `saved`.
///
/// What every layer promises (tests/support/check_layer.h checks it for each):
/// - `forward` writes all of `y`; `backward` writes all of `dx` (where wanted) and ADDS to `gradients`.
/// - A moving statistic has no gradient: `backward` adds to its place in `gradients` what a training step is
/// to
///   add to it. So models stay immutable while they run, and whoever applies the gradients applies these
///   changes too.
/// - A frozen layer computes what any other does (BatchNormalization apart); whoever applies the gradients
///   leaves out those of `model_parameters` that are neither trainable nor moving.
/// - forward with `saved == nullptr` gives the same `y` as with it (Dropout apart), and so with `prepared`.
/// - It writes nothing but `y`/`dx`, `gradients`, and `memory()`'s Reals of `saved` and `scratch`; allocates
/// nothing;
///   and two equal calls give equal bits.
/// - Wrong shapes and settings end in an Error from `output_shape`, never later.
namespace lapis {

/// What a plan is made for. `predict` keeps two activations, `inspect` all of them, `train` all and the
/// gradients.
enum class Mode { predict, inspect, train };

/// Memory that one call needs, in Reals.
struct Memory {
  Index saved = 0;    // from forward to backward; only in Mode::train
  Index scratch = 0;  // within one call
};

/// What a layer does with the mask [batch, time] of its input.
enum class MaskRule {
  pass,    // its output carries the same mask
  drop,    // its output carries none (Flatten, convolutions, a recurrent layer that returns one step)
  make,    // it makes one from its input (Embedding with mask_zero)
  refuse,  // none may reach it: Keras, too, has no use for one there (Softmax)
};

/// The table [count, inputs] of an Embedding in front of a layer.
struct Words {
  const Real* table = nullptr;
  Index count = 0;
};

struct ForwardArgs {
  ConstView x;
  View y;
  const Real* parameters = nullptr;  // this layer's, in the order of `parameters()`, without gaps
  Real* prepared = nullptr;          // the same as `prepare` made them, or nullptr; never when training
  /// Where there are any, x's data are their ids [batch, time]; its shape is that of the embedded words. Only
  /// with `prepared`, in which a layer that takes words keeps what it has worked out for each.
  Words words;
  Real* saved = nullptr;  // nullptr: not training
  Real* scratch = nullptr;
  Mask mask = nullptr;                 // [batch, time] of x, or nullptr
  std::uint8_t* made_mask = nullptr;   // [batch, time] to fill, for MaskRule::make
  bool training = false;               // Dropout drops
  double* activity_penalty = nullptr;  // [1], to be added to by layers inside this one; nullptr: not wanted
  RandomStream random;                 // differs by layer and by training step
};

struct BackwardArgs {
  ConstView x;
  ConstView y;
  ConstView dy;
  View dx;  // data is nullptr where the gradient of x is not wanted
  const Real* parameters = nullptr;
  Real* gradients = nullptr;  // laid out as `parameters`
  const Real* saved = nullptr;
  Real* scratch = nullptr;
  Mask mask = nullptr;
  bool training = false;
  /// Of layers inside this one: how much of their gradients joins, and where sums go that nobody wants, [1].
  double activity_weight = 1;
  double* unwanted_sum = nullptr;
  RandomStream random;  // the forward call's
  /// dy is already the gradient of the final softmax's input (the loss was fused with it).
  bool dy_is_logits = false;
};

/// What Keras lets any layer have beside its own settings. Predicting does not ask for it.
struct TrainingSettings {
  /// False: the layer is frozen, its parameters stay. A wrapper's is kept for its file alone: as in Keras 3,
  /// the layers inside it have settings of their own.
  bool trainable = true;
  /// What the layer's output adds to the loss, divided by the batch.
  Regularizer activity_regularizer = {};

  void visit(ConfigVisitor& visitor);
};

class Layer {
 public:
  explicit Layer(std::string name) : name_(std::move(name)) {}
  virtual ~Layer() = default;
  Layer(const Layer&) = delete;
  Layer& operator=(const Layer&) = delete;

  /// Unique in its model, e.g. "conv2d_1".
  const std::string& name() const { return name_; }
  /// Keras class name, e.g. "Conv2D".
  virtual std::string_view type() const = 0;
  /// For whoever makes the layer, before the model has it.
  void set_training_settings(const TrainingSettings& settings) { training_settings_ = settings; }
  const TrainingSettings& training_settings() const { return training_settings_; }
  bool is_frozen() const { return !training_settings_.trainable && !is_wrapper(); }
  /// Keras calls it for every output; here whoever calls forward and backward does.
  virtual Regularizer activity_regularizer() const { return training_settings_.activity_regularizer; }
  /// Of its own or of a layer inside it whose outputs count, too.
  virtual bool has_activity_regularizer() const { return !(activity_regularizer() == Regularizer{}); }
  /// Adds what y [batch, ...] costs to sum[0].
  void count_activity(Backend& backend, const ConstView& y, double* sum) const;
  /// Adds `weight` times the gradient of that to dy, laid out as y. `unwanted_sum`: [1], to be written.
  void add_activity_gradient(Backend& backend, const ConstView& y, Real* dy, double weight,
                             double* unwanted_sum) const;
  /// Its parameters are those of layers inside it.
  virtual bool is_wrapper() const { return false; }

  /// Shape of y for x (batch first; sizes may be kUnknown). Throws Error naming the layer and both shapes.
  virtual Shape output_shape(const Shape& x) const = 0;
  /// In Keras's order. `x` as for output_shape; only sizes that decide a parameter's shape must be known.
  virtual std::vector<ParameterInfo> parameters(const Shape& x) const;
  /// The same as a model trains them: of a frozen layer none is trainable, and none moves.
  std::vector<ParameterInfo> model_parameters(const Shape& x) const;
  virtual Memory memory(const Backend& backend, const Shape& x, Mode mode) const;
  /// Parameters that stay as they are can be brought into the backend's favourite layout once: how many
  /// Reals that takes (the same for every batch; 0: nothing to gain), and doing it. `words`: how many the
  /// layer will take, see ForwardArgs::words.
  virtual Index prepared_size(const Backend& /*backend*/, const Shape& /*x*/, Index /*words*/) const {
    return 0;
  }
  virtual void prepare(Backend& /*backend*/, const Shape& /*x*/, const Real* /*parameters*/, Index /*words*/,
                       Real* /*prepared*/) const {}
  /// Whether `words` may be given.
  virtual bool takes_words() const { return false; }
  /// One layer that predicts what this one and then `next` do; nullptr: there is none. Its parameters are
  /// this layer's and then `next`'s.
  virtual std::unique_ptr<const Layer> fused_with(const Layer& /*next*/) const { return nullptr; }
  /// Multiply-accumulates of forward for all of x.
  virtual double macs(const Shape& x) const;
  /// What forward costs for all of x, with what is no product (layers/work.h): to know before it is run.
  virtual double work(const Shape& x) const;

  virtual MaskRule mask_rule() const { return MaskRule::pass; }
  /// y is x with another shape: forward and backward are never called, no memory is given (Flatten; Dropout
  /// when not training).
  virtual bool is_view(bool /*training*/) const { return false; }
  /// What makes y's numbers, where that is an activation: softmax, sigmoid, ...; linear where it is nothing
  /// or something else.
  virtual Activation final_activation() const { return Activation::linear; }
  /// y's rows are probabilities from a softmax: the loss may hand `dy_is_logits`.
  bool ends_in_softmax() const { return final_activation() == Activation::softmax; }

  /// Throws Error where x (in host memory) holds values that forward cannot take: ids outside an Embedding's
  /// table. For inputs from outside; the library's own pipelines make only valid ones.
  virtual void check_values(const ConstView& /*x*/) const {}

  virtual void forward(Backend& backend, const ForwardArgs& args) const = 0;
  virtual void backward(Backend& backend, const BackwardArgs& args) const = 0;

  /// Shows every hyper-parameter to `visitor` under its Keras key (for writing; reading makes a new layer).
  virtual void visit_config(ConfigVisitor& visitor) const = 0;

 protected:
  /// Throws `layer "dense" (Dense): ...`.
  template <class... Parts>
  [[noreturn]] void refuse(const Parts&... parts) const {
    fail("layer \"", name_, "\" (", type(), "): ", parts...);
  }

  /// For layers that Keras lets work on any axis, and this library on the last.
  void refuse_unless_last_axis(const Shape& x, Index axis) const {
    if (axis != -1 && axis != x.rank() - 1)
      refuse("axis is ", axis, ", expected the last one: -1 or ", x.rank() - 1,
             " (nothing else is supported)");
  }

  /// For settings that Keras takes as [height, width].
  void refuse_below_1(std::string_view key, const std::array<Index, 2>& value) const {
    if (value[0] < 1 || value[1] < 1) refuse(key, " is ", value[0], "x", value[1], ", expected at least 1x1");
  }

 private:
  std::string name_;
  TrainingSettings training_settings_;
};

using LayerPtr = std::unique_ptr<const Layer>;

}  // namespace lapis
