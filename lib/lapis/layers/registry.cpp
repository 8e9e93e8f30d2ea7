#include "lapis/layers/registry.h"

#include <algorithm>
#include <array>

#include "lapis/layers/activation.h"
#include "lapis/layers/average_pooling2d.h"
#include "lapis/layers/bidirectional.h"
#include "lapis/layers/conv2d.h"
#include "lapis/layers/dense.h"
#include "lapis/layers/dropout.h"
#include "lapis/layers/embedding.h"
#include "lapis/layers/flatten.h"
#include "lapis/layers/lstm.h"
#include "lapis/layers/max_pooling2d.h"
#include "lapis/layers/relu.h"
#include "lapis/layers/rms_normalization.h"
#include "lapis/layers/simple_rnn.h"

namespace lapis {

namespace {

template <class SomeLayer>
std::unique_ptr<const Layer> make(std::string name, ConfigVisitor& visitor) {
  typename SomeLayer::Config config;
  config.visit(visitor);
  return std::make_unique<SomeLayer>(std::move(name), config);
}

constexpr std::array<LayerType, 13> kLayerTypes = {
    LayerType{"Activation", "activation", make<ActivationLayer>},
    LayerType{"AveragePooling2D", "average_pooling2d", make<AveragePooling2D>},
    LayerType{"Bidirectional", "bidirectional", make<Bidirectional>},
    LayerType{"Conv2D", "conv2d", make<Conv2D>},
    LayerType{"Dense", "dense", make<Dense>},
    LayerType{"Dropout", "dropout", make<Dropout>},
    LayerType{"Embedding", "embedding", make<Embedding>},
    LayerType{"Flatten", "flatten", make<Flatten>},
    LayerType{"LSTM", "lstm", make<LSTM>},
    LayerType{"MaxPooling2D", "max_pooling2d", make<MaxPooling2D>},
    LayerType{"RMSNormalization", "rms_normalization", make<RMSNormalization>},
    LayerType{"ReLU", "re_lu", make<ReLU>},
    LayerType{"SimpleRNN", "simple_rnn", make<SimpleRNN>},
};

}  // namespace

std::span<const LayerType> layer_types() {
  return kLayerTypes;
}

const LayerType* find_layer_type(std::string_view type) {
  const auto* found = std::find_if(kLayerTypes.begin(), kLayerTypes.end(),
                                   [&](const LayerType& entry) { return entry.type == type; });
  return found == kLayerTypes.end() ? nullptr : found;
}

std::string supported_layers() {
  std::string names;
  for (const LayerType& entry : kLayerTypes) {
    if (!names.empty()) names += ", ";
    names += entry.type;
  }
  return names;
}

}  // namespace lapis
