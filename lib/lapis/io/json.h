#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "lapis/core/utf8.h"

namespace lapis {

struct JsonMember;

/// A JSON value: what the readers and writers of this folder work on, so that no header names the JSON
/// library. Objects keep the order of the text.
class Json {
 public:
  using Array = std::vector<Json>;
  using Object = std::vector<JsonMember>;

  /// Nesting and number of values beyond which `parse` refuses a text: far more than any model file needs.
  static constexpr int kMaxDepth = 64;
  static constexpr std::size_t kMaxValues = 4'000'000;

  // All out of line: JsonMember is not complete yet.
  Json();  // null
  Json(const Json& other);
  Json(Json&& other) noexcept;
  Json& operator=(const Json& other);
  Json& operator=(Json&& other) noexcept;
  ~Json();
  Json(bool value);
  Json(int value);
  Json(std::int64_t value);
  Json(double value);
  Json(std::string value);
  Json(std::string_view value);
  Json(const char* value);
  Json(Array value);
  Json(Object value);

  /// Throws Error with line and column; also where a key stands twice in one object, and past the two limits
  /// above.
  static Json parse(std::string_view text);

  bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
  /// nullptr where the value is of another kind. A whole number is also a number; see `number`.
  const bool* boolean() const { return std::get_if<bool>(&value_); }
  const std::int64_t* integer() const { return std::get_if<std::int64_t>(&value_); }
  std::optional<double> number() const;
  const std::string* string() const { return std::get_if<std::string>(&value_); }
  const Array* array() const { return std::get_if<Array>(&value_); }
  const Object* object() const { return std::get_if<Object>(&value_); }
  Object* object() { return std::get_if<Object>(&value_); }

  /// The member `key` of an object; nullptr where there is none or this is no object.
  const Json* find(std::string_view key) const;
  /// Appends a member; this must be an object and `key` new.
  void add(std::string key, Json value);

  /// Compact UTF-8 text; numbers are printed so that they read back as the same double.
  std::string dump() const;

 private:
  std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object> value_;
};

struct JsonMember {
  std::string key;
  Json value;
};

}  // namespace lapis
