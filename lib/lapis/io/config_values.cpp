#include "lapis/io/config_values.h"

#include <algorithm>

namespace lapis {

void read_value(ObjectReader& object, std::string_view key, bool& value) {
  if (const auto found = object.find(key)) value = found->boolean();
}

void read_value(ObjectReader& object, std::string_view key, Index& value, Index minimum) {
  if (const auto found = object.find(key)) value = found->integer(minimum);
}

void read_value(ObjectReader& object, std::string_view key, double& value, double minimum, double maximum) {
  if (const auto found = object.find(key)) value = found->number(minimum, maximum);
}

void read_value(ObjectReader& object, std::string_view key, std::optional<double>& value) {
  const auto found = object.find(key);
  if (found && !found->is_null()) value = found->number(0, kLargestNumber);
}

void read_steps(ObjectReader& object, std::string_view key, std::int64_t& value) {
  if (const auto found = object.find(key)) value = found->integer(0);
}

void read_off(ObjectReader& object, std::string_view key) {
  const auto found = object.find(key);
  if (!found || found->is_null()) return;
  const bool* value = found->json().boolean();
  if (value == nullptr || *value) found->expected("false or null (the other is not supported)");
}

Named read_named(const JsonCursor& value) {
  std::string name;
  auto owned = std::make_shared<const Json>(Json::Object{});
  JsonCursor config(*owned, value.path());
  if (const std::string* text = value.json().string()) {
    name = *text;
  } else {
    ObjectReader object(value);
    name = object.need("class_name").string();
    if (const auto found = object.find("config")) config = *found;
    for (const char* key : {"module", "registered_name", "build_config", "shared_object_id"})
      object.ignore(key);
    object.finish();
  }
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return {value, name, config, std::move(owned)};
}

}  // namespace lapis
