#pragma once

#include <catch2/catch.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "lapis/layers/layer.h"

/// Runs one layer on a few numbers, so that a test reads as input, parameters, output.
namespace lapis_test {

using Values = std::vector<lapis::Real>;

struct LayerInput {
  lapis::Shape shape;
  Values x;
  Values parameters = {};               // as the layer lists them, one after another
  std::vector<std::uint8_t> mask = {};  // [batch, time], empty: none
  bool training = false;
  lapis::RandomStream random = {};
  bool dy_is_logits = false;
};

struct LayerGradients {
  Values dx;
  Values parameters;  // as the layer lists them
};

Values forward(const lapis::Layer& layer, const LayerInput& input);
LayerGradients backward(const lapis::Layer& layer, const LayerInput& input, const Values& dy);

/// Equal but for rounding, element by element: `CHECK_THAT(forward(layer, input), near({1, 2}))`.
class Near final : public Catch::MatcherBase<Values> {
 public:
  explicit Near(const std::vector<double>& expected) : expected_(expected) {}
  bool match(const Values& actual) const override;
  std::string describe() const override;

 private:
  std::vector<double> expected_;
};

inline Near near(const std::vector<double>& expected) {
  return Near(expected);
}

/// "kernel [2,3], bias [3]".
std::string parameter_list(const lapis::Layer& layer, const lapis::Shape& x);

}  // namespace lapis_test
