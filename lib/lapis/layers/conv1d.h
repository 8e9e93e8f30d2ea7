#pragma once

#include "lapis/layers/layer.h"

namespace lapis {

/// y = activation(correlate(x, kernel) + bias) along time
/// x [batch, time, channels] -> y [batch, out_time, filters]
/// parameters: kernel [kernel_size, channels, filters], bias [filters]
/// saves what comes before an activation that needs it again (else x and y suffice)
/// keras.layers.Conv1D; causal padding: y[t] sees nothing after x[t * strides]
class Conv1D final : public Layer {
 public:
  enum class Padding1D { valid, same, causal };

  struct Config {
    Index filters = 0;
    Index kernel_size = 1;
    Index strides = 1;
    Padding1D padding = Padding1D::valid;
    Index dilation_rate = 1;
    Activation activation = Activation::linear;
    bool use_bias = true;
    Initializer kernel_initializer = {.kind = Initializer::Kind::glorot_uniform};
    Initializer bias_initializer = {};
    Regularizer kernel_regularizer = {};
    Regularizer bias_regularizer = {};

    void visit(ConfigVisitor& visitor);
  };

  Conv1D(std::string name, const Config& config) : Layer(std::move(name)), config_(config) {}
  std::string_view type() const override { return "Conv1D"; }

  Shape output_shape(const Shape& x) const override;
  std::vector<ParameterInfo> parameters(const Shape& x) const override;
  Memory memory(const Backend& backend, const Shape& x, Mode mode) const override;
  Index prepared_size(const Backend& backend, const Shape& x, Index words) const override;
  void prepare(Backend& backend, const Shape& x, const Real* parameters, Index words,
               Real* prepared) const override;
  double macs(const Shape& x) const override;
  double work(const Shape& x) const override;
  MaskRule mask_rule() const override { return MaskRule::drop; }
  Activation final_activation() const override { return config_.activation; }

  void forward(Backend& backend, const ForwardArgs& args) const override;
  void backward(Backend& backend, const BackwardArgs& args) const override;
  void visit_config(ConfigVisitor& visitor) const override { Config(config_).visit(visitor); }

 private:
  /// Time is the width of an image one pixel high.
  Conv2DOp op(const Shape& x) const;
  Index out_time(Index time) const;
  Index kernel_count(const Shape& x) const { return config_.kernel_size * x[2] * config_.filters; }

  Config config_;
};

}  // namespace lapis
