#include "lapis/layers/layer.h"

namespace lapis {

std::vector<ParameterInfo> Layer::parameters(const Shape& /*x*/) const {
  return {};
}

Memory Layer::memory(const Backend& /*backend*/, const Shape& /*x*/, Mode /*mode*/) const {
  return {};
}

double Layer::macs(const Shape& /*x*/) const {
  return 0;
}

}  // namespace lapis
