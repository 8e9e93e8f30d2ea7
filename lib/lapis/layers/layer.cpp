#include "lapis/layers/layer.h"

#include "lapis/layers/work.h"

namespace lapis {

std::vector<ParameterInfo> Layer::parameters(const Shape& /*x*/) const {
  return {};
}

void TrainingSettings::visit(ConfigVisitor& visitor) {
  visitor.trainable(trainable);
}

std::vector<ParameterInfo> Layer::model_parameters(const Shape& x) const {
  std::vector<ParameterInfo> list = parameters(x);
  if (is_frozen())
    for (ParameterInfo& info : list) info.trainable = info.moving = false;
  return list;
}

Memory Layer::memory(const Backend& /*backend*/, const Shape& /*x*/, Mode /*mode*/) const {
  return {};
}

double Layer::macs(const Shape& /*x*/) const {
  return 0;
}

double Layer::work(const Shape& x) const {
  if (is_view(/*training=*/false)) return 0;
  return work::kMoved * (x.elements() + output_shape(x).elements());
}

}  // namespace lapis
