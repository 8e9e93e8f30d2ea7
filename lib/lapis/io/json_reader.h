#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lapis/core/error.h"
#include "lapis/core/real.h"
#include "lapis/io/json.h"

namespace lapis {

/// One value of a JSON text and where it stands, so that every message can say so:
/// `config.layers[2].config.units: expected a whole number >= 1, found "ten"`.
class JsonCursor {
 public:
  /// Largest whole number read as a size, so that products of two of them fit 64 bits.
  static constexpr Index kMaxSize = Index{1} << 24;

  /// `json` must outlive the cursor. `path` starts every message.
  JsonCursor(const Json& json, std::string path) : json_(&json), path_(std::move(path)) {}

  const Json& json() const { return *json_; }
  const std::string& path() const { return path_; }
  bool is_null() const { return json_->is_null(); }

  bool boolean() const;
  Index integer(Index minimum, Index maximum = kMaxSize) const;
  double number(double minimum, double maximum) const;
  /// Any finite number.
  double number() const;
  const std::string& string() const;
  std::vector<JsonCursor> items() const;
  std::vector<std::string> strings() const;

  /// Throws `path: expected WHAT, found VALUE`.
  [[noreturn]] void expected(std::string_view what) const;

 private:
  const Json* json_;
  std::string path_;
};

/// Reads one JSON object key by key and remembers which keys were asked for: a key that nobody asked for is
/// an error.
class ObjectReader {
 public:
  /// Throws Error where the value is no object.
  explicit ObjectReader(JsonCursor object);

  const Json& json() const { return object_.json(); }
  const std::string& path() const { return object_.path(); }

  std::optional<JsonCursor> find(std::string_view key);
  /// Throws Error where the key is missing.
  JsonCursor need(std::string_view key);
  /// Reads and drops.
  void ignore(std::string_view key) { find(key); }

  bool asked(std::string_view key) const;
  /// "a, b, c": the keys asked for, in that order.
  std::string known() const;
  /// Throws `path: key "foo" is not known; known: ...`.
  void finish() const;

 private:
  JsonCursor object_;
  std::vector<std::string> asked_;
};

}  // namespace lapis
