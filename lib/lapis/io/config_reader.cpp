#include "lapis/io/config_reader.h"

#include <algorithm>

#include "lapis/layers/registry.h"

namespace lapis {

namespace {

/// Largest kernel, stride, dilation or pool: a product of two of them fits 32 bits (WebAssembly).
constexpr Index kMaxPair = 4096;

std::string one_of(std::span<const std::string_view> choices) {
  std::string text = "one of ";
  for (std::size_t i = 0; i < choices.size(); ++i) text += (i > 0 ? ", " : "") + in_quotes(choices[i]);
  return text;
}

}  // namespace

void ignore_wrapping(ObjectReader& description) {
  for (const std::string_view key : {"module", "registered_name", "build_config", "compile_config",
                                     "shared_object_id", "name", "inbound_nodes"})
    description.ignore(key);
}

LayerNames::LayerNames(std::set<std::string> given, const KerasRules& rules)
    : taken_(std::move(given)), rules_(rules) {}

std::string LayerNames::make(std::string_view snake_name) {
  int& count = counts_.try_emplace(std::string(snake_name), 0).first->second;
  std::string name;
  do {
    name = count == 0 ? std::string(snake_name) : std::string(snake_name) + '_' + std::to_string(count);
    ++count;
  } while (!taken_.insert(name).second);
  return name;
}

const std::string& checked_name(const JsonCursor& cursor) {
  constexpr std::size_t kLongest = 1000;
  const std::string& name = cursor.string();
  const bool plain = std::all_of(name.begin(), name.end(),
                                 [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F; });
  if (name.empty() || name.size() > kLongest || !plain)
    cursor.expected("a name of 1 to 1000 bytes without control characters");
  return name;
}

std::unique_ptr<const Layer> read_layer(const JsonCursor& description, LayerNames& names) {
  ObjectReader reader(description);
  const std::string& class_name = reader.need("class_name").string();
  const JsonCursor config = reader.need("config");
  ignore_wrapping(reader);
  if (config.json().object() == nullptr) config.expected("an object");
  const Json* given = config.json().find("name");

  const LayerType* type = find_layer_type(class_name);
  if (type == nullptr) {
    const bool named = given != nullptr && given->string() != nullptr;
    const std::string which = "layer " + (named ? in_quotes(*given->string()) : description.path());
    const std::string kind = in_quotes(class_name).substr(1, in_quotes(class_name).size() - 2);
    if (class_name == "Sequential" || class_name == "Functional" || class_name == "Model")
      fail(which, " (", kind,
           "): a model inside a model is not supported: put its layers into the outer \"layers\"");
    fail(which, " (", kind, ") is not supported; supported: ", supported_layers());
  }
  reader.finish();

  std::string name = given != nullptr ? checked_name(JsonCursor(*given, config.path() + ".name"))
                                      : names.make(type->snake_name);
  ConfigReader visitor(config, "layer \"" + name + "\" (" + std::string(type->type) + ")", names);
  auto layer = type->make(std::move(name), visitor);
  visitor.finish();
  return layer;
}

std::string read_dtype(const JsonCursor& cursor) {
  if (cursor.json().object() == nullptr) return cursor.string();
  // DTypePolicy; Keras 2: Policy, PolicyV1. A quantized policy gives its mode, not a name.
  for (const std::string_view key : {"name", "mode"})
    if (const Json* const config = cursor.json().find("config");
        config != nullptr && config->object() != nullptr)
      if (const Json* const name = config->find(key); name != nullptr && name->string() != nullptr)
        return *name->string();
  cursor.expected("a dtype's name or policy");
}

void check_dtype(const JsonCursor& cursor) {
  if (cursor.is_null()) return;
  static constexpr std::string_view kFloats[] = {"float32",       "float16",       "bfloat16",
                                                 "float64",       "mixed_float16", "mixed_bfloat16",
                                                 "mixed_float64", "_infer"};
  const std::string name = read_dtype(cursor);
  if (std::find(std::begin(kFloats), std::end(kFloats), name) != std::end(kFloats)) return;
  const Json* const class_name =
      cursor.json().object() != nullptr ? cursor.json().find("class_name") : nullptr;
  const bool quantized =
      name.find("_from_") != std::string::npos || (class_name != nullptr && class_name->string() != nullptr &&
                                                   class_name->string()->find("DTypePolicy") != 0);
  if (quantized)
    fail(cursor.path(), ": the model is quantized (", in_quotes(name),
         "), which is not supported: save it before model.quantize()");
  fail(cursor.path(), ": dtype ", in_quotes(name), ", expected ", one_of(std::span(kFloats).first(7)));
}

ConfigReader::ConfigReader(const JsonCursor& config, std::string layer, LayerNames& names)
    : layer_(std::move(layer)),
      names_(names),
      common_(JsonCursor(config.json(), layer_ + ": " + config.path())),
      own_(JsonCursor(config.json(), layer_ + ": " + config.path())) {
  read_common();
}

void ConfigReader::read_common() {
  for (const std::string_view key : {"name", "registered_name", "module", "build_config", "shared_object_id",
                                     "batch_input_shape", "batch_shape", "input_shape"})
    common_.ignore(key);
  if (const auto dtype = common_.find("dtype")) check_dtype(*dtype);
}

void ConfigReader::finish() const {
  for (const JsonMember& member : *own_.json().object())
    if (!own_.asked(member.key) && !common_.asked(member.key))
      fail(layer_, ": config key ", in_quotes(member.key), " is not known; known: ", own_.known());
}

std::optional<JsonCursor> ConfigReader::find(std::string_view key) {
  // Every layer may have it, so no list of a layer's keys names it.
  return (key == "activity_regularizer" ? common_ : own_).find(key);
}

void ConfigReader::require(std::string_view key) {
  own_.need(key);
}

void ConfigReader::boolean(std::string_view key, bool& value) {
  if (const auto cursor = find(key)) value = cursor->boolean();
}

void ConfigReader::integer(std::string_view key, Index& value, Index minimum) {
  if (const auto cursor = find(key)) value = cursor->integer(minimum);
}

void ConfigReader::number(std::string_view key, double& value, double minimum, double maximum) {
  if (const auto cursor = find(key)) value = cursor->number(minimum, maximum);
}

void ConfigReader::number_or_null(std::string_view key, std::optional<double>& value, double minimum,
                                  double maximum) {
  const auto cursor = find(key);
  if (!cursor) return;
  value = cursor->is_null() ? std::nullopt : std::optional(cursor->number(minimum, maximum));
}

void ConfigReader::single(std::string_view key, Index& value, Index minimum) {
  const auto cursor = find(key);
  if (!cursor) return;
  if (cursor->json().array() == nullptr) {
    value = cursor->integer(minimum, kMaxPair);
    return;
  }
  const std::vector<JsonCursor> items = cursor->items();
  if (items.size() != 1) cursor->expected("a whole number or a list of one");
  value = items[0].integer(minimum, kMaxPair);
}

void ConfigReader::sides(std::string_view key, std::array<Index, 4>& value) {
  const auto cursor = find(key);
  if (!cursor) return;
  if (cursor->json().array() == nullptr) {
    value.fill(cursor->integer(0, kMaxPair));
    return;
  }
  const std::vector<JsonCursor> axes = cursor->items();
  if (axes.size() != 2) cursor->expected("a whole number, a pair, or a pair of pairs");
  for (std::size_t axis = 0; axis < 2; ++axis) {
    Index& before = value[2 * axis];
    Index& after = value[2 * axis + 1];
    if (axes[axis].json().array() == nullptr) {
      before = after = axes[axis].integer(0, kMaxPair);
      continue;
    }
    const std::vector<JsonCursor> ends = axes[axis].items();
    if (ends.size() != 2) axes[axis].expected("a whole number or a pair");
    before = ends[0].integer(0, kMaxPair);
    after = ends[1].integer(0, kMaxPair);
  }
}

void ConfigReader::sizes(std::string_view key, std::vector<Index>& value) {
  const auto cursor = find(key);
  if (!cursor) return;
  const std::vector<JsonCursor> items = cursor->items();
  if (items.empty() || items.size() > Shape::kMaxRank - 1) cursor->expected("a list of 1 to 4 sizes");
  value.clear();
  for (const JsonCursor& item : items) value.push_back(item.integer(-1));
}

void ConfigReader::pair(std::string_view key, std::array<Index, 2>& value, Index minimum) {
  const auto cursor = find(key);
  if (!cursor) return;
  if (cursor->json().array() == nullptr) {
    const Index both = cursor->integer(minimum, kMaxPair);
    value = {both, both};
    return;
  }
  const std::vector<JsonCursor> items = cursor->items();
  if (items.size() != 2) cursor->expected("a whole number or a list of two");
  value = {items[0].integer(minimum, kMaxPair), items[1].integer(minimum, kMaxPair)};
}

void ConfigReader::pair_or(std::string_view key, std::array<Index, 2>& value,
                           const std::array<Index, 2>& fallback) {
  const auto cursor = find(key);
  if (!cursor || cursor->is_null())
    value = fallback;
  else
    pair(key, value, 1);
}

void ConfigReader::choice(std::string_view key, int& value, std::span<const std::string_view> choices) {
  const auto cursor = find(key);
  if (!cursor) return;
  // Keras: no activation means the linear one.
  const std::string_view word = cursor->is_null() && choices[0] == "linear" ? choices[0]
                                : cursor->json().string() != nullptr ? std::string_view(cursor->string())
                                                                     : std::string_view();
  const auto at = std::find(choices.begin(), choices.end(), word);
  if (at == choices.end()) cursor->expected(one_of(choices));
  value = static_cast<int>(at - choices.begin());
}

void ConfigReader::trainable(bool& value) {
  using Freezing = LayerNames::Freezing;
  value = names_.freezing == Freezing::none;
  if (const auto cursor = common_.find("trainable")) value = cursor->boolean();
  if (names_.freezing == Freezing::all) value = false;
  freezes_ = !value && names_.rules().is_keras2;  // Keras 3 asks each layer itself
}

void ConfigReader::initializer(std::string_view key, Initializer& value) {
  if (const auto cursor = find(key)) value = read_initializer(*cursor);
}

void ConfigReader::regularizer(std::string_view key, Regularizer& value) {
  if (const auto cursor = find(key)) value = read_regularizer(*cursor);
}

void ConfigReader::kept(std::string_view key, std::string& json) {
  const auto cursor = find(key);
  if (cursor && !cursor->is_null()) json = cursor->json().dump();
}

void ConfigReader::layer(std::string_view key, std::shared_ptr<const Layer>& value, bool required) {
  if (required) require(key);
  const auto cursor = find(key);
  if (!cursor || (cursor->is_null() && !required)) return;
  const LayerNames::Freezing outside = names_.freezing;
  if (freezes_) names_.freezing = LayerNames::Freezing::all;
  value = read_layer(*cursor, names_);
  names_.freezing = outside;
}

void ConfigReader::only_null(std::string_view key) {
  const auto cursor = find(key);
  if (cursor && !cursor->is_null()) cursor->expected("null (nothing else is supported)");
}

void ConfigReader::only_boolean(std::string_view key, bool value) {
  const auto cursor = find(key);
  if (cursor && cursor->boolean() != value)
    cursor->expected(std::string(value ? "true" : "false") + " (nothing else is supported)");
}

void ConfigReader::only_integer(std::string_view key, Index value) {
  auto cursor = find(key);
  if (!cursor) return;
  // Keras writes a single axis as a list of one.
  if (const auto* list = cursor->json().array(); list != nullptr && list->size() == 1)
    cursor = JsonCursor(list->front(), cursor->path());
  const std::int64_t* found = cursor->json().integer();
  if (found == nullptr || *found != value)
    cursor->expected(std::to_string(value) + " (nothing else is supported)");
}

void ConfigReader::only_number(std::string_view key, double value) {
  const auto cursor = find(key);
  if (cursor && cursor->number() != value)
    cursor->expected(Json(value).dump() + " (nothing else is supported)");
}

void ConfigReader::only_string(std::string_view key, std::string_view value) {
  const auto cursor = find(key);
  if (cursor && !cursor->is_null() && cursor->string() != value)
    cursor->expected(in_quotes(value) + " (nothing else is supported)");
}

void ConfigReader::ignore(std::string_view key) {
  own_.ignore(key);
}

}  // namespace lapis
