#include "lapis/layers/rescaling.h"

#include <limits>

namespace lapis {

void Rescaling::Config::visit(ConfigVisitor& visitor) {
  constexpr double kLargest = std::numeric_limits<float>::max();
  visitor.require("scale");
  visitor.number("scale", scale, -kLargest, kLargest);
  visitor.number("offset", offset, -kLargest, kLargest);
  visitor.passes_mask(passes_mask, !visitor.rules().is_keras2);
}

Rescaling::Rescaling(std::string name, const Config& config)
    : PointwiseLayer(std::move(name), {.kind = Pointwise::Kind::affine,
                                       .slope = static_cast<Real>(config.scale),
                                       .offset = static_cast<Real>(config.offset)}),
      config_(config) {}

}  // namespace lapis
