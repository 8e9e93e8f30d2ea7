#pragma once

#include "lapis/layers/layer.h"

namespace lapis {

/// y = activation(x kernel + bias); with use_rmsnorm y = activation(RMSNorm(x kernel) * scale + bias)
/// x [batch, ..., inputs] -> y [batch, ..., units]: the same weights at every position
/// parameters: kernel [inputs, units], bias [units], scale [units] (use_rmsnorm, starts at 1)
/// saves x kernel (use_rmsnorm), and what comes before an activation that needs it again
/// keras.layers.Dense; with use_rmsnorm: Dense(linear), RMSNormalization, + bias, activation
class Dense final : public Layer {
 public:
  struct Config {
    Index units = 0;
    Activation activation = Activation::linear;
    bool use_bias = true;
    Initializer kernel_initializer = {.kind = Initializer::Kind::glorot_uniform};
    Initializer bias_initializer = {};
    Regularizer kernel_regularizer = {};
    Regularizer bias_regularizer = {};
    bool use_rmsnorm = false;  // not Keras's: RMSNorm between x kernel and the bias
    double rmsnorm_epsilon = 1e-8;

    void visit(ConfigVisitor& visitor);
  };

  Dense(std::string name, const Config& config) : Layer(std::move(name)), config_(config) {}
  std::string_view type() const override { return "Dense"; }

  Shape output_shape(const Shape& x) const override;
  std::vector<ParameterInfo> parameters(const Shape& x) const override;
  Memory memory(const Backend& backend, const Shape& x, Mode mode) const override;
  Index prepared_size(const Backend& backend, const Shape& x, Index words) const override;
  void prepare(Backend& backend, const Shape& x, const Real* parameters, Index words,
               Real* prepared) const override;
  double macs(const Shape& x) const override;
  double work(const Shape& x) const override;
  Activation final_activation() const override { return config_.activation; }

  void forward(Backend& backend, const ForwardArgs& args) const override;
  void backward(Backend& backend, const BackwardArgs& args) const override;
  void visit_config(ConfigVisitor& visitor) const override { Config(config_).visit(visitor); }

 private:
  /// Offsets of bias and scale behind the kernel, the same in parameters and gradients.
  Index bias_offset(const Shape& x) const { return x[-1] * config_.units; }
  Index scale_offset(const Shape& x) const { return bias_offset(x) + (config_.use_bias ? config_.units : 0); }

  /// Behind x kernel in `saved`: what comes before the activation.
  Index kept_offset(const Shape& y) const { return config_.use_rmsnorm ? y.size() : 0; }

  Config config_;
};

}  // namespace lapis
