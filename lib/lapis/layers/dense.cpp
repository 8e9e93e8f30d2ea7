#include "lapis/layers/dense.h"

#include "lapis/layers/fused_activation.h"
#include "lapis/layers/work.h"

namespace lapis {

void Dense::Config::visit(ConfigVisitor& visitor) {
  visitor.require("units");
  visitor.integer("units", units, 1);
  visitor.activation("activation", activation);
  visitor.boolean("use_bias", use_bias);
  visitor.initializer("kernel_initializer", kernel_initializer);
  visitor.initializer("bias_initializer", bias_initializer);
  visitor.regularizers({{"kernel", kernel_regularizer}, {"bias", bias_regularizer}});
  visitor.only_null("quantization_config");
  // Keras knows nothing of these two, so a plain Dense is written without them.
  if (visitor.reading() || use_rmsnorm) {
    visitor.boolean("use_rmsnorm", use_rmsnorm);
    visitor.number("rmsnorm_epsilon", rmsnorm_epsilon, 0, 1);
  }
}

Shape Dense::output_shape(const Shape& x) const {
  if (x.rank() < 2) refuse("input ", x, ", expected [batch,...,inputs]");
  if (x[-1] == kUnknown) refuse("input ", x, ", expected a known last size");
  if (config_.units < 1) refuse("units is ", config_.units, ", expected at least 1");
  Shape y = x;
  y.set(-1, config_.units);
  return y;
}

std::vector<ParameterInfo> Dense::parameters(const Shape& x) const {
  std::vector<ParameterInfo> list = {{.name = "kernel",
                                      .shape = {x[-1], config_.units},
                                      .initializer = config_.kernel_initializer,
                                      .regularizer = config_.kernel_regularizer}};
  if (config_.use_bias)
    list.push_back({.name = "bias",
                    .shape = {config_.units},
                    .initializer = config_.bias_initializer,
                    .regularizer = config_.bias_regularizer});
  if (config_.use_rmsnorm)
    list.push_back(
        {.name = "scale", .shape = {config_.units}, .initializer = {.kind = Initializer::Kind::ones}});
  return list;
}

Memory Dense::memory(const Backend& /*backend*/, const Shape& x, Mode mode) const {
  const Index y_size = output_shape(x).size();
  if (mode != Mode::train) return {};
  return {.saved = Size(config_.use_rmsnorm ? y_size : 0) + kept_for(config_.activation, output_shape(x)),
          .scratch = needs_gradient_buffer(config_.activation) || config_.use_rmsnorm ? y_size : 0};
}

Index Dense::prepared_size(const Backend& backend, const Shape& x, Index /*words*/) const {
  return backend.gemm_prepared(x[-1], config_.units);
}

void Dense::prepare(Backend& backend, const Shape& x, const Real* parameters, Index /*words*/,
                    Real* prepared) const {
  backend.prepare_gemm(parameters, x[-1], config_.units, prepared);
}

double Dense::macs(const Shape& x) const {
  return static_cast<double>(x.size()) * static_cast<double>(config_.units);
}

double Dense::work(const Shape& x) const {
  const double values = output_shape(x).elements();
  return Layer::work(x) +
         work::of_product(x.elements() / static_cast<double>(x[-1]), static_cast<double>(x[-1]),
                          static_cast<double>(config_.units)) +
         work::of_activation(config_.activation, values) +
         (config_.use_rmsnorm ? 2 * work::kSimple * values : 0);
}

void Dense::forward(Backend& backend, const ForwardArgs& args) const {
  const Index rows = args.x.shape.rows();
  const Index inputs = args.x.shape[-1];
  const Index units = config_.units;
  const Real* bias = config_.use_bias ? args.parameters + bias_offset(args.x.shape) : nullptr;
  Gemm product = {.m = rows,
                  .n = units,
                  .k = inputs,
                  .a = args.x.data,
                  .lda = inputs,
                  .b = args.parameters,
                  .ldb = units,
                  .prepared_b = args.prepared,
                  .c = args.y.data,
                  .ldc = units};
  Real* const kept = args.saved != nullptr ? args.saved + kept_offset(args.y.shape) : nullptr;
  Real* const sums = before_activation(config_.activation, kept, args.y);
  if (!config_.use_rmsnorm) {
    product.c = sums;
    product.bias = bias;
    product.activation = fused_part(config_.activation);
    backend.gemm(product);
  } else {
    // [rows, units] before the norm: kept for backward when training, else normalised in place.
    Real* const before = args.saved != nullptr ? args.saved : args.y.data;
    product.c = before;
    backend.gemm(product);
    backend.rms_norm(before, args.parameters + scale_offset(args.x.shape),
                     static_cast<Real>(config_.rmsnorm_epsilon), sums, rows, units);
    backend.add_bias(sums, rows, units, bias, fused_part(config_.activation));
  }
  finish_activation(backend, config_.activation, sums, args.y);
}

void Dense::backward(Backend& backend, const BackwardArgs& args) const {
  const Index rows = args.x.shape.rows();
  const Index inputs = args.x.shape[-1];
  const Index units = config_.units;
  const Real* dz = activation_gradient(backend, config_.activation, args,
                                       args.saved + kept_offset(args.y.shape), args.scratch);
  if (config_.use_bias) backend.sum_rows(dz, rows, units, args.gradients + bias_offset(args.x.shape));
  if (config_.use_rmsnorm) {
    const Index scale = scale_offset(args.x.shape);
    backend.rms_norm_backward(args.saved, args.parameters + scale, static_cast<Real>(config_.rmsnorm_epsilon),
                              dz, args.scratch, args.gradients + scale, rows, units);
    dz = args.scratch;
  }
  backend.gemm({.m = inputs,
                .n = units,
                .k = rows,
                .a = args.x.data,
                .lda = inputs,
                .transpose_a = true,
                .b = dz,
                .ldb = units,
                .c = args.gradients,
                .ldc = units,
                .accumulate = true});
  if (args.dx.data == nullptr) return;
  backend.gemm({.m = rows,
                .n = inputs,
                .k = units,
                .a = dz,
                .lda = units,
                .b = args.parameters,
                .ldb = units,
                .transpose_b = true,
                .c = args.dx.data,
                .ldc = inputs});
}

}  // namespace lapis
