#pragma once

#include "lapis/layers/layer.h"

namespace lapis {

/// y = (x - mean) / sqrt(variance + epsilon) * gamma + beta, for each element of the last axis. Training:
/// mean and (biased) variance of the batch, over the steps that its mask counts; else, and in a frozen layer,
/// the moving ones x [batch, ..., n] -> y [batch, ..., n] parameters: gamma [n] (scale), beta [n] (center),
/// moving_mean [n], moving_variance [n]; the last two are not trained: a training step adds (1 - momentum)
/// (the batch's - the moving one), as `backward` says saves the batch's mean and variance
/// keras.layers.BatchNormalization (over the last axis)
class BatchNormalization final : public Layer {
 public:
  struct Config {
    Index axis = -1;
    double momentum = 0.99;
    double epsilon = 1e-3;
    bool center = true;
    bool scale = true;
    Initializer beta_initializer = {};
    Initializer gamma_initializer = {.kind = Initializer::Kind::ones};
    Initializer moving_mean_initializer = {};
    Initializer moving_variance_initializer = {.kind = Initializer::Kind::ones};
    Regularizer beta_regularizer = {};
    Regularizer gamma_regularizer = {};

    void visit(ConfigVisitor& visitor);
  };

  BatchNormalization(std::string name, const Config& config) : Layer(std::move(name)), config_(config) {}
  std::string_view type() const override { return "BatchNormalization"; }

  Shape output_shape(const Shape& x) const override;
  double work(const Shape& x) const override;
  std::vector<ParameterInfo> parameters(const Shape& x) const override;
  Memory memory(const Backend& backend, const Shape& x, Mode mode) const override;

  void forward(Backend& backend, const ForwardArgs& args) const override;
  void backward(Backend& backend, const BackwardArgs& args) const override;
  void visit_config(ConfigVisitor& visitor) const override { Config(config_).visit(visitor); }

 private:
  /// Where the parameters lie, in Reals; the same in the gradients.
  Index beta_offset(const Shape& x) const { return config_.scale ? x[-1] : 0; }
  Index moving_offset(const Shape& x) const { return beta_offset(x) + (config_.center ? x[-1] : 0); }
  /// `batch`: the batch's mean and variance [2, n], or nullptr: the moving ones.
  ColumnNorm op(const Shape& x, const Real* parameters, const Real* batch) const;

  Config config_;
};

}  // namespace lapis
