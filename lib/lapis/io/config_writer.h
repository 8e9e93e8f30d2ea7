#pragma once

#include <string_view>

#include "lapis/io/json.h"
#include "lapis/layers/layer.h"

namespace lapis {

/// `{"module": "keras.layers", "class_name": ..., "config": {"name": ..., ...}, "registered_name": null}`,
/// loadable by Keras 3. Keys that this library supports with one value only are left to Keras's default,
/// which is that value.
Json write_layer(const Layer& layer);

/// As Keras's objects: `{"module": "keras.initializers", "class_name": "GlorotUniform", ...}`.
Json write_initializer(const Initializer& initializer);

/// Prints a layer's Config under its Keras keys.
class ConfigWriter final : public ConfigVisitor {
 public:
  /// Starts with the layer's name.
  explicit ConfigWriter(std::string_view name);

  Json take() { return std::move(config_); }

  bool reading() const override { return false; }
  void require(std::string_view) override {}
  void boolean(std::string_view key, bool& value) override;
  void integer(std::string_view key, Index& value, Index minimum) override;
  void number(std::string_view key, double& value, double minimum, double maximum) override;
  void number_or_null(std::string_view key, std::optional<double>& value, double minimum,
                      double maximum) override;
  void single(std::string_view key, Index& value, Index minimum) override;
  void pair(std::string_view key, std::array<Index, 2>& value, Index minimum) override;
  void pair_or(std::string_view key, std::array<Index, 2>& value,
               const std::array<Index, 2>& fallback) override;
  void sides(std::string_view key, std::array<Index, 4>& value) override;
  void sizes(std::string_view key, std::vector<Index>& value) override;
  void choice(std::string_view key, int& value, std::span<const std::string_view> names) override;
  void trainable(bool& value) override;
  void initializer(std::string_view key, Initializer& value) override;
  /// Left out where there is none: Keras's default.
  void regularizer(std::string_view key, Regularizer& value) override;
  void kept(std::string_view key, std::string& json) override;
  void layer(std::string_view key, std::shared_ptr<const Layer>& value, bool required) override;
  void only_null(std::string_view) override {}
  void only_boolean(std::string_view, bool) override {}
  void only_integer(std::string_view, Index) override {}
  void only_number(std::string_view, double) override {}
  /// Written: Keras's default for data_format is a setting of the machine.
  void only_string(std::string_view key, std::string_view value) override;
  void ignore(std::string_view) override {}

 private:
  Json config_{Json::Object()};
};

}  // namespace lapis
