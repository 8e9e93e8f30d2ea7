#include "lapis/layers/layer.h"

#include "lapis/layers/work.h"

namespace lapis {

std::vector<ParameterInfo> Layer::parameters(const Shape& /*x*/) const {
  return {};
}

void TrainingSettings::visit(ConfigVisitor& visitor) {
  visitor.trainable(trainable);
  visitor.regularizer("activity_regularizer", activity_regularizer);
}

void Layer::count_activity(Backend& backend, const ConstView& y, double* sum) const {
  const Regularizer each = activity_regularizer();
  const auto batch = static_cast<double>(y.shape[0]);
  if (!(each == Regularizer{}))
    backend.penalty(y.data, each.l1 / batch, each.l2 / batch, nullptr, y.shape.size(), sum, true);
}

void Layer::add_activity_gradient(Backend& backend, const ConstView& y, Real* dy, double weight,
                                  double* unwanted_sum) const {
  const Regularizer each = activity_regularizer();
  const double share = weight / static_cast<double>(y.shape[0]);
  if (!(each == Regularizer{}))
    backend.penalty(y.data, each.l1 * share, each.l2 * share, dy, y.shape.size(), unwanted_sum, false);
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
