#include "lapis/io/json_reader.h"

#include <algorithm>
#include <limits>

namespace lapis {

namespace {

/// The value as JSON, cut where it is long.
std::string shown(const Json& json) {
  if (const auto* text = json.string()) return in_quotes(*text);
  if (json.array() != nullptr && json.array()->size() > 8) return "a list";
  if (json.object() != nullptr) return "an object";
  const std::string text = json.dump();
  return text.size() > 60 ? "a list" : text;
}

}  // namespace

void JsonCursor::expected(std::string_view what) const {
  fail(path_.empty() ? "JSON" : path_, ": expected ", what, ", found ", shown(*json_));
}

bool JsonCursor::boolean() const {
  if (const bool* value = json_->boolean()) return *value;
  expected("true or false");
}

Index JsonCursor::integer(Index minimum, Index maximum) const {
  const std::int64_t* value = json_->integer();
  if (value != nullptr && *value >= minimum && *value <= maximum) return static_cast<Index>(*value);
  if (value != nullptr && *value > maximum) expected("a whole number <= " + std::to_string(maximum));
  expected("a whole number >= " + std::to_string(minimum));
}

double JsonCursor::number(double minimum, double maximum) const {
  const auto value = json_->number();
  if (value && *value >= minimum && *value <= maximum) return *value;
  if (minimum == std::numeric_limits<double>::lowest() && maximum == std::numeric_limits<double>::max())
    expected("a number");
  // Numbers as JSON prints them: 0.0, 1.0, 1e+30.
  if (maximum == std::numeric_limits<double>::infinity() || maximum == std::numeric_limits<double>::max())
    expected("a number >= " + Json(minimum).dump());
  expected("a number from " + Json(minimum).dump() + " to " + Json(maximum).dump());
}

double JsonCursor::number() const {
  return number(std::numeric_limits<double>::lowest(), std::numeric_limits<double>::max());
}

const std::string& JsonCursor::string() const {
  if (const std::string* value = json_->string()) return *value;
  expected("a string");
}

std::vector<JsonCursor> JsonCursor::items() const {
  const Json::Array* array = json_->array();
  if (array == nullptr) expected("a list");
  std::vector<JsonCursor> list;
  list.reserve(array->size());
  for (std::size_t i = 0; i < array->size(); ++i)
    list.emplace_back((*array)[i], path_ + '[' + std::to_string(i) + ']');
  return list;
}

std::vector<std::string> JsonCursor::strings() const {
  std::vector<std::string> list;
  for (const JsonCursor& item : items()) list.push_back(item.string());
  return list;
}

ObjectReader::ObjectReader(JsonCursor object) : object_(std::move(object)) {
  if (object_.json().object() == nullptr) object_.expected("an object");
}

std::optional<JsonCursor> ObjectReader::find(std::string_view key) {
  if (!asked(key)) asked_.emplace_back(key);
  const Json* value = object_.json().find(key);
  if (value == nullptr) return std::nullopt;
  return JsonCursor(*value, path().empty() ? std::string(key) : path() + '.' + std::string(key));
}

JsonCursor ObjectReader::need(std::string_view key) {
  auto value = find(key);
  if (!value) fail(path(), path().empty() ? "" : ": ", "key ", in_quotes(key), " is missing");
  return *value;
}

bool ObjectReader::asked(std::string_view key) const {
  return std::find(asked_.begin(), asked_.end(), key) != asked_.end();
}

std::string ObjectReader::known() const {
  std::string list;
  for (const std::string& key : asked_) list += (list.empty() ? "" : ", ") + key;
  return list;
}

void ObjectReader::finish() const {
  for (const JsonMember& member : *json().object())
    if (!asked(member.key))
      fail(path(), path().empty() ? "" : ": ", "key ", in_quotes(member.key),
           " is not known; known: ", known());
}

}  // namespace lapis
