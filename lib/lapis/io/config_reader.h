#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lapis/io/json_reader.h"
#include "lapis/layers/layer.h"

namespace lapis {

/// What the layers of one file share: names for those that come without one, as Keras makes them ("conv2d",
/// "conv2d_1", ...), and the rules of the Keras that wrote it.
class LayerNames {
 public:
  /// `given`: the names that the config spells out; they are never made again.
  explicit LayerNames(std::set<std::string> given = {}, const KerasRules& rules = {});

  std::string make(std::string_view snake_name);
  const KerasRules& rules() const { return rules_; }

  /// What the model around the layers says of their "trainable".
  enum class Freezing {
    none,
    unless_said,  // frozen are those that do not say themselves
    all,
  };
  Freezing freezing = Freezing::none;

 private:
  std::set<std::string> taken_;
  std::map<std::string, int, std::less<>> counts_;
  KerasRules rules_;
};

/// Takes what Keras writes beside a layer's "class_name" and "config" and what changes nothing here.
void ignore_wrapping(ObjectReader& description);

/// A name in a model file: it becomes part of parameter paths and of messages. Throws Error.
const std::string& checked_name(const JsonCursor& cursor);

/// Makes the layer that `{"class_name": ..., "config": {...}}` describes. Every key must be known; keys that
/// may be left out get Keras's defaults. Throws Error naming the layer and the JSON path.
std::unique_ptr<const Layer> read_layer(const JsonCursor& description, LayerNames& names);

/// Fills a layer's Config from its Keras JSON.
class ConfigReader final : public ConfigVisitor {
 public:
  /// `layer`: `layer "lstm" (LSTM)`, for messages. Takes the keys that every layer may have (name, dtype,
  /// ...).
  ConfigReader(const JsonCursor& config, std::string layer, LayerNames& names);

  /// Throws `layer "lstm" (LSTM): config key "foo" is not known; known: ...`.
  void finish() const;

  bool reading() const override { return true; }
  KerasRules rules() const override { return names_.rules(); }
  void require(std::string_view key) override;
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
  void choice(std::string_view key, int& value, std::span<const std::string_view> choices) override;
  void trainable(bool& value) override;
  void initializer(std::string_view key, Initializer& value) override;
  void regularizer(std::string_view key, Regularizer& value) override;
  void kept(std::string_view key, std::string& json) override;
  void layer(std::string_view key, std::shared_ptr<const Layer>& value, bool required) override;
  void only_null(std::string_view key) override;
  void only_boolean(std::string_view key, bool value) override;
  void only_integer(std::string_view key, Index value) override;
  void only_number(std::string_view key, double value) override;
  void only_string(std::string_view key, std::string_view value) override;
  void ignore(std::string_view key) override;

 private:
  void read_common();
  std::optional<JsonCursor> find(std::string_view key);

  std::string layer_;
  LayerNames& names_;
  bool freezes_ = false;  // what is inside the layer
  ObjectReader common_;   // the keys that every layer may have
  ObjectReader own_;      // the layer's own
};

/// An initialiser in any of Keras's spellings: a name ("glorot_uniform", "he_normal", "zeros") or an object
/// with class_name and config; and zero, uniform (lower, upper), normal (mean, variance), he, xavier. One
/// that is not known, or not with these settings, is kept as it stands: it says nothing of what a network
/// computes.
Initializer read_initializer(const JsonCursor& cursor);

/// A regulariser in any of Keras's spellings: null, "l1", "l2", "l1_l2", or an object with class_name L1, L2
/// or L1L2. Any other is kept as it stands.
Regularizer read_regularizer(const JsonCursor& cursor);

/// The dtype of a layer or model: a name, or a policy's object of Keras 2 or 3. Numbers of every
/// floating-point policy are taken as float32. Throws Error for other policies: integers, and what is
/// quantized.
void check_dtype(const JsonCursor& cursor);

/// The name in a dtype: "float32", "mixed_float16", "int8_from_float32".
std::string read_dtype(const JsonCursor& cursor);

}  // namespace lapis
