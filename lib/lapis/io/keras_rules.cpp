#include "lapis/io/keras_rules.h"

#include <array>
#include <charconv>

#include "lapis/core/error.h"

namespace lapis {

namespace {

/// Major and minor number; 0, 0 for an empty or strange text.
std::array<int, 2> parse_version(std::string_view text) {
  std::array<int, 2> numbers = {0, 0};
  const char* at = text.data();
  const char* const end = at + text.size();
  for (int& number : numbers) {
    const auto [rest, error] = std::from_chars(at, end, number);
    if (error != std::errc()) break;
    at = rest + (rest < end && *rest == '.' ? 1 : 0);
  }
  return numbers;
}

/// Anywhere in the config: an object's key that is `key`.
template <class Matches>
bool any_member(const Json& json, const Matches& matches) {
  if (const auto* list = json.array())
    for (const Json& item : *list)
      if (any_member(item, matches)) return true;
  if (const auto* members = json.object())
    for (const JsonMember& member : *members)
      if (matches(member) || any_member(member.value, matches)) return true;
  return false;
}

/// Keras 3 writes calls as objects and has one name for an input's shape; Keras 2 writes nested lists.
bool looks_like_keras3(const JsonMember& member) {
  if (member.key == "inbound_nodes" && member.value.array() != nullptr && !member.value.array()->empty())
    return member.value.array()->front().object() != nullptr;
  return member.key == "batch_shape" || (member.key == "class_name" && member.value.string() != nullptr &&
                                         *member.value.string() == "DTypePolicy");
}

bool looks_like_keras2(const JsonMember& member) {
  return member.key == "batch_input_shape" || member.key == "time_major" || member.key == "input_length";
}

}  // namespace

KerasRules keras_rules(std::string_view keras_version) {
  const auto [major, minor] = parse_version(keras_version);
  if (major == 1 || keras_version.starts_with("0."))
    fail("was written by Keras ", keras_version,
         ", whose layers have other names and settings: open it with Keras 2 and save it again");
  KerasRules rules;
  rules.is_keras2 = major == 2;
  rules.sequences_pass_masks = major < 3 || (major == 3 && minor < 16);
  return rules;
}

void refuse_unclear_masked_steps(std::string_view keras_version, const std::vector<LayerPtr>& layers) {
  const auto [major, minor] = parse_version(keras_version);
  if (major != 2 || minor >= 4) return;
  bool masked = false;
  const Layer* unclear = nullptr;  // the Bidirectional whose masked steps go on
  for (const LayerPtr& layer : layers) {
    const std::string_view type = layer->type();
    const bool both = type == "Bidirectional";
    if (both || type == "LSTM" || type == "GRU" || type == "SimpleRNN") unclear = nullptr;
    if (both && masked && layer->mask_rule() == MaskRule::pass) unclear = layer.get();
    if (layer->mask_rule() == MaskRule::drop && unclear != nullptr) break;
    if (layer->mask_rule() == MaskRule::make) masked = true;
    if (layer->mask_rule() == MaskRule::drop) masked = false;
  }
  if (unclear != nullptr)
    fail("layer ", in_quotes(unclear->name()),
         " (Bidirectional): what its masked steps put out changed with Keras ", "2.4, and the file, of ",
         keras_version, ", does not tell: save the model again with a later Keras");
}

std::string_view keras_version_by_looks(const Json& config) {
  const Json* const inner = config.find("config");
  if (inner != nullptr && inner->array() != nullptr) return "2";  // a Sequential before Keras 2.2.3
  if (any_member(config, looks_like_keras3)) return "3";
  if (any_member(config, looks_like_keras2)) return "2";
  if (any_member(config, [](const JsonMember& member) {
        return member.value.string() != nullptr && *member.value.string() == "hard_sigmoid";
      }))
    fail(
        "the file does not say which Keras wrote it (keras_version), and hard_sigmoid is one function in "
        "Keras 1 and 2 and another in Keras 3: save the model again");
  return "3";
}

}  // namespace lapis
