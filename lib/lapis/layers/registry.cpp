#include "lapis/layers/registry.h"

#include <algorithm>
#include <array>

#include "lapis/layers/activation.h"
#include "lapis/layers/activity_regularization.h"
#include "lapis/layers/average_pooling2d.h"
#include "lapis/layers/batch_normalization.h"
#include "lapis/layers/bidirectional.h"
#include "lapis/layers/conv1d.h"
#include "lapis/layers/conv2d.h"
#include "lapis/layers/dense.h"
#include "lapis/layers/dropout.h"
#include "lapis/layers/elu.h"
#include "lapis/layers/embedding.h"
#include "lapis/layers/flatten.h"
#include "lapis/layers/global_average_pooling1d.h"
#include "lapis/layers/global_average_pooling2d.h"
#include "lapis/layers/global_max_pooling1d.h"
#include "lapis/layers/global_max_pooling2d.h"
#include "lapis/layers/gru.h"
#include "lapis/layers/layer_normalization.h"
#include "lapis/layers/leaky_relu.h"
#include "lapis/layers/lstm.h"
#include "lapis/layers/masking.h"
#include "lapis/layers/max_pooling2d.h"
#include "lapis/layers/relu.h"
#include "lapis/layers/rescaling.h"
#include "lapis/layers/reshape.h"
#include "lapis/layers/rms_normalization.h"
#include "lapis/layers/simple_rnn.h"
#include "lapis/layers/softmax.h"
#include "lapis/layers/time_distributed.h"
#include "lapis/layers/zero_padding2d.h"

namespace lapis {

namespace {

template <class SomeLayer>
std::unique_ptr<Layer> make(std::string name, ConfigVisitor& visitor) {
  TrainingSettings settings;
  settings.visit(visitor);
  typename SomeLayer::Config config;
  config.visit(visitor);
  auto layer = std::make_unique<SomeLayer>(std::move(name), config);
  layer->set_training_settings(settings);
  return layer;
}

constexpr std::array<LayerType, 30> kLayerTypes = {
    LayerType{"Activation", "activation", make<ActivationLayer>},
    LayerType{"ActivityRegularization", "activity_regularization", make<ActivityRegularization>},
    LayerType{"AveragePooling2D", "average_pooling2d", make<AveragePooling2D>},
    LayerType{"BatchNormalization", "batch_normalization", make<BatchNormalization>},
    LayerType{"Bidirectional", "bidirectional", make<Bidirectional>},
    LayerType{"Conv1D", "conv1d", make<Conv1D>},
    LayerType{"Conv2D", "conv2d", make<Conv2D>},
    LayerType{"Dense", "dense", make<Dense>},
    LayerType{"Dropout", "dropout", make<Dropout>},
    LayerType{"ELU", "elu", make<ELU>},
    LayerType{"Embedding", "embedding", make<Embedding>},
    LayerType{"Flatten", "flatten", make<Flatten>},
    LayerType{"GRU", "gru", make<GRU>},
    LayerType{"GlobalAveragePooling1D", "global_average_pooling1d", make<GlobalAveragePooling1D>},
    LayerType{"GlobalAveragePooling2D", "global_average_pooling2d", make<GlobalAveragePooling2D>},
    LayerType{"GlobalMaxPooling1D", "global_max_pooling1d", make<GlobalMaxPooling1D>},
    LayerType{"GlobalMaxPooling2D", "global_max_pooling2d", make<GlobalMaxPooling2D>},
    LayerType{"LSTM", "lstm", make<LSTM>},
    LayerType{"LayerNormalization", "layer_normalization", make<LayerNormalization>},
    LayerType{"LeakyReLU", "leaky_re_lu", make<LeakyReLU>},
    LayerType{"Masking", "masking", make<Masking>},
    LayerType{"MaxPooling2D", "max_pooling2d", make<MaxPooling2D>},
    LayerType{"RMSNormalization", "rms_normalization", make<RMSNormalization>},
    LayerType{"ReLU", "re_lu", make<ReLU>},
    LayerType{"Rescaling", "rescaling", make<Rescaling>},
    LayerType{"Reshape", "reshape", make<Reshape>},
    LayerType{"SimpleRNN", "simple_rnn", make<SimpleRNN>},
    LayerType{"Softmax", "softmax", make<Softmax>},
    LayerType{"TimeDistributed", "time_distributed", make<TimeDistributed>},
    LayerType{"ZeroPadding2D", "zero_padding2d", make<ZeroPadding2D>},
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
