#include "lapis/layers/elu.h"

#include <limits>

namespace lapis {

void ELU::Config::visit(ConfigVisitor& visitor) {
  constexpr double kLargest = std::numeric_limits<float>::max();
  visitor.number("alpha", alpha, -kLargest, kLargest);
}

ELU::ELU(std::string name, const Config& config)
    : PointwiseLayer(std::move(name),
                     {.kind = Pointwise::Kind::elu, .slope = static_cast<Real>(config.alpha)}),
      config_(config) {}

}  // namespace lapis
