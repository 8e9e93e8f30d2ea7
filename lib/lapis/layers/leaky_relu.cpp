#include "lapis/layers/leaky_relu.h"

#include <limits>

namespace lapis {

void LeakyReLU::Config::visit(ConfigVisitor& visitor) {
  constexpr double kLargest = std::numeric_limits<float>::max();
  if (visitor.reading()) visitor.number("alpha", negative_slope, 0, kLargest);  // Keras 2's name
  visitor.number("negative_slope", negative_slope, 0, kLargest);
}

LeakyReLU::LeakyReLU(std::string name, const Config& config)
    : PointwiseLayer(std::move(name), {.kind = Pointwise::Kind::rectify,
                                       .slope = static_cast<Real>(config.negative_slope),
                                       .largest = std::numeric_limits<Real>::infinity()}),
      config_(config) {}

}  // namespace lapis
