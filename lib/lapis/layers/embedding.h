#pragma once

#include "lapis/layers/layer.h"

namespace lapis {

/// y[b, t] = embeddings[x[b, t]]; with mask_zero the output carries the mask x != 0 (id 0 still has a vector)
/// x [batch, time]: whole numbers in [0, input_dim), held as Reals -> y [batch, time, output_dim]
/// parameters: embeddings [input_dim, output_dim]
/// saves nothing for backward (x suffices)
/// keras.layers.Embedding
class Embedding final : public Layer {
 public:
  struct Config {
    Index input_dim = 0;
    Index output_dim = 0;
    bool mask_zero = false;
    Initializer embeddings_initializer = {.kind = Initializer::Kind::random_uniform, .a = -0.05, .b = 0.05};
    Regularizer embeddings_regularizer = {};

    void visit(ConfigVisitor& visitor);
  };

  const Config& config() const { return config_; }
  Embedding(std::string name, const Config& config) : Layer(std::move(name)), config_(config) {}
  std::string_view type() const override { return "Embedding"; }

  Shape output_shape(const Shape& x) const override;
  std::vector<ParameterInfo> parameters(const Shape& x) const override;
  MaskRule mask_rule() const override { return config_.mask_zero ? MaskRule::make : MaskRule::drop; }
  void check_values(const ConstView& x) const override;
  /// Throws Error for an id without a row: no operation reads outside the table, wherever the ids come from.
  /// Not for a device, whose memory is not seen from here.
  void check_rows(const Backend& backend, const ConstView& x) const;

  std::unique_ptr<const Layer> fused_with(const Layer& next) const override;
  void forward(Backend& backend, const ForwardArgs& args) const override;
  void backward(Backend& backend, const BackwardArgs& args) const override;
  void visit_config(ConfigVisitor& visitor) const override { Config(config_).visit(visitor); }

 private:
  bool has_row(Real id) const { return id >= 0 && id < static_cast<Real>(config_.input_dim); }
  [[noreturn]] void refuse_id(const ConstView& x, Index i) const;

  Config config_;
};

}  // namespace lapis
