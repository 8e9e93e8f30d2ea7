#include "lapis/layers/embedded_layer.h"

namespace lapis {

bool EmbeddedLayer::pays(const Embedding& embedding, const Layer& layer) {
  if (!layer.takes_words()) return false;
  constexpr double kMostReals = 1 << 23;
  const Embedding::Config& config = embedding.config();
  // Multiplications of one step, by inputs and by states: more than there are sums.
  const double sums = layer.macs({1, 1, config.output_dim}) / static_cast<double>(config.output_dim);
  return static_cast<double>(config.input_dim) * sums <= kMostReals;
}

Shape EmbeddedLayer::output_shape(const Shape& x) const {
  return layer_.output_shape(embedding_.output_shape(x));
}

std::vector<ParameterInfo> EmbeddedLayer::parameters(const Shape& x) const {
  std::vector<ParameterInfo> list = embedding_.parameters(x);
  for (ParameterInfo& info : layer_.parameters(embedding_.output_shape(x))) list.push_back(std::move(info));
  return list;
}

// scratch: the mask, then the layer's.
Memory EmbeddedLayer::memory(const Backend& backend, const Shape& x, Mode mode) const {
  Memory memory = layer_.memory(backend, embedding_.output_shape(x), mode);
  memory.scratch = Size(memory.scratch) + x.size();
  return memory;
}

Index EmbeddedLayer::prepared_size(const Backend& backend, const Shape& x, Index /*words*/) const {
  return layer_.prepared_size(backend, embedding_.output_shape(x), embedding_.config().input_dim);
}

void EmbeddedLayer::prepare(Backend& backend, const Shape& x, const Real* parameters, Index /*words*/,
                            Real* prepared) const {
  const Embedding::Config& config = embedding_.config();
  layer_.prepare(backend, embedding_.output_shape(x), parameters + config.input_dim * config.output_dim,
                 config.input_dim, prepared);
}

MaskRule EmbeddedLayer::mask_rule() const {
  const MaskRule rule = layer_.mask_rule();
  return makes_mask() && rule == MaskRule::pass ? MaskRule::make : rule;
}

void EmbeddedLayer::forward(Backend& backend, const ForwardArgs& args) const {
  embedding_.check_rows(backend, args.x);
  const Embedding::Config& config = embedding_.config();
  ForwardArgs layer = args;
  layer.x.shape = embedding_.output_shape(args.x.shape);
  layer.words = {args.parameters, config.input_dim};
  layer.parameters = args.parameters + config.input_dim * config.output_dim;
  layer.scratch = args.scratch + args.x.shape.size();
  if (makes_mask()) {
    std::uint8_t* const mask =
        args.made_mask != nullptr ? args.made_mask : reinterpret_cast<std::uint8_t*>(args.scratch);
    backend.mask_nonzero(args.x.data, mask, args.x.shape.size());
    layer.mask = mask;
  }
  layer_.forward(backend, layer);
}

void EmbeddedLayer::backward(Backend& /*backend*/, const BackwardArgs& /*args*/) const {
  refuse("a layer that was fused with its Embedding only predicts");
}

}  // namespace lapis
