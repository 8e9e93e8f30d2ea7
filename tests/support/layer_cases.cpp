#include "support/layer_cases.h"

#include "lapis/layers/activation.h"
#include "lapis/layers/average_pooling2d.h"
#include "lapis/layers/batch_normalization.h"
#include "lapis/layers/bidirectional.h"
#include "lapis/layers/conv1d.h"
#include "lapis/layers/conv2d.h"
#include "lapis/layers/dense.h"
#include "lapis/layers/dropout.h"
#include "lapis/layers/elu.h"
#include "lapis/layers/embedding.h"
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
#include "lapis/layers/rms_normalization.h"
#include "lapis/layers/simple_rnn.h"
#include "lapis/layers/softmax.h"
#include "lapis/layers/time_distributed.h"
#include "lapis/layers/zero_padding2d.h"

namespace lapis_test {

using namespace lapis;

namespace {

using Pair = std::array<Index, 2>;

class Table {
 public:
  template <class SomeLayer>
  void add(const std::string& family, const std::string& name, const typename SomeLayer::Config& config,
           LayerCase test) {
    test.seed = cases_.size() + 1;
    cases_.push_back({family, name, std::make_shared<SomeLayer>(family, config), std::move(test)});
  }
  std::vector<NamedCase> take() { return std::move(cases_); }

