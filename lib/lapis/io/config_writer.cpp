#include "lapis/io/config_writer.h"

namespace lapis {

namespace {

Json wrapped(std::string_view module, std::string_view class_name, Json config) {
  Json object{Json::Object()};
  object.add("module", module);
  object.add("class_name", class_name);
  object.add("config", std::move(config));
  object.add("registered_name", Json());
  return object;
}

}  // namespace

Json write_layer(const Layer& layer) {
  ConfigWriter writer(layer.name());
  TrainingSettings(layer.training_settings()).visit(writer);
  layer.visit_config(writer);
  return wrapped("keras.layers", layer.type(), writer.take());
}

Json write_initializer(const Initializer& initializer) {
  using Kind = Initializer::Kind;
  Json config{Json::Object()};
  const auto seeded = [&](std::string_view class_name) {
    config.add("seed", initializer.seed ? Json(static_cast<std::int64_t>(*initializer.seed)) : Json());
    return wrapped("keras.initializers", class_name, std::move(config));
  };
  switch (initializer.kind) {
    case Kind::zeros:
    case Kind::lstm_bias:  // Keras: zeros, and unit_forget_bias says the rest
      return wrapped("keras.initializers", "Zeros", std::move(config));
    case Kind::ones:
      return wrapped("keras.initializers", "Ones", std::move(config));
    case Kind::constant:
      config.add("value", initializer.a);
      return wrapped("keras.initializers", "Constant", std::move(config));
    case Kind::random_uniform:
      config.add("minval", initializer.a);
      config.add("maxval", initializer.b);
      return seeded("RandomUniform");
    case Kind::random_normal:
    case Kind::truncated_normal:
      config.add("mean", initializer.a);
      config.add("stddev", initializer.b);
      return seeded(initializer.kind == Kind::random_normal ? "RandomNormal" : "TruncatedNormal");
    case Kind::glorot_uniform:
      return seeded("GlorotUniform");
    case Kind::glorot_normal:
      return seeded("GlorotNormal");
    case Kind::he_uniform:
      return seeded("HeUniform");
    case Kind::he_normal:
      return seeded("HeNormal");
    case Kind::variance_scaling: {
      static constexpr std::string_view kModes[] = {"fan_in", "fan_out", "fan_avg"};
      static constexpr std::string_view kDistributions[] = {"truncated_normal", "untruncated_normal",
                                                            "uniform"};
      config.add("scale", initializer.a);
      config.add("mode", kModes[static_cast<std::size_t>(initializer.fan)]);
      config.add("distribution", kDistributions[static_cast<std::size_t>(initializer.distribution)]);
      return seeded("VarianceScaling");
    }
    case Kind::kept:
      return Json::parse(initializer.text);
    case Kind::orthogonal:
      config.add("gain", initializer.a);
      return seeded("Orthogonal");
  }
  fail("initializer ", static_cast<int>(initializer.kind), " is not known");
}

ConfigWriter::ConfigWriter(std::string_view name) {
  config_.add("name", name);
}

void ConfigWriter::boolean(std::string_view key, bool& value) {
  config_.add(std::string(key), value);
}

void ConfigWriter::integer(std::string_view key, Index& value, Index /*minimum*/) {
  config_.add(std::string(key), std::int64_t{value});
}

void ConfigWriter::number(std::string_view key, double& value, double /*minimum*/, double /*maximum*/) {
  config_.add(std::string(key), value);
}

void ConfigWriter::number_or_null(std::string_view key, std::optional<double>& value, double /*minimum*/,
                                  double /*maximum*/) {
  config_.add(std::string(key), value ? Json(*value) : Json());
}

void ConfigWriter::single(std::string_view key, Index& value, Index minimum) {
  integer(key, value, minimum);
}

void ConfigWriter::sides(std::string_view key, std::array<Index, 4>& value) {
  const auto both = [](Index a, Index b) {
    return Json::Array{Json(std::int64_t{a}), Json(std::int64_t{b})};
  };
  config_.add(std::string(key), Json::Array{both(value[0], value[1]), both(value[2], value[3])});
}

void ConfigWriter::sizes(std::string_view key, std::vector<Index>& value) {
  Json::Array list;
  for (const Index size : value) list.emplace_back(std::int64_t{size});
  config_.add(std::string(key), std::move(list));
}

void ConfigWriter::pair(std::string_view key, std::array<Index, 2>& value, Index /*minimum*/) {
  config_.add(std::string(key), Json::Array{Json(std::int64_t{value[0]}), Json(std::int64_t{value[1]})});
}

void ConfigWriter::pair_or(std::string_view key, std::array<Index, 2>& value,
                           const std::array<Index, 2>& /*fallback*/) {
  pair(key, value, 1);
}

void ConfigWriter::choice(std::string_view key, int& value, std::span<const std::string_view> names) {
  config_.add(std::string(key), names[static_cast<std::size_t>(value)]);
}

void ConfigWriter::trainable(bool& value) {
  if (!value) config_.add("trainable", value);
}

void ConfigWriter::initializer(std::string_view key, Initializer& value) {
  // One that is not known here and too long to keep becomes Keras's default.
  if (value.kind == Initializer::Kind::kept && value.text.empty()) return;
  config_.add(std::string(key), write_initializer(value));
}

void ConfigWriter::regularizer(std::string_view key, Regularizer& value) {
  if (!value.unknown.empty()) return kept(key, value.unknown);
  if (value.l1 == 0 && value.l2 == 0) return;
  Json config{Json::Object()};
  config.add("l1", value.l1);
  config.add("l2", value.l2);
  config_.add(std::string(key), wrapped("keras.regularizers", "L1L2", std::move(config)));
}

void ConfigWriter::kept(std::string_view key, std::string& json) {
  if (!json.empty()) config_.add(std::string(key), Json::parse(json));
}

void ConfigWriter::layer(std::string_view key, std::shared_ptr<const Layer>& value, bool /*required*/) {
  config_.add(std::string(key), value == nullptr ? Json() : write_layer(*value));
}

void ConfigWriter::only_string(std::string_view key, std::string_view value) {
  config_.add(std::string(key), value);
}

}  // namespace lapis
