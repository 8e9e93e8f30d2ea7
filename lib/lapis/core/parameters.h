#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "lapis/core/shape.h"

namespace lapis {

/// How a parameter starts: Keras's initialisers, with Keras's definitions (fans include the receptive field;
/// he_normal and glorot_normal are truncated at two standard deviations).
struct Initializer {
  enum class Kind {
    zeros,
    ones,
    constant,          // a
    random_uniform,    // [a, b)
    random_normal,     // mean a, standard deviation b
    truncated_normal,  // mean a, standard deviation b, redrawn beyond 2 b
    glorot_uniform,    // "xavier"
    glorot_normal,
    he_uniform,
    he_normal,
    variance_scaling,  // scale a, `fan`, `distribution`; all of the above with fans are cases of it
    orthogonal,        // gain a
    lstm_bias,         // zeros, ones for the forget gate (Keras: unit_forget_bias)
    kept,              // one that is not known here: `text`; it can be written, not drawn
  };
  enum class Fan { in, out, average };
  enum class Distribution { truncated_normal, untruncated_normal, uniform };

  Kind kind = Kind::zeros;
  double a = 0;
  double b = 0;
  /// Its own seed; without one the model's seed and the parameter's position decide.
  std::optional<std::uint64_t> seed = std::nullopt;
  Fan fan = Fan::in;
  Distribution distribution = Distribution::truncated_normal;
  std::string text = {};    // JSON, as Keras wrote it; empty where that is long
  std::string reason = {};  // why it cannot be drawn

  bool operator==(const Initializer&) const = default;
};

/// What training does to a parameter beside the optimizer's step: it adds l1 sum |w| + l2 sum w^2 to the loss
/// (Keras's L1, L2 and L1L2).
struct Regularizer {
  double l1 = 0;
  double l2 = 0;
  /// A regularizer that is none of these, and a constraint: JSON as Keras wrote it. Both are kept for the
  /// file; a Trainer refuses them.
  std::string unknown = {};
  std::string constraint = {};

  bool operator==(const Regularizer&) const = default;
};

/// One tensor of a layer.
struct ParameterInfo {
  /// Path below the layer's name, as Keras spells it: "kernel", "lstm_cell/recurrent_kernel".
  std::string name;
  Shape shape;
  Initializer initializer;
  /// False: no gradient changes it, as it is a moving statistic or its layer is frozen.
  bool trainable = true;
  /// A moving statistic: `backward` says how it changes (layers/layer.h). Not where its layer is frozen.
  bool moving = false;
  Regularizer regularizer = {};
};

}  // namespace lapis
