#include "support/networks.h"

#include "lapis/layers/activation.h"
#include "lapis/layers/average_pooling2d.h"
#include "lapis/layers/batch_normalization.h"
#include "lapis/layers/bidirectional.h"
#include "lapis/layers/conv1d.h"
#include "lapis/layers/conv2d.h"
#include "lapis/layers/dense.h"
#include "lapis/layers/dropout.h"
#include "lapis/layers/embedding.h"
#include "lapis/layers/flatten.h"
#include "lapis/layers/global_average_pooling1d.h"
#include "lapis/layers/global_average_pooling2d.h"
#include "lapis/layers/global_max_pooling1d.h"
#include "lapis/layers/gru.h"
#include "lapis/layers/layer_normalization.h"
#include "lapis/layers/leaky_relu.h"
#include "lapis/layers/lstm.h"
#include "lapis/layers/max_pooling2d.h"
#include "lapis/layers/relu.h"
#include "lapis/layers/reshape.h"
#include "lapis/layers/rms_normalization.h"
#include "lapis/layers/simple_rnn.h"
#include "lapis/layers/softmax.h"
#include "lapis/layers/time_distributed.h"
#include "lapis/layers/zero_padding2d.h"
#include "support/random_values.h"

namespace lapis_test {

using namespace lapis;

namespace {

class Layers {
 public:
  template <class SomeLayer>
  Layers& add(const std::string& name, const typename SomeLayer::Config& config) {
    list_.push_back(std::make_unique<SomeLayer>(name, config));
    return *this;
  }

  Network build(const std::string& name, const Shape& x, const Shape& input_shape, Index ids = 0) {
    Network network = {Model(name, input_shape, std::move(list_)), x, ids};
    network.model.initialize(1);
    // Biases too, so that none stays at its 0.
    for (const ModelParameter& parameter : network.model.parameters()) {
      const std::span<Real> values = network.model.values(parameter);
      if (parameter.info.shape.rank() > 1) continue;
      const std::vector<Real> shift = random_values(parameter.info.shape.size(), 5, -0.2, 0.2);
      for (std::size_t i = 0; i < values.size(); ++i) values[i] += shift[i];
    }
    return network;
  }

