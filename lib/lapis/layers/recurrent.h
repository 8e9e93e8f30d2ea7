#pragma once

#include "lapis/layers/layer.h"
#include "lapis/layers/stepwise.h"

namespace lapis {

/// What SimpleRNN, LSTM and GRU share: settings, shapes, parameters, dropout. Each adds its cell's equations.
/// Training with dropout and recurrent_dropout multiplies the inputs and the state before each step by 0 or
/// 1 / (1 - rate), the same for all steps of a sequence. With recurrent_dropout each gate has masks of its
/// own.
class RecurrentLayer : public Layer {
 public:
  struct Config {
    Index units = 0;
    Activation activation = Activation::tanh;
    Activation recurrent_activation = Activation::sigmoid;  // of the gates; SimpleRNN has none
    bool reset_after = true;                                // GRU
    bool use_bias = true;
    bool unit_forget_bias = true;  // LSTM: the forget gate's bias starts at 1
    bool return_sequences = false;
    bool go_backwards = false;
    bool zero_output_for_mask = false;
    double dropout = 0;            // share of the inputs that training drops
    double recurrent_dropout = 0;  // of the state
    /// Keras 2 writes it. 1: every gate drops inputs of its own, as it does with recurrent_dropout.
    Index implementation = 2;
    bool passes_mask = true;  // a returned sequence carries the mask on; not in Keras 3.16
    Initializer kernel_initializer = {.kind = Initializer::Kind::glorot_uniform};
    Initializer recurrent_initializer = {.kind = Initializer::Kind::orthogonal, .a = 1};
    Initializer bias_initializer = {};
    Regularizer kernel_regularizer = {};
    Regularizer recurrent_regularizer = {};
    Regularizer bias_regularizer = {};
  };

  const Config& config() const { return config_; }
  /// The same layer with another name and other settings: Bidirectional makes its two children so.
  std::unique_ptr<const RecurrentLayer> renamed(std::string name, const Config& config) const;

  Shape output_shape(const Shape& x) const override;
  /// kernel [inputs, gates * units], recurrent_kernel [units, gates * units], bias [gates * units], each
  /// below the cell's name, as Keras has it.
  std::vector<ParameterInfo> parameters(const Shape& x) const override;
  /// How many Reals these parameters have together.
  Index parameter_count(const Shape& x) const;
  double macs(const Shape& x) const override;
  double work(const Shape& x) const override;
  Memory memory(const Backend& backend, const Shape& x, Mode mode) const override;
  void forward(Backend& backend, const ForwardArgs& args) const override;
  void backward(Backend& backend, const BackwardArgs& args) const override;
  MaskRule mask_rule() const override {
    return config_.return_sequences && config_.passes_mask ? MaskRule::pass : MaskRule::drop;
  }

 protected:
  virtual std::unique_ptr<RecurrentLayer> with(std::string name, const Config& config) const = 0;
  RecurrentLayer(std::string name, const Config& config, Index gates, std::string_view cell)
      : Layer(std::move(name)), config_(config), gates_(gates), cell_(cell) {}

  /// Throws Error for an activation that the operations cannot apply step by step.
  void check_activation(std::string_view key, Activation activation) const;

  // Without dropout.
  virtual Memory plain_memory(const Backend& backend, const Shape& x, Mode mode) const = 0;
  virtual void plain_forward(Backend& backend, const ForwardArgs& args) const = 0;
  virtual void plain_backward(Backend& backend, const BackwardArgs& args) const = 0;

  Recurrent op(const Shape& x, Mask mask, Index words = 0) const;
  RecurrentParameters split(const Shape& x, const Real* parameters) const;
  RecurrentGradients split(const Shape& x, Real* gradients) const;

  /// The keys that all have, after the activations.
  static void visit_shared(Config& config, ConfigVisitor& visitor);

 private:
  /// GRU with reset_after has two: the input's and the state's.
  Index bias_rows() const { return gates_ == 3 && config_.reset_after ? 2 : 1; }

  // What drops, in recurrent_dropout.cpp.
  bool drops() const { return drops_inputs() || drops_states(); }
  bool drops_inputs() const { return is_dropped(config_.dropout); }
  bool drops_states() const { return is_dropped(config_.recurrent_dropout); }
  bool is_dropped(double rate) const;
  Index masks() const;
  bool is_stepwise() const { return drops_states() || masks() > 1; }
  struct DropoutParts;
  DropoutParts dropout_parts(const Backend& backend, const Shape& x) const;
  void make_factors(Backend& backend, const Shape& x, const RandomStream& random, Real* factors) const;
  Stepwise dropped(Backend& backend, const Shape& x, Mask mask, const Real* values, const Real* parameters,
                   const Real* factors, Real* room) const;

  Config config_;
  Index gates_;
  std::string_view cell_;
};

}  // namespace lapis
