#pragma once

#include <array>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lapis/core/parameters.h"
#include "lapis/ops/backend.h"

namespace lapis {

class Layer;

enum class Padding { valid, same };

/// What the Keras that wrote a config means, where its versions differ.
struct KerasRules {
  bool is_keras2 = false;
  /// Recurrent layers and TimeDistributed hand their mask on: not from 3.16 on.
  bool sequences_pass_masks = true;
};

/// Reads or writes a layer's hyper-parameters under their Keras keys. Each layer's `Config` lists its fields
/// once, in `visit`; the reader (io/config_reader) fills them from JSON, the writer (io/config_writer) prints
/// them. A field keeps its value where the JSON leaves the key out; `require` makes that an error. After
/// reading, a key that no field asked for is an error.
class ConfigVisitor {
 public:
  virtual ~ConfigVisitor() = default;

  /// True while reading: the visited fields are being set.
  virtual bool reading() const = 0;

  /// Reading: those of the Keras that wrote the file. Writing: those of the Keras that this library equals.
  virtual KerasRules rules() const { return {}; }

  /// Reading: the next visited field must be there.
  virtual void require(std::string_view key) = 0;
  virtual void boolean(std::string_view key, bool& value) = 0;
  virtual void integer(std::string_view key, Index& value, Index minimum) = 0;
  virtual void number(std::string_view key, double& value, double minimum, double maximum) = 0;
  /// JSON null means that it is not set.
  virtual void number_or_null(std::string_view key, std::optional<double>& value, double minimum,
                              double maximum) = 0;
  /// An integer or a list of one, as Keras takes a Conv1D's kernel_size.
  virtual void single(std::string_view key, Index& value, Index minimum) = 0;
  /// An integer or a pair of them, as Keras takes kernel_size, strides, pool_size.
  virtual void pair(std::string_view key, std::array<Index, 2>& value, Index minimum) = 0;
  /// JSON null or missing means "as `fallback`" (pooling's strides).
  virtual void pair_or(std::string_view key, std::array<Index, 2>& value,
                       const std::array<Index, 2>& fallback) = 0;
  /// An integer, a pair for height and width, or a pair of pairs: [[top, bottom], [left, right]]. `value`:
  /// top, bottom, left, right.
  virtual void sides(std::string_view key, std::array<Index, 4>& value) = 0;
  /// A list of one to four sizes; one of them may be -1 ("what is left").
  virtual void sizes(std::string_view key, std::vector<Index>& value) = 0;
  /// One of `names`; `value` is its position.
  virtual void choice(std::string_view key, int& value, std::span<const std::string_view> names) = 0;
  /// The key "trainable"; written where it is false, as true is Keras's default.
  virtual void trainable(bool& value) = 0;
  virtual void initializer(std::string_view key, Initializer& value) = 0;
  virtual void regularizer(std::string_view key, Regularizer& value) = 0;
  /// Any value as JSON text, kept as it stands; empty: null.
  virtual void kept(std::string_view key, std::string& json) = 0;
  /// A layer inside this one (Bidirectional's "layer"). While writing, `value` is shown; while reading it is
  /// made.
  virtual void layer(std::string_view key, std::shared_ptr<const Layer>& value, bool required) = 0;
  /// A key that Keras has and this library supports only with this value: anything else is refused by name.
  virtual void only_null(std::string_view key) = 0;
  virtual void only_boolean(std::string_view key, bool value) = 0;
  virtual void only_integer(std::string_view key, Index value) = 0;
  virtual void only_number(std::string_view key, double value) = 0;
  virtual void only_string(std::string_view key, std::string_view value) = 0;
  /// A key that changes no result here (e.g. "unroll", a layer's own "seed"); read and dropped.
  virtual void ignore(std::string_view key) = 0;

  // In terms of the above.
  void activation(std::string_view key, Activation& value);
  void padding(std::string_view key, Padding& value);
  /// A parameter's name in the keys "NAME_regularizer" and "NAME_constraint".
  struct Regularized {
    std::string_view parameter;
    Regularizer& regularizer;
  };
  /// A key that Keras does not have: whether a layer hands its mask on, which Keras's version decides.
  /// Reading: `by_rule` where it is left out. Written only where it is false.
  void passes_mask(bool& value, bool by_rule);
  /// The regulariser and the constraint of each parameter.
  void regularizers(std::initializer_list<Regularized> parameters);
};

std::string_view activation_name(Activation activation);

}  // namespace lapis