 private:
  std::vector<LayerPtr> list_;
};

template <class SomeLayer>
std::shared_ptr<const Layer> recurrent(const std::string& name, Index units) {
  typename SomeLayer::Config config;
  config.units = units;
  config.return_sequences = true;
  return std::make_shared<SomeLayer>(name, config);
}

template <class SomeLayer>
typename SomeLayer::Config last_step(Index units) {
  typename SomeLayer::Config config;
  config.units = units;
  return config;
}

Dense::Config softmax(Index units) {
  return {.units = units, .activation = Activation::softmax};
}

}  // namespace

Network cnn(Index width) {
  return Layers()
      .add<Conv2D>("conv2d",
                   {.filters = 4 * width, .kernel_size = {3, 3}, .padding = Padding::same, .use_bias = false})
      .add<ReLU>("re_lu", {})
      .add<MaxPooling2D>("max_pooling2d", {})
      .add<Conv2D>("conv2d_1", {.filters = 3 * width, .kernel_size = {2, 3}, .activation = Activation::tanh})
      .add<AveragePooling2D>("average_pooling2d", {.padding = Padding::same})
      .add<Dropout>("dropout", {.rate = 0.25})
      .add<Flatten>("flatten", {})
      .add<Dense>("dense", {.units = 9 * width, .activation = Activation::relu})
      .add<Dropout>("dropout_1", {.rate = 0.4})
      .add<Dense>("dense_1", softmax(3))
      .build("cnn", {4, 9, 8, 2}, {kUnknown, 9, 8, 2});
}

Network masked_bilstm(Index width) {
  return Layers()
      .add<Embedding>("embedding", {.input_dim = 11, .output_dim = 4 * width, .mask_zero = true})
      .add<Bidirectional>("bidirectional",
                          {recurrent<LSTM>("lstm", 3 * width), nullptr, Backend::Merge::concat})
      .add<Dropout>("dropout", {.rate = 0.3})
      .add<LSTM>("lstm_1", last_step<LSTM>(3 * width))
      .add<Dense>("dense", softmax(3))
      .build("masked_bilstm", {4, 6}, {kUnknown, kUnknown}, 11);
}

Network simple_rnn_stack() {
  return Layers()
      .add<Bidirectional>("bidirectional",
                          {recurrent<SimpleRNN>("simple_rnn", 4), nullptr, Backend::Merge::sum})
      .add<SimpleRNN>("simple_rnn_1", last_step<SimpleRNN>(3))
      .add<Dense>("dense", softmax(3))
      .build("simple_rnn_stack", {4, 5, 3}, {kUnknown, kUnknown, 3});
}

Network rms_norm_mlp() {
  return Layers()
      .add<Dense>("dense", {.units = 7, .activation = Activation::relu, .use_rmsnorm = true})
      .add<RMSNormalization>("rms_normalization", {})
      .add<Dropout>("dropout", {.rate = 0.2})
      .add<Dense>("dense_1", {.units = 5, .activation = Activation::sigmoid})
      .add<Dense>("dense_2", {.units = 3})
      .add<ActivationLayer>("activation", {.activation = Activation::softmax})
      .build("rms_norm_mlp", {4, 6}, {kUnknown, 6});
}

Network sequence_tagger() {
  return Layers()
      .add<Embedding>("embedding", {.input_dim = 7, .output_dim = 3, .mask_zero = true})
      .add<Bidirectional>("bidirectional", {recurrent<LSTM>("lstm", 3), nullptr, Backend::Merge::ave})
      .add<Dense>("dense", softmax(4))
      .build("sequence_tagger", {4, 5}, {kUnknown, kUnknown}, 7);
}

Network normalized_cnn() {
  return Layers()
      .add<ZeroPadding2D>("zero_padding2d", {.padding = {1, 0, 2, 1}})
      .add<Conv2D>("conv2d",
                   {.filters = 5, .kernel_size = {3, 2}, .activation = Activation::silu, .use_bias = false})
      .add<BatchNormalization>("batch_normalization", {.momentum = 0.7})
      .add<LeakyReLU>("leaky_re_lu", {})
      .add<Dropout>("dropout", {.rate = 0.2})
      .add<GlobalAveragePooling2D>("global_average_pooling2d", {})
      .add<LayerNormalization>("layer_normalization", {})
      .add<Dense>("dense", {.units = 3})
      .add<Softmax>("softmax", {})
      .build("normalized_cnn", {4, 6, 5, 2}, {kUnknown, 6, 5, 2});
}

Network masked_gru() {
  return Layers()
      .add<Embedding>("embedding", {.input_dim = 11, .output_dim = 4, .mask_zero = true})
      .add<BatchNormalization>("batch_normalization", {})
      .add<Bidirectional>("bidirectional", {recurrent<GRU>("gru", 3), nullptr, Backend::Merge::concat})
      .add<TimeDistributed>(
          "time_distributed",
          {std::make_shared<Dense>("dense", Dense::Config{.units = 6, .activation = Activation::gelu})})
      .add<Dropout>("dropout", {.rate = 0.2})
      .add<GlobalAveragePooling1D>("global_average_pooling1d", {})
      .add<Reshape>("reshape", {.target_shape = {-1, 2}})
      .add<Conv1D>("conv1d", {.filters = 4, .kernel_size = 2, .padding = Conv1D::Padding1D::causal})
      .add<GlobalMaxPooling1D>("global_max_pooling1d", {})
      .add<Dense>("dense_1", softmax(3))
      .build("masked_gru", {4, 6}, {kUnknown, kUnknown}, 11);
}

std::vector<Network> networks() {
  std::vector<Network> list;
  list.push_back(cnn());
  list.push_back(masked_bilstm());
  list.push_back(simple_rnn_stack());
  list.push_back(rms_norm_mlp());
  list.push_back(sequence_tagger());
  list.push_back(normalized_cnn());
  list.push_back(masked_gru());
  return list;
}

std::vector<Real> network_input(const Network& network, const Shape& x, std::uint64_t seed) {
  if (network.ids == 0) return random_values(x.size(), seed);
  std::vector<Real> ids = random_ids(x.size(), network.ids - 1, seed);
  for (Real& id : ids) id += 1;
  const Index time = x[1];
  for (Index row = 0; row < x[0]; ++row)
    for (Index t = 0; t < time; ++t) {
      const bool padding = row % 4 == 1 ? t >= time - 2 : row % 4 == 2 ? t < 1 : row % 4 == 3;
      if (padding) ids[static_cast<std::size_t>(row * time + t)] = 0;
    }
  return ids;
}

}  // namespace lapis_test
