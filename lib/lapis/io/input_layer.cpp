#include "lapis/io/input_layer.h"

#include "lapis/io/config_reader.h"

namespace lapis {

namespace {

InputLayer read_config(const JsonCursor& config) {
  InputLayer input;
  ObjectReader reader(config);
  if (const auto name = reader.find("name")) checked_name(*name);
  for (const std::string_view key :
       {"trainable", "registered_name", "module", "build_config", "shared_object_id"})
    reader.ignore(key);
  if (const auto dtype = reader.find("dtype"); dtype && !dtype->is_null()) {
    const std::string name = read_dtype(*dtype);
    input.takes_texts = name == "string";
    // Numbers of any kind are what they are as float32.
    const bool number = name == "bool" || name.starts_with("int") || name.starts_with("uint") ||
                        name.starts_with("float") || name == "bfloat16" || name.starts_with("mixed_");
    if (!number && !input.takes_texts)
      fail(dtype->path(), ": dtype ", in_quotes(name), ", expected floating-point numbers, integers, ",
           "\"bool\" or \"string\"");
  }
  for (const std::string_view key : {"sparse", "ragged", "optional"})
    if (const auto flag = reader.find(key); flag && !flag->is_null() && flag->boolean())
      flag->expected("false (nothing else is supported)");
  std::optional<Shape> shape;
  for (const std::string_view key : {"batch_shape", "batch_input_shape"})
    if (const auto sizes = reader.find(key); sizes && !sizes->is_null()) shape = read_shape(*sizes, true);
  if (const auto sizes = reader.find("shape"); sizes && !shape) shape = read_shape(*sizes, false);
  if (const auto sizes = reader.find("input_shape"); sizes && !shape) shape = read_shape(*sizes, false);
  reader.finish();
  if (!shape) fail(config.path(), ": key \"batch_shape\" is missing");
  input.shape = *shape;
  return input;
}

}  // namespace

Shape read_shape(const JsonCursor& cursor, bool with_batch) {
  Shape shape;
  if (!with_batch) shape.push_back(kUnknown);
  const std::vector<JsonCursor> sizes = cursor.items();
  if (sizes.size() < (with_batch ? 2U : 1U) || sizes.size() + (with_batch ? 0 : 1) > Shape::kMaxRank)
    cursor.expected(with_batch ? "a batch and 1 to 4 more sizes" : "1 to 4 sizes");
  for (const JsonCursor& size : sizes) shape.push_back(size.is_null() ? kUnknown : size.integer(1));
  shape.set(0, kUnknown);
  return shape;
}

InputLayer read_input_layer(const JsonCursor& layer) {
  ObjectReader reader(layer);
  reader.need("class_name");
  const JsonCursor config = reader.need("config");
  const Json* const name = config.json().object() != nullptr ? config.json().find("name") : nullptr;
  const bool named = name != nullptr && name->string() != nullptr;
  try {
    ignore_wrapping(reader);
    reader.finish();
    return read_config(config);
  } catch (const Error& error) {
    if (!named) throw;
    throw error.inside("layer " + in_quotes(*name->string()) + " (InputLayer)");
  }
}

std::optional<Shape> shape_in_first_layer(const JsonCursor& layer) {
  const Json* config = layer.json().find("config");
  if (config == nullptr || config->object() == nullptr) return std::nullopt;
  ObjectReader reader(JsonCursor(*config, layer.path() + ".config"));
  for (const std::string_view key : {"batch_input_shape", "batch_shape"})
    if (const auto sizes = reader.find(key); sizes && !sizes->is_null()) return read_shape(*sizes, true);
  if (const auto sizes = reader.find("input_shape"); sizes && !sizes->is_null())
    return read_shape(*sizes, false);
  return std::nullopt;
}

}  // namespace lapis
