#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lapis/layers/layer.h"

namespace lapis_test {

/// How to exercise a layer. Parameters are drawn from [-0.5, 0.5), those that are not trained from [0.25,
/// 0.75].
struct LayerCase {
  lapis::Shape x;
  /// Inputs are whole numbers in [0, ids) instead of Reals in [-1, 1) where this is above 0.
  lapis::Index ids = 0;
  std::vector<std::uint8_t> mask = {};  // [batch, time], empty: none
  bool training = false;                // let Dropout drop
  bool drops_when_saving = false;       // training without `saved` is something else
  bool dy_is_logits = false;
  std::uint64_t seed = 1;
};

/// What a layer did with a case; the promises of layers/layer.h.
struct LayerCheck {
  /// Largest |finite difference - gradient| over the tensor's largest gradient; central differences in this
  /// build's Real, so only the double build's are meaningful.
  double input_error = 0;
  double parameter_error = 0;
  std::string worst_parameter;
  bool same_without_saving = false;  // y is the same with saved == nullptr
  bool same_when_prepared = true;  // y is the same, to rounding, with prepared parameters, if there are such
  bool repeatable = false;         // two equal calls give equal bits
  bool within_memory = false;      // nothing written outside y, dx, gradients, saved, scratch
  bool accumulates = false;        // backward adds to gradients and overwrites dx
  bool dx_optional = false;        // the same gradients with dx not wanted
  std::size_t allocations = 0;     // heap allocations of one forward and one backward

  /// All promises but the gradients' size.
  bool keeps_contract() const;
  std::string to_string() const;
};

LayerCheck check_layer(const lapis::Layer& layer, const LayerCase& test);

/// Only the gradients (two of the figures above), by finite differences.
LayerCheck check_gradients(const lapis::Layer& layer, const LayerCase& test);

}  // namespace lapis_test
