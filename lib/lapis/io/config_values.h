#pragma once

#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "lapis/io/json_reader.h"

/// Reading the values of a training config. Each leaves `value` as it is where the key is missing.
namespace lapis {

inline constexpr double kLargestNumber = std::numeric_limits<double>::max();

void read_value(ObjectReader& object, std::string_view key, bool& value);
void read_value(ObjectReader& object, std::string_view key, Index& value, Index minimum);
void read_value(ObjectReader& object, std::string_view key, double& value, double minimum, double maximum);
/// A number >= 0; JSON null is "not set".
void read_value(ObjectReader& object, std::string_view key, std::optional<double>& value);
/// Training steps.
void read_steps(ObjectReader& object, std::string_view key, std::int64_t& value);
/// A setting of Keras's that is supported only where it changes nothing.
void read_off(ObjectReader& object, std::string_view key);

/// One of the names in `choices`.
template <class T, std::size_t n>
void read_choice(ObjectReader& object, std::string_view key, T& value,
                 const std::pair<std::string_view, T> (&choices)[n]) {
  const auto found = object.find(key);
  if (!found) return;
  std::string names;
  for (const auto& [name, choice] : choices) {
    if (found->json().string() != nullptr && *found->json().string() == name) {
      value = choice;
      return;
    }
    names += (names.empty() ? "" : ", ") + std::string(name);
  }
  found->expected("one of " + names);
}

/// Keras's way to name an object: "adam", or {"class_name": "Adam", "config": {...}} (other keys of Keras's
/// own serialisation are dropped). The config of a bare name is empty.
struct Named {
  JsonCursor where;
  std::string name;  // lower case
  JsonCursor config;
  std::shared_ptr<const Json> owned;  // the empty config of a bare name
};

Named read_named(const JsonCursor& value);

}  // namespace lapis
