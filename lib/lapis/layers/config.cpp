#include "lapis/layers/config.h"

namespace lapis {

namespace {

constexpr std::array<std::string_view, 6> kActivations = {"linear", "relu",    "sigmoid",
                                                          "tanh",   "softmax", "hard_sigmoid"};
constexpr std::array<std::string_view, 2> kPaddings = {"valid", "same"};

}  // namespace

std::string_view activation_name(Activation activation) {
  return kActivations[static_cast<std::size_t>(activation)];
}

void ConfigVisitor::activation(std::string_view key, Activation& value) {
  int position = static_cast<int>(value);
  choice(key, position, kActivations);
  value = static_cast<Activation>(position);
}

void ConfigVisitor::padding(std::string_view key, Padding& value) {
  int position = static_cast<int>(value);
  choice(key, position, kPaddings);
  value = static_cast<Padding>(position);
}

void ConfigVisitor::no_regularizers(std::span<const std::string_view> parameters) {
  for (const std::string_view parameter : parameters) {
    only_null(std::string(parameter) + "_regularizer");
    only_null(std::string(parameter) + "_constraint");
  }
  only_null("activity_regularizer");
}

}  // namespace lapis
