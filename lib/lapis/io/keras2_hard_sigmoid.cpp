#include "lapis/io/keras2_hard_sigmoid.h"

#include <string>

#include "lapis/core/error.h"
#include "lapis/layers/config.h"

namespace lapis {

namespace {

Json* member(Json& object, std::string_view key) {
  if (object.object() == nullptr) return nullptr;
  for (JsonMember& each : *object.object())
    if (each.key == key) return &each.value;
  return nullptr;
}

/// Whether `key` was Keras 2's function; it is Keras 3's afterwards.
bool rename(Json& config, std::string_view key) {
  Json* const value = member(config, key);
  if (value == nullptr || value->string() == nullptr ||
      *value->string() != activation_name(Activation::hard_sigmoid_keras2))
    return false;
  *value = Json(activation_name(Activation::hard_sigmoid));
  return true;
}

/// Gates stand in Keras's order: i, f, c, o in an LSTM, z, r, h in a GRU.
GateFactors factors_of(Json& layer) {
  constexpr Real kBy = kKeras2HardSigmoid;
  const std::string class_name = *layer.find("class_name")->string();
  Json& config = *member(layer, "config");
  const bool activation = rename(config, "activation");
  const bool gates = rename(config, "recurrent_activation");
  if (class_name == "GRU" && (activation || gates))
    return {gates ? kBy : 1, gates ? kBy : 1, activation ? kBy : 1};
  if (activation && (class_name == "LSTM" || class_name == "Activation"))
    fail("layer ", in_quotes(*config.find("name")->string()), " (", class_name,
         "): its activation is the hard_sigmoid of Keras 2, which Keras 3 does not have: keep the model as ",
         ".safetensors");
  if (gates) return {kBy, kBy, 1, kBy};
  if (activation) return {kBy};
  return {};
}

}  // namespace

std::vector<GateFactors> rename_keras2_hard_sigmoid(Json& layer) {
  std::vector<GateFactors> list;
  for (const std::string_view key : {"layer", "backward_layer"})
    if (Json* const inner = member(*member(layer, "config"), key);
        inner != nullptr && inner->object() != nullptr)
      list.push_back(factors_of(*inner));
  if (list.empty()) list.push_back(factors_of(layer));
  return list;
}

void multiply_gates(std::span<Real> values, Index columns, const GateFactors& factors) {
  if (factors.empty()) return;
  const auto gates = static_cast<Index>(factors.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Index column = static_cast<Index>(i) % columns;
    values[i] *= factors[static_cast<std::size_t>(column * gates / columns)];
  }
}

}  // namespace lapis