 private:
  std::vector<NamedCase> cases_;
};

void add_conv2d(Table& table) {
  const auto add = [&](const std::string& name, const Conv2D::Config& config, const Shape& x) {
    table.add<Conv2D>("conv2d", name, config, {.x = x});
  };
  add("3x3 same", {.filters = 4, .kernel_size = {3, 3}, .padding = Padding::same}, {2, 5, 7, 3});
  add("3x3 valid relu", {.filters = 5, .kernel_size = {3, 3}, .activation = Activation::relu}, {1, 7, 6, 2});
  add("2x2 same: asymmetric padding", {.filters = 3, .kernel_size = {2, 2}, .padding = Padding::same},
      {2, 5, 4, 3});
  add("5x3 strides 2x3 same",
      {.filters = 3, .kernel_size = {5, 3}, .strides = {2, 3}, .padding = Padding::same}, {2, 8, 7, 2});
  add("4x4 strides 3 valid", {.filters = 2, .kernel_size = {4, 4}, .strides = {3, 3}}, {1, 11, 10, 3});
  add("3x3 dilation 2x3 same",
      {.filters = 3, .kernel_size = {3, 3}, .padding = Padding::same, .dilation_rate = {2, 3}}, {2, 7, 8, 2});
  add("3x3 dilation 2 valid tanh",
      {.filters = 3, .kernel_size = {3, 3}, .dilation_rate = {2, 2}, .activation = Activation::tanh},
      {1, 7, 6, 2});
  add("stride larger than kernel", {.filters = 2, .kernel_size = {2, 2}, .strides = {3, 3}}, {1, 7, 8, 1});
  add("1x1 no bias sigmoid", {.filters = 17, .activation = Activation::sigmoid, .use_bias = false},
      {3, 3, 3, 5});
  add("softmax", {.filters = 4, .kernel_size = {2, 2}, .activation = Activation::softmax}, {2, 4, 3, 2});
  add("silu: not fused", {.filters = 3, .kernel_size = {2, 2}, .activation = Activation::silu}, {2, 4, 3, 2});
  add("kernel larger than image, same", {.filters = 2, .kernel_size = {5, 5}, .padding = Padding::same},
      {2, 2, 3, 2});
}

template <class SomeLayer>
void add_pooling2d(Table& table, const std::string& family) {
  const auto add = [&](const std::string& name, const Pair& pool, const Pair& strides, Padding padding,
                       const Shape& x) {
    table.add<SomeLayer>(family, name, {.pool_size = pool, .strides = strides, .padding = padding}, {.x = x});
  };
  add("2/2 valid", {2, 2}, {2, 2}, Padding::valid, {2, 6, 7, 3});
  add("2/1 valid: windows overlap", {2, 2}, {1, 1}, Padding::valid, {1, 5, 4, 2});
  add("3/2 same: asymmetric padding", {3, 3}, {2, 2}, Padding::same, {2, 8, 7, 2});
  add("3x2/1x3 same", {3, 2}, {1, 3}, Padding::same, {1, 5, 8, 5});
  add("2/3 valid: windows apart", {2, 2}, {3, 3}, Padding::valid, {1, 8, 8, 1});
  add("1x1 image", {3, 3}, {2, 2}, Padding::same, {2, 1, 1, 17});
}

void add_dense(Table& table) {
  const auto add = [&](const std::string& name, const Dense::Config& config, const Shape& x,
                       bool logits = false) {
    table.add<Dense>("dense", name, config, {.x = x, .dy_is_logits = logits});
  };
  add("linear", {.units = 5}, {3, 7});
  add("batch 1 relu", {.units = 17, .activation = Activation::relu}, {1, 33});
  add("rank 3 tanh", {.units = 4, .activation = Activation::tanh}, {2, 3, 5});
  add("sigmoid no bias", {.units = 3, .activation = Activation::sigmoid, .use_bias = false}, {4, 2});
  add("hard_sigmoid", {.units = 3, .activation = Activation::hard_sigmoid}, {2, 3});
  add("softmax", {.units = 4, .activation = Activation::softmax}, {3, 5});
  add("gelu: not fused", {.units = 5, .activation = Activation::gelu}, {3, 4});
  add("log_softmax", {.units = 4, .activation = Activation::log_softmax}, {3, 4});
  add("RMSNorm mish", {.units = 4, .activation = Activation::mish, .use_rmsnorm = true}, {3, 4});
  add("one unit", {.units = 1}, {2, 1});
  add("RMSNorm", {.units = 6, .use_rmsnorm = true}, {3, 4});
  add("RMSNorm relu no bias",
      {.units = 5, .activation = Activation::relu, .use_bias = false, .use_rmsnorm = true}, {2, 7});
  add("RMSNorm softmax", {.units = 4, .activation = Activation::softmax, .use_rmsnorm = true}, {3, 3});
}

void add_pointwise(Table& table) {
  for (int i = 0; i <= static_cast<int>(Activation::tanh_shrink); ++i)
    table.add<ActivationLayer>("activation", std::string(activation_name(static_cast<Activation>(i))),
                               {.activation = static_cast<Activation>(i)}, {.x = {3, 2, 5}});
  table.add<ReLU>("re_lu", "relu", {}, {.x = {2, 3, 4, 5}});
  table.add<ReLU>("re_lu", "max_value", {.max_value = 0.5}, {.x = {2, 17}});
  table.add<ReLU>("re_lu", "all settings", {.max_value = 0.7, .negative_slope = 0.2, .threshold = 0.3},
                  {.x = {2, 19}});
  table.add<LeakyReLU>("leaky_re_lu", "default", {}, {.x = {2, 3, 7}});
  table.add<ELU>("elu", "alpha", {.alpha = 0.7}, {.x = {2, 3, 7}});
  table.add<Rescaling>("rescaling", "both", {.scale = 0.3, .offset = -2}, {.x = {2, 3, 7}});
  table.add<Softmax>("softmax", "rank 3", {}, {.x = {2, 3, 4}});
  table.add<Softmax>("softmax", "axis as a number", {.axis = 1}, {.x = {2, 5}});
  table.add<RMSNormalization>("rms_normalization", "rank 2", {}, {.x = {3, 7}});
  table.add<RMSNormalization>("rms_normalization", "rank 4, large epsilon", {.epsilon = 0.1},
                              {.x = {2, 3, 2, 4}});
  // With Keras's small epsilon the gradient would be near 0, too small to difference.
  table.add<RMSNormalization>("rms_normalization", "one element", {.epsilon = 0.1}, {.x = {2, 1}});
  for (const double rate : {0.0, 0.2, 0.5, 0.9, 1.0})
    table.add<Dropout>("dropout", "rate " + std::to_string(rate), {.rate = rate},
                       {.x = {3, 5, 4}, .training = true});
  table.add<Dropout>("dropout", "not training", {.rate = 0.5}, {.x = {3, 5}});
  table.add<Embedding>("embedding", "plain", {.input_dim = 7, .output_dim = 3}, {.x = {3, 5}, .ids = 7});
  table.add<Embedding>("embedding", "mask_zero", {.input_dim = 5, .output_dim = 17, .mask_zero = true},
                       {.x = {1, 9}, .ids = 5});
}

/// Rows with no padding, padding at the left, the middle, the right, and everywhere.
const std::vector<std::uint8_t> kMask = {1, 1, 1, 1, 1,  //
                                         0, 0, 1, 1, 1,  //
                                         1, 0, 1, 0, 1,  //
                                         1, 1, 1, 0, 0,  //
                                         0, 0, 0, 0, 0};

template <class SomeLayer>
void add_recurrent(Table& table, const std::string& family, const RecurrentLayer::Config& settings = {}) {
  using Config = typename SomeLayer::Config;
  const Config base = {settings};
  const std::string suffix = settings.reset_after ? "" : ", not reset_after";
  for (const bool sequences : {false, true})
    for (const bool backwards : {false, true})
      for (const bool masked : {false, true})
        for (const bool zeroed : {false, true}) {
          if (zeroed && !masked) continue;
          Config config = base;
          config.units = 4;
          config.return_sequences = sequences;
          config.go_backwards = backwards;
          config.zero_output_for_mask = zeroed;
          std::string name = sequences ? "sequences" : "last";
          if (backwards) name += " backwards";
          if (masked) name += zeroed ? " mask zeroed" : " mask";
          table.add<SomeLayer>(family, name + suffix, config,
                               {.x = {5, 5, 3}, .mask = masked ? kMask : std::vector<std::uint8_t>()});
        }
  Config plain = base;
  plain.units = 17;
  table.add<SomeLayer>(family, "batch 1, 17 units, no bias" + suffix,
                       [&] {
                         Config config = plain;
                         config.use_bias = false;
                         return config;
                       }(),
                       {.x = {1, 3, 5}});
  table.add<SomeLayer>(family, "one step, one input" + suffix, plain, {.x = {2, 1, 1}});
  Config many = plain;
  many.units = 3;
  table.add<SomeLayer>(family, "more rows than one chunk" + suffix, many, {.x = {19, 2, 2}});
  Config relu = many;
  relu.activation = Activation::relu;
  relu.recurrent_activation = Activation::hard_sigmoid;
  table.add<SomeLayer>(family, "relu, hard_sigmoid" + suffix, relu, {.x = {2, 4, 3}});
  relu.recurrent_activation = Activation::hard_sigmoid_keras2;
  table.add<SomeLayer>(family, "relu, hard_sigmoid_keras2" + suffix, relu, {.x = {2, 4, 3}});
}

/// Recurrent layers that drop: inputs, states, both, and other inputs for each gate.
template <class SomeLayer>
void add_dropped(Table& table, const std::string& family, const RecurrentLayer::Config& settings = {}) {
  const auto config_of = [&](double dropout, double recurrent_dropout, Index implementation, bool sequences) {
    typename SomeLayer::Config config = {settings};
    config.units = 4;
    config.dropout = dropout;
    config.recurrent_dropout = recurrent_dropout;
    config.implementation = implementation;
    config.return_sequences = sequences;
    return config;
  };
  const std::string suffix = settings.reset_after ? "" : ", not reset_after";
  for (int way = 0; way < 4; ++way) {
    for (const bool masked : {false, true}) {
      auto config = config_of(way == 1 ? 0 : 0.4, way == 1 || way == 2 ? 0.3 : 0, way == 3 ? 1 : 2, masked);
      config.go_backwards = way == 2;
      config.zero_output_for_mask = way == 1;
      config.use_bias = way != 1;
      const std::string name = "dropping, way " + std::to_string(way) + (masked ? ", mask" : "") + suffix;
      const LayerCase test = {.x = {5, 5, 3},
                              .mask = masked ? kMask : std::vector<std::uint8_t>(),
                              .training = true,
                              .drops_when_saving = true};
      table.add<SomeLayer>(family, name, config, test);
      config.zero_output_for_mask = false;
      table.add<Bidirectional>("bidirectional", family + " " + name,
                               {std::make_shared<SomeLayer>(family, config), nullptr}, test);
    }
  }
}

template <class SomeLayer>
void add_bidirectional(Table& table, const std::string& inner) {
  const std::array<std::string, 4> names = {"concat", "sum", "ave", "mul"};
  for (const bool sequences : {false, true})
    for (int mode = 0; mode < 4; ++mode)
      for (const bool masked : {false, true}) {
        typename SomeLayer::Config config;
        config.units = 3;
        config.return_sequences = sequences;
        table.add<Bidirectional>(
            "bidirectional",
            inner + " " + names[static_cast<std::size_t>(mode)] + (sequences ? " sequences" : "") +
                (masked ? " mask" : ""),
            {std::make_shared<SomeLayer>(inner, config), nullptr, static_cast<Backend::Merge>(mode)},
            {.x = {5, 5, 2}, .mask = masked ? kMask : std::vector<std::uint8_t>()});
      }
}

void add_conv1d(Table& table) {
  using Padding1D = Conv1D::Padding1D;
  const auto add = [&](const std::string& name, const Conv1D::Config& config, const Shape& x) {
    table.add<Conv1D>("conv1d", name, config, {.x = x});
  };
  add("3 valid", {.filters = 4, .kernel_size = 3}, {2, 7, 3});
  add("4 same, strides 2", {.filters = 3, .kernel_size = 4, .strides = 2, .padding = Padding1D::same},
      {2, 7, 2});
  add("3 causal relu",
      {.filters = 5, .kernel_size = 3, .padding = Padding1D::causal, .activation = Activation::relu},
      {1, 6, 3});
  add("3 causal, dilation 2",
      {.filters = 2, .kernel_size = 3, .padding = Padding1D::causal, .dilation_rate = 2}, {2, 5, 3});
  add("2 causal, strides 3", {.filters = 2, .kernel_size = 2, .strides = 3, .padding = Padding1D::causal},
      {2, 8, 3});
  add("3 same, dilation 3, silu, no bias",
      {.filters = 2,
       .kernel_size = 3,
       .padding = Padding1D::same,
       .dilation_rate = 3,
       .activation = Activation::silu,
       .use_bias = false},
      {2, 8, 3});
  add("softmax", {.filters = 3, .kernel_size = 1, .activation = Activation::softmax}, {2, 4, 3});
}

void add_normalizations(Table& table) {
  for (const bool training : {false, true}) {
    const auto add = [&](const std::string& name, const BatchNormalization::Config& config, const Shape& x,
                         const std::vector<std::uint8_t>& mask = {}) {
      table.add<BatchNormalization>("batch_normalization", name + (training ? ", training" : ""), config,
                                    {.x = x, .mask = mask, .training = training});
    };
    add("rank 2", {}, {5, 3});
    add("rank 4, axis 3", {.axis = 3, .momentum = 0.6, .epsilon = 0.01}, {3, 2, 3, 17});
    add("no scale", {.scale = false}, {4, 2, 5});
    add("no center", {.center = false}, {4, 2, 5});
    add("neither", {.center = false, .scale = false}, {4, 2, 5});
    add("mask", {}, {5, 5, 3}, kMask);
    // More rows than one run and one chunk.
    add("many rows", {}, {300, 2});
  }
  // One row is its own mean, so a large epsilon lets a gradient be left.
  table.add<BatchNormalization>("batch_normalization", "one row, training", {.epsilon = 1},
                                {.x = {1, 3}, .training = true});
  const auto add = [&](const std::string& name, const LayerNormalization::Config& config, const Shape& x) {
    table.add<LayerNormalization>("layer_normalization", name, config, {.x = x});
  };
  add("rank 2", {}, {3, 7});
  add("rank 4, axis 3", {.axis = 3, .epsilon = 0.1}, {2, 3, 2, 17});
  add("no scale", {.scale = false}, {3, 2, 5});
  add("no center", {.center = false}, {3, 2, 5});
  add("neither", {.center = false, .scale = false}, {3, 5});
}

void add_shapes(Table& table) {
  for (const bool keepdims : {false, true}) {
    const std::string name = keepdims ? "keepdims" : "plain";
    table.add<GlobalAveragePooling1D>("global_average_pooling1d", name, {.keepdims = keepdims},
                                      {.x = {2, 5, 3}});
    table.add<GlobalAveragePooling1D>("global_average_pooling1d", name + " mask", {.keepdims = keepdims},
                                      {.x = {5, 5, 3}, .mask = kMask});
    table.add<GlobalAveragePooling2D>("global_average_pooling2d", name, {.keepdims = keepdims},
                                      {.x = {2, 3, 4, 17}});
    table.add<GlobalMaxPooling1D>("global_max_pooling1d", name, {.keepdims = keepdims}, {.x = {2, 5, 3}});
    table.add<GlobalMaxPooling1D>("global_max_pooling1d", name + " mask", {.keepdims = keepdims},
                                  {.x = {5, 5, 3}, .mask = kMask});
    table.add<GlobalMaxPooling2D>("global_max_pooling2d", name, {.keepdims = keepdims}, {.x = {2, 3, 4, 17}});
  }
  table.add<ZeroPadding2D>("zero_padding2d", "one", {}, {.x = {2, 3, 4, 2}});
  table.add<ZeroPadding2D>("zero_padding2d", "uneven", {.padding = {0, 2, 3, 1}}, {.x = {2, 1, 3, 17}});
  table.add<ZeroPadding2D>("zero_padding2d", "none", {.padding = {0, 0, 0, 0}}, {.x = {1, 2, 2, 1}});
  table.add<Masking>("masking", "zero", {}, {.x = {3, 4, 2}});
  // Whole numbers, so that some steps are all 1.
  table.add<Masking>("masking", "one", {.mask_value = 1}, {.x = {4, 5, 2}, .ids = 2});

  table.add<TimeDistributed>("time_distributed", "dense",
                             {std::make_shared<Dense>("dense", Dense::Config{.units = 3})}, {.x = {2, 4, 5}});
  table.add<TimeDistributed>(
      "time_distributed", "dense gelu, mask",
      {std::make_shared<Dense>("dense", Dense::Config{.units = 3, .activation = Activation::gelu})},
      {.x = {5, 5, 2}, .mask = kMask});
  table.add<TimeDistributed>(
      "time_distributed", "conv2d",
      {std::make_shared<Conv2D>("conv2d", Conv2D::Config{.filters = 2, .kernel_size = {2, 2}})},
      {.x = {2, 3, 4, 3, 2}});
}

}  // namespace

std::vector<NamedCase> layer_cases() {
  Table table;
  add_conv2d(table);
  add_pooling2d<MaxPooling2D>(table, "max_pooling2d");
  add_pooling2d<AveragePooling2D>(table, "average_pooling2d");
  add_dense(table);
  add_pointwise(table);
  add_recurrent<SimpleRNN>(table, "simple_rnn");
  add_conv1d(table);
  add_normalizations(table);
  add_shapes(table);
  add_recurrent<LSTM>(table, "lstm");
  for (const bool reset_after : {true, false}) add_recurrent<GRU>(table, "gru", {.reset_after = reset_after});
  add_bidirectional<SimpleRNN>(table, "simple_rnn");
  add_bidirectional<LSTM>(table, "lstm");
  add_bidirectional<GRU>(table, "gru");
  add_dropped<SimpleRNN>(table, "simple_rnn");
  add_dropped<LSTM>(table, "lstm");
  for (const bool reset_after : {true, false}) add_dropped<GRU>(table, "gru", {.reset_after = reset_after});
  return table.take();
}

}  // namespace lapis_test
