#include "lapis/layers/layer_normalization.h"

#include "lapis/layers/work.h"

namespace lapis {

void LayerNormalization::Config::visit(ConfigVisitor& visitor) {
  visitor.single("axis", axis, -Shape::kMaxRank);
  visitor.number("epsilon", epsilon, 0, 1);
  visitor.boolean("center", center);
  visitor.boolean("scale", scale);
  visitor.only_boolean("rms_scaling", false);
  visitor.initializer("beta_initializer", beta_initializer);
  visitor.initializer("gamma_initializer", gamma_initializer);
  visitor.regularizers({{"beta", beta_regularizer}, {"gamma", gamma_regularizer}});
}

Shape LayerNormalization::output_shape(const Shape& x) const {
  if (x.rank() < 2 || x[-1] == kUnknown)
    refuse("input ", x, ", expected [batch,...,n] with a known last size");
  refuse_unless_last_axis(x, config_.axis);
  return x;
}

std::vector<ParameterInfo> LayerNormalization::parameters(const Shape& x) const {
  std::vector<ParameterInfo> list;
  if (config_.scale)
    list.push_back({.name = "gamma",
                    .shape = {x[-1]},
                    .initializer = config_.gamma_initializer,
                    .regularizer = config_.gamma_regularizer});
  if (config_.center)
    list.push_back({.name = "beta",
                    .shape = {x[-1]},
                    .initializer = config_.beta_initializer,
                    .regularizer = config_.beta_regularizer});
  return list;
}

double LayerNormalization::work(const Shape& x) const {
  return Layer::work(x) + 3 * work::kSimple * x.elements();
}

void LayerNormalization::forward(Backend& backend, const ForwardArgs& args) const {
  const Shape& x = args.x.shape;
  backend.layer_norm(args.x.data, config_.scale ? args.parameters : nullptr,
                     config_.center ? args.parameters + beta_offset(x) : nullptr,
                     static_cast<Real>(config_.epsilon), args.y.data, x.rows(), x[-1]);
}

void LayerNormalization::backward(Backend& backend, const BackwardArgs& args) const {
  const Shape& x = args.x.shape;
  backend.layer_norm_backward(args.x.data, config_.scale ? args.parameters : nullptr,
                              static_cast<Real>(config_.epsilon), args.dy.data, args.dx.data,
                              config_.scale ? args.gradients : nullptr,
                              config_.center ? args.gradients + beta_offset(x) : nullptr, x.rows(), x[-1]);
}

}  // namespace lapis
