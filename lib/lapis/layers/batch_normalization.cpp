#include "lapis/layers/batch_normalization.h"

#include "lapis/layers/work.h"

namespace lapis {

void BatchNormalization::Config::visit(ConfigVisitor& visitor) {
  visitor.single("axis", axis, -Shape::kMaxRank);
  visitor.number("momentum", momentum, 0, 1);
  visitor.number("epsilon", epsilon, 0, 1);
  visitor.boolean("center", center);
  visitor.boolean("scale", scale);
  visitor.initializer("beta_initializer", beta_initializer);
  visitor.initializer("gamma_initializer", gamma_initializer);
  visitor.initializer("moving_mean_initializer", moving_mean_initializer);
  visitor.initializer("moving_variance_initializer", moving_variance_initializer);
  visitor.regularizers({{"beta", beta_regularizer}, {"gamma", gamma_regularizer}});
  visitor.ignore("synchronized");  // one machine's batch is the whole batch
  visitor.only_boolean("renorm", false);
  visitor.only_null("renorm_clipping");
  visitor.ignore("renorm_momentum");  // of renorm
}

Shape BatchNormalization::output_shape(const Shape& x) const {
  if (x.rank() < 2 || x[-1] == kUnknown)
    refuse("input ", x, ", expected [batch,...,n] with a known last size");
  refuse_unless_last_axis(x, config_.axis);
  return x;
}

std::vector<ParameterInfo> BatchNormalization::parameters(const Shape& x) const {
  const Shape shape = {x[-1]};
  std::vector<ParameterInfo> list;
  if (config_.scale)
    list.push_back({.name = "gamma",
                    .shape = shape,
                    .initializer = config_.gamma_initializer,
                    .regularizer = config_.gamma_regularizer});
  if (config_.center)
    list.push_back({.name = "beta",
                    .shape = shape,
                    .initializer = config_.beta_initializer,
                    .regularizer = config_.beta_regularizer});
  list.push_back({.name = "moving_mean",
                  .shape = shape,
                  .initializer = config_.moving_mean_initializer,
                  .trainable = false,
                  .moving = true});
  list.push_back({.name = "moving_variance",
                  .shape = shape,
                  .initializer = config_.moving_variance_initializer,
                  .trainable = false,
                  .moving = true});
  return list;
}

Memory BatchNormalization::memory(const Backend& /*backend*/, const Shape& x, Mode mode) const {
  const Index both = 2 * x[-1];
  return {.saved = mode == Mode::train ? both : 0, .scratch = both};
}

ColumnNorm BatchNormalization::op(const Shape& x, const Real* parameters, const Real* batch) const {
  const Real* const moments = batch != nullptr ? batch : parameters + moving_offset(x);
  return {.rows = x.rows(),
          .n = x[-1],
          .epsilon = static_cast<Real>(config_.epsilon),
          .mean = moments,
          .variance = moments + x[-1],
          .scale = config_.scale ? parameters : nullptr,
          .offset = config_.center ? parameters + beta_offset(x) : nullptr};
}

double BatchNormalization::work(const Shape& x) const {
  return Layer::work(x) + 3 * work::kSimple * x.elements();
}

void BatchNormalization::forward(Backend& backend, const ForwardArgs& args) const {
  const Index n = args.x.shape[-1];
  Real* batch = nullptr;
  if (args.training && !is_frozen()) {
    batch = args.saved != nullptr ? args.saved : args.scratch;
    backend.column_moments(args.x.data, args.mask, args.x.shape.rows(), n, batch, batch + n);
  }
  backend.column_norm(op(args.x.shape, args.parameters, batch), args.x.data, args.y.data);
}

void BatchNormalization::backward(Backend& backend, const BackwardArgs& args) const {
  const Shape& x = args.x.shape;
  const Index n = x[-1];
  const Real* const batch = args.training && !is_frozen() ? args.saved : nullptr;
  if (batch != nullptr) {
    const auto share = static_cast<Real>(1 - config_.momentum);
    Real* const change = args.gradients + moving_offset(x);
    backend.add_scaled(share, batch, change, 2 * n);
    backend.add_scaled(-share, args.parameters + moving_offset(x), change, 2 * n);
  }
  backend.column_norm_backward(op(x, args.parameters, batch), args.x.data, args.mask, batch != nullptr,
                               args.dy.data, args.dx.data, config_.scale ? args.gradients : nullptr,
                               config_.center ? args.gradients + beta_offset(x) : nullptr, args.scratch);
}

}  // namespace lapis
