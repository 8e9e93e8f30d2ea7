#include <cmath>
#include <limits>

#include "lapis/io/config_reader.h"
#include "lapis/io/config_values.h"

namespace lapis {

namespace {

using Kind = Initializer::Kind;

struct Spelling {
  std::string_view name;
  Kind kind;
};

// Keras's own spellings (keras/src/initializers/__init__.py: the class, its snake_case form and short names),
// then this project's.
constexpr Spelling kSpellings[] = {
    Spelling{"Zeros", Kind::zeros},
    Spelling{"zeros", Kind::zeros},
    Spelling{"zero", Kind::zeros},
    Spelling{"Ones", Kind::ones},
    Spelling{"ones", Kind::ones},
    Spelling{"one", Kind::ones},
    Spelling{"Constant", Kind::constant},
    Spelling{"constant", Kind::constant},
    Spelling{"RandomUniform", Kind::random_uniform},
    Spelling{"random_uniform", Kind::random_uniform},
    Spelling{"uniform", Kind::random_uniform},
    Spelling{"RandomNormal", Kind::random_normal},
    Spelling{"random_normal", Kind::random_normal},
    Spelling{"normal", Kind::random_normal},
    Spelling{"TruncatedNormal", Kind::truncated_normal},
    Spelling{"truncated_normal", Kind::truncated_normal},
    Spelling{"GlorotUniform", Kind::glorot_uniform},
    Spelling{"glorot_uniform", Kind::glorot_uniform},
    Spelling{"xavier", Kind::glorot_uniform},
    Spelling{"GlorotNormal", Kind::glorot_normal},
    Spelling{"glorot_normal", Kind::glorot_normal},
    Spelling{"HeUniform", Kind::he_uniform},
    Spelling{"he_uniform", Kind::he_uniform},
    Spelling{"HeNormal", Kind::he_normal},
    Spelling{"he_normal", Kind::he_normal},
    Spelling{"he", Kind::he_normal},
    Spelling{"Orthogonal", Kind::orthogonal},
    Spelling{"orthogonal", Kind::orthogonal},
    Spelling{"OrthogonalInitializer", Kind::orthogonal},
};

constexpr double kLargest = std::numeric_limits<float>::max();

/// Keras's defaults.
Initializer with_defaults(Kind kind) {
  Initializer value{.kind = kind};
  if (kind == Kind::random_uniform) {
    value.a = -0.05;
    value.b = 0.05;
  } else if (kind == Kind::random_normal || kind == Kind::truncated_normal) {
    value.b = 0.05;
  } else if (kind == Kind::orthogonal) {
    value.a = 1;
  }
  return value;
}

Initializer lecun(bool uniform) {
  return {.kind = Kind::variance_scaling,
          .a = 1,
          .distribution =
              uniform ? Initializer::Distribution::uniform : Initializer::Distribution::truncated_normal};
}

Initializer named(const JsonCursor& cursor) {
  for (const Spelling& spelling : kSpellings)
    if (spelling.name == cursor.string()) return with_defaults(spelling.kind);
  if (cursor.string() == "lecun_normal" || cursor.string() == "LecunNormal") return lecun(false);
  if (cursor.string() == "lecun_uniform" || cursor.string() == "LecunUniform") return lecun(true);
  cursor.expected(
      "an initializer: zeros, ones, constant, uniform, normal, truncated_normal, glorot_uniform (xavier), "
      "glorot_normal, he_uniform, he_normal (he), lecun_uniform, lecun_normal, VarianceScaling or "
      "orthogonal");
}

void read_number(ObjectReader& config, std::string_view key, double& value) {
  if (const auto cursor = config.find(key)) value = cursor->number(-kLargest, kLargest);
}

void read_uniform(ObjectReader& config, Initializer& value) {
  read_number(config, "minval", value.a);
  read_number(config, "maxval", value.b);
  read_number(config, "lower", value.a);
  read_number(config, "upper", value.b);
  if (!(value.a <= value.b))
    fail(config.path(), ": the lower bound ", value.a, " is above the upper bound ", value.b);
}

void read_normal(ObjectReader& config, Initializer& value) {
  read_number(config, "mean", value.a);
  const auto stddev = config.find("stddev");
  if (stddev) value.b = stddev->number(0, kLargest);
  if (value.kind != Kind::random_normal) return;
  const auto variance = config.find("variance");
  if (stddev && variance) fail(config.path(), ": gives both stddev and variance, expected one of them");
  if (variance) value.b = std::sqrt(variance->number(0, kLargest));
}

/// Keras's VarianceScaling, under its short name where it has one.
Initializer variance_scaling(ObjectReader& config) {
  using Fan = Initializer::Fan;
  using Distribution = Initializer::Distribution;
  Initializer value = lecun(false);
  if (const auto scale = config.find("scale")) value.a = scale->number(0, kLargest);
  read_choice(config, "mode", value.fan,
              {{"fan_in", Fan::in}, {"fan_out", Fan::out}, {"fan_avg", Fan::average}});
  read_choice(config, "distribution", value.distribution,
              {{"truncated_normal", Distribution::truncated_normal},
               {"untruncated_normal", Distribution::untruncated_normal},
               {"uniform", Distribution::uniform},
               {"normal", Distribution::truncated_normal}});  // Keras 2's older name
  if (value.distribution == Distribution::untruncated_normal) return value;
  const bool uniform = value.distribution == Distribution::uniform;
  if (value.a == 2 && value.fan == Fan::in)
    return with_defaults(uniform ? Kind::he_uniform : Kind::he_normal);
  if (value.a == 1 && value.fan == Fan::average)
    return with_defaults(uniform ? Kind::glorot_uniform : Kind::glorot_normal);
  return value;
}

Initializer read_known(const JsonCursor& cursor) {
  if (cursor.json().object() == nullptr) return named(cursor);
  ObjectReader object(cursor);
  const JsonCursor class_name = object.need("class_name");
  for (const std::string_view key : {"module", "registered_name", "shared_object_id", "build_config"})
    object.ignore(key);
  const Json empty{Json::Object()};
  const auto given = object.find("config");
  ObjectReader config(given ? *given : JsonCursor(empty, cursor.path() + ".config"));
  object.finish();

  Initializer value;
  if (class_name.string() == "VarianceScaling" || class_name.string() == "variance_scaling")
    value = variance_scaling(config);
  else
    value = named(class_name);
  if (value.kind == Kind::random_uniform) read_uniform(config, value);
  if (value.kind == Kind::random_normal || value.kind == Kind::truncated_normal) read_normal(config, value);
  if (value.kind == Kind::constant) read_number(config, "value", value.a);
  if (value.kind == Kind::orthogonal) read_number(config, "gain", value.a);
  if (const auto seed = config.find("seed"); seed && !seed->is_null()) {
    const std::int64_t* number = seed->json().integer();
    if (number == nullptr || *number < 0) seed->expected("null or a whole number >= 0");
    value.seed = static_cast<std::uint64_t>(*number);
  }
  config.ignore("dtype");  // Keras 2
  for (const std::string_view key : {"input_axes", "output_axes"})
    if (const auto axes = config.find(key); axes && !axes->is_null())
      axes->expected("null (nothing else is supported)");
  config.finish();
  return value;
}

}  // namespace

Initializer read_initializer(const JsonCursor& cursor) {
  if (cursor.json().object() == nullptr && cursor.json().string() == nullptr)
    cursor.expected("an initializer's name or object");
  try {
    return read_known(cursor);
  } catch (const Error& error) {
    constexpr std::size_t kLongest = 4096;  // a matrix of word vectors is not kept twice
    std::string text = cursor.json().dump();
    if (text.size() > kLongest) text.clear();
    return {.kind = Kind::kept, .text = std::move(text), .reason = error.what()};
  }
}

}  // namespace lapis
