#include "lapis/layers/config.h"

namespace lapis {

namespace {

/// In the enum's order; behind them Keras's second names.
constexpr std::array<std::string_view, 25> kActivations = {"linear",
                                                           "relu",
                                                           "sigmoid",
                                                           "tanh",
                                                           "softmax",
                                                           "hard_sigmoid",
                                                           "relu6",
                                                           "leaky_relu",
                                                           "elu",
                                                           "selu",
                                                           "softplus",
                                                           "softsign",
                                                           "exponential",
                                                           "hard_tanh",
                                                           "log_sigmoid",
                                                           "log_softmax",
                                                           "hard_sigmoid_keras2",
                                                           "silu",
                                                           "hard_silu",
                                                           "gelu",
                                                           "gelu_approximate",
                                                           "mish",
                                                           "tanh_shrink",
                                                           "swish",
                                                           "hard_swish"};
constexpr int kSwish = 23;
constexpr int kHardSwish = 24;
constexpr std::array<std::string_view, 2> kPaddings = {"valid", "same"};

}  // namespace

std::string_view activation_name(Activation activation) {
  return kActivations[static_cast<std::size_t>(activation)];
}

void ConfigVisitor::activation(std::string_view key, Activation& value) {
  int position = static_cast<int>(value);
  choice(key, position, kActivations);
  // Keras 2 has another function of this name.
  if (reading() && rules().is_keras2 && position == static_cast<int>(Activation::hard_sigmoid))
    position = static_cast<int>(Activation::hard_sigmoid_keras2);
  if (position == kSwish) position = static_cast<int>(Activation::silu);
  if (position == kHardSwish) position = static_cast<int>(Activation::hard_silu);
  value = static_cast<Activation>(position);
}

void ConfigVisitor::padding(std::string_view key, Padding& value) {
  int position = static_cast<int>(value);
  choice(key, position, kPaddings);
  value = static_cast<Padding>(position);
}

void ConfigVisitor::passes_mask(bool& value, bool by_rule) {
  if (reading()) value = by_rule;
  if (reading() || !value) boolean("passes_mask", value);
}

void ConfigVisitor::regularizers(std::initializer_list<Regularized> parameters) {
  for (const auto& [parameter, value] : parameters) {
    regularizer(std::string(parameter) + "_regularizer", value);
    kept(std::string(parameter) + "_constraint", value.constraint);
  }
}

}  // namespace lapis
