#include "support/layer_cases.h"

#include "lapis/layers/activation.h"
#include "lapis/layers/average_pooling2d.h"
#include "lapis/layers/bidirectional.h"
#include "lapis/layers/conv2d.h"
#include "lapis/layers/dense.h"
#include "lapis/layers/dropout.h"
#include "lapis/layers/embedding.h"
#include "lapis/layers/lstm.h"
#include "lapis/layers/max_pooling2d.h"
#include "lapis/layers/relu.h"
#include "lapis/layers/rms_normalization.h"
#include "lapis/layers/simple_rnn.h"

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
  add("one unit", {.units = 1}, {2, 1});
  add("RMSNorm", {.units = 6, .use_rmsnorm = true}, {3, 4});
  add("RMSNorm relu no bias",
      {.units = 5, .activation = Activation::relu, .use_bias = false, .use_rmsnorm = true}, {2, 7});
  add("RMSNorm softmax", {.units = 4, .activation = Activation::softmax, .use_rmsnorm = true}, {3, 3});
}

void add_pointwise(Table& table) {
  for (const Activation activation : {Activation::linear, Activation::relu, Activation::sigmoid,
                                      Activation::tanh, Activation::softmax, Activation::hard_sigmoid})
    table.add<ActivationLayer>("activation", std::string(activation_name(activation)),
                               {.activation = activation}, {.x = {3, 2, 5}});
  table.add<ReLU>("re_lu", "relu", {}, {.x = {2, 3, 4, 5}});
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
void add_recurrent(Table& table, const std::string& family) {
  using Config = typename SomeLayer::Config;
  for (const bool sequences : {false, true})
    for (const bool backwards : {false, true})
      for (const bool masked : {false, true})
        for (const bool zeroed : {false, true}) {
          if (zeroed && !masked) continue;
          Config config;
          config.units = 4;
          config.return_sequences = sequences;
          config.go_backwards = backwards;
          config.zero_output_for_mask = zeroed;
          std::string name = sequences ? "sequences" : "last";
          if (backwards) name += " backwards";
          if (masked) name += zeroed ? " mask zeroed" : " mask";
          table.add<SomeLayer>(family, name, config,
                               {.x = {5, 5, 3}, .mask = masked ? kMask : std::vector<std::uint8_t>()});
        }
  Config plain;
  plain.units = 17;
  table.add<SomeLayer>(family, "batch 1, 17 units, no bias",
                       [&] {
                         Config config = plain;
                         config.use_bias = false;
                         return config;
                       }(),
                       {.x = {1, 3, 5}});
  table.add<SomeLayer>(family, "one step, one input", plain, {.x = {2, 1, 1}});
  Config many = plain;
  many.units = 3;
  table.add<SomeLayer>(family, "more rows than one chunk", many, {.x = {19, 2, 2}});
  Config relu = many;
  relu.activation = Activation::relu;
  relu.recurrent_activation = Activation::hard_sigmoid;
  table.add<SomeLayer>(family, "relu, hard_sigmoid", relu, {.x = {2, 4, 3}});
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

}  // namespace

std::vector<NamedCase> layer_cases() {
  Table table;
  add_conv2d(table);
  add_pooling2d<MaxPooling2D>(table, "max_pooling2d");
  add_pooling2d<AveragePooling2D>(table, "average_pooling2d");
  add_dense(table);
  add_pointwise(table);
  add_recurrent<SimpleRNN>(table, "simple_rnn");
  add_recurrent<LSTM>(table, "lstm");
  add_bidirectional<SimpleRNN>(table, "simple_rnn");
  add_bidirectional<LSTM>(table, "lstm");
  return table.take();
}

}  // namespace lapis_test
