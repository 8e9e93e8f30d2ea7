#include "lapis/layers/rms_normalization.h"

#include "lapis/layers/work.h"

namespace lapis {

void RMSNormalization::Config::visit(ConfigVisitor& visitor) {
  visitor.only_integer("axis", -1);
  visitor.number("epsilon", epsilon, 0, 1);
}

Shape RMSNormalization::output_shape(const Shape& x) const {
  if (x.rank() < 2 || x[-1] == kUnknown)
    refuse("input ", x, ", expected [batch,...,n] with a known last size");
  return x;
}

std::vector<ParameterInfo> RMSNormalization::parameters(const Shape& x) const {
  return {{.name = "scale", .shape = {x[-1]}, .initializer = {.kind = Initializer::Kind::ones}}};
}

Memory RMSNormalization::memory(const Backend& /*backend*/, const Shape& x, Mode mode) const {
  return {.scratch = mode == Mode::train ? x.size() : 0};
}

double RMSNormalization::work(const Shape& x) const {
  return Layer::work(x) + 3 * work::kSimple * x.elements();
}

void RMSNormalization::forward(Backend& backend, const ForwardArgs& args) const {
  backend.rms_norm(args.x.data, args.parameters, static_cast<Real>(config_.epsilon), args.y.data,
                   args.x.shape.rows(), args.x.shape[-1]);
}

void RMSNormalization::backward(Backend& backend, const BackwardArgs& args) const {
  // The operation writes dx in any case; where nobody wants it, it lands in the scratch.
  Real* const dx = args.dx.data != nullptr ? args.dx.data : args.scratch;
  backend.rms_norm_backward(args.x.data, args.parameters, static_cast<Real>(config_.epsilon), args.dy.data,
                            dx, args.gradients, args.x.shape.rows(), args.x.shape[-1]);
}

}  // namespace lapis
