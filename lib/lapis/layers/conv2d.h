#pragma once

#include "lapis/layers/layer.h"

namespace lapis {

/// y = activation(correlate(x, kernel) + bias)
/// x [batch, height, width, channels] -> y [batch, out_height, out_width, filters]
/// parameters: kernel [kernel_height, kernel_width, channels, filters], bias [filters]
/// saves what comes before an activation that needs it again (else x and y suffice)
/// keras.layers.Conv2D
class Conv2D final : public Layer {
 public:
  struct Config {
    Index filters = 0;
    std::array<Index, 2> kernel_size = {1, 1};
    std::array<Index, 2> strides = {1, 1};
    Padding padding = Padding::valid;
    std::array<Index, 2> dilation_rate = {1, 1};
    Activation activation = Activation::linear;
    bool use_bias = true;
    Initializer kernel_initializer = {.kind = Initializer::Kind::glorot_uniform};
    Initializer bias_initializer = {};
    Regularizer kernel_regularizer = {};
    Regularizer bias_regularizer = {};

    void visit(ConfigVisitor& visitor);
  };

  Conv2D(std::string name, const Config& config) : Layer(std::move(name)), config_(config) {}
  std::string_view type() const override { return "Conv2D"; }

  Shape output_shape(const Shape& x) const override;
  std::vector<ParameterInfo> parameters(const Shape& x) const override;
  Memory memory(const Backend& backend, const Shape& x, Mode mode) const override;
  Index prepared_size(const Backend& backend, const Shape& x, Index words) const override;
  void prepare(Backend& backend, const Shape& x, const Real* parameters, Index words,
               Real* prepared) const override;
  std::unique_ptr<const Layer> fused_with(const Layer& next) const override;
  double macs(const Shape& x) const override;
  double work(const Shape& x) const override;
  MaskRule mask_rule() const override { return MaskRule::drop; }
  Activation final_activation() const override { return config_.activation; }

  void forward(Backend& backend, const ForwardArgs& args) const override;
  void backward(Backend& backend, const BackwardArgs& args) const override;
  void visit_config(ConfigVisitor& visitor) const override { Config(config_).visit(visitor); }

  /// What backends are asked for.
  Conv2DOp op(const Shape& x) const;
  Conv2DParameters split(const ForwardArgs& args) const;

 private:
  Index kernel_count(const Shape& x) const;

  Config config_;
};

}  // namespace lapis
