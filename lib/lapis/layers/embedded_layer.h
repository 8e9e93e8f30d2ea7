#pragma once

#include "lapis/layers/embedding.h"

namespace lapis {

/// y = layer(embedding(ids)): what a plan makes of an Embedding and a recurrent layer behind it when
/// predicting. What the layer's kernel makes of a word is worked out when the word first comes up; from then
/// on it is looked up. Not a layer of Keras's: no model has it, no file names it. ids [batch, time]
/// -> y as the layer's parameters: the Embedding's, then the layer's predicts only, from prepared parameters
class EmbeddedLayer final : public Layer {
 public:
  /// Both must outlive this layer.
  EmbeddedLayer(const Embedding& embedding, const Layer& layer)
      : Layer(layer.name()), embedding_(embedding), layer_(layer) {}
  /// Whether the words' shares take little enough memory for this to be worth it.
  static bool pays(const Embedding& embedding, const Layer& layer);

  std::string_view type() const override { return layer_.type(); }
  Shape output_shape(const Shape& x) const override;
  std::vector<ParameterInfo> parameters(const Shape& x) const override;
  Memory memory(const Backend& backend, const Shape& x, Mode mode) const override;
  Index prepared_size(const Backend& backend, const Shape& x, Index words) const override;
  void prepare(Backend& backend, const Shape& x, const Real* parameters, Index words,
               Real* prepared) const override;
  double macs(const Shape& x) const override { return layer_.macs(embedding_.output_shape(x)); }
  MaskRule mask_rule() const override;

  void forward(Backend& backend, const ForwardArgs& args) const override;
  void backward(Backend& backend, const BackwardArgs& args) const override;
  void visit_config(ConfigVisitor& visitor) const override { layer_.visit_config(visitor); }

 private:
  bool makes_mask() const { return embedding_.mask_rule() == MaskRule::make; }

  const Embedding& embedding_;
  const Layer& layer_;
};

}  // namespace lapis
