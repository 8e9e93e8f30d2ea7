#pragma once

#include "lapis/layers/conv2d.h"
#include "lapis/layers/pooling2d.h"

namespace lapis {

/// y = pool(conv(x)): what a plan makes of a Conv2D and the pooling behind it when predicting, so that the
/// image between them never leaves the cache. Not a layer of Keras's: no model has it, no file names it. x
/// [batch, height, width, channels] -> y [batch, pooled_height, pooled_width, filters] parameters: the
/// Conv2D's predicts only
class PooledConv2D final : public Layer {
 public:
  /// Both must outlive this layer.
  PooledConv2D(const Conv2D& conv, const Pooling2D& pool) : Layer(conv.name()), conv_(conv), pool_(pool) {}
  std::string_view type() const override { return "Conv2D"; }

  Shape output_shape(const Shape& x) const override;
  std::vector<ParameterInfo> parameters(const Shape& x) const override { return conv_.parameters(x); }
  Memory memory(const Backend& backend, const Shape& x, Mode mode) const override;
  Index prepared_size(const Backend& backend, const Shape& x, Index words) const override;
  void prepare(Backend& backend, const Shape& x, const Real* parameters, Index words,
               Real* prepared) const override;
  double macs(const Shape& x) const override { return conv_.macs(x); }
  MaskRule mask_rule() const override { return MaskRule::drop; }

  void forward(Backend& backend, const ForwardArgs& args) const override;
  void backward(Backend& backend, const BackwardArgs& args) const override;
  void visit_config(ConfigVisitor& visitor) const override { conv_.visit_config(visitor); }

 private:
  Conv2DOp op(const Shape& x) const;

  const Conv2D& conv_;
  const Pooling2D& pool_;
};

}  // namespace lapis
