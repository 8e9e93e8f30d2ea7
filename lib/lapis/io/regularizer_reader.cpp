#include "lapis/io/config_reader.h"
#include "lapis/io/config_values.h"

namespace lapis {

namespace {

Regularizer read_known(const JsonCursor& cursor) {
  const Named named = read_named(cursor);
  ObjectReader config(named.config);
  const bool both = named.name == "l1l2" || named.name == "l1_l2";
  if (named.name != "l1" && named.name != "l2" && !both) return {.unknown = cursor.json().dump()};
  // Keras's defaults: 0.01 for L1 and L2, 0 for both in L1L2.
  Regularizer value = {.l1 = named.name == "l1" ? 0.01 : 0, .l2 = named.name == "l2" ? 0.01 : 0};
  if (named.name != "l2") read_value(config, "l1", value.l1, 0, kLargestNumber);
  if (named.name != "l1") read_value(config, "l2", value.l2, 0, kLargestNumber);
  config.finish();
  return value;
}

}  // namespace

Regularizer read_regularizer(const JsonCursor& cursor) {
  if (cursor.is_null()) return {};
  if (cursor.json().object() == nullptr && cursor.json().string() == nullptr)
    cursor.expected("null or a regularizer: L1, L2 or L1L2");
  try {
    return read_known(cursor);
  } catch (const Error&) {
    return {.unknown = cursor.json().dump()};
  }
}

}  // namespace lapis
