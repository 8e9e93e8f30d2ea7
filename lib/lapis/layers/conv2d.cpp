#include "lapis/layers/conv2d.h"

#include "lapis/layers/fused_activation.h"
#include "lapis/layers/pooled_conv2d.h"
#include "lapis/layers/window.h"
#include "lapis/layers/work.h"

namespace lapis {

void Conv2D::Config::visit(ConfigVisitor& visitor) {
  visitor.require("filters");
  visitor.integer("filters", filters, 1);
  visitor.require("kernel_size");
  visitor.pair("kernel_size", kernel_size, 1);
  visitor.pair("strides", strides, 1);
  visitor.padding("padding", padding);
  visitor.only_string("data_format", "channels_last");
  visitor.pair("dilation_rate", dilation_rate, 1);
  visitor.only_integer("groups", 1);
  visitor.activation("activation", activation);
  visitor.boolean("use_bias", use_bias);
  visitor.initializer("kernel_initializer", kernel_initializer);
  visitor.initializer("bias_initializer", bias_initializer);
  visitor.regularizers({{"kernel", kernel_regularizer}, {"bias", bias_regularizer}});
}

Conv2DOp Conv2D::op(const Shape& x) const {
  return {
      .window = make_window(x, config_.kernel_size, config_.strides, config_.dilation_rate, config_.padding),
      .filters = config_.filters,
      .activation = fused_part(config_.activation)};
}

Index Conv2D::kernel_count(const Shape& x) const {
  return config_.kernel_size[0] * config_.kernel_size[1] * x[3] * config_.filters;
}

Shape Conv2D::output_shape(const Shape& x) const {
  if (x.rank() != 4) refuse("input ", x, ", expected [batch,height,width,channels]");
  if (x[3] == kUnknown) refuse("input ", x, ", expected a known number of channels");
  if (config_.filters < 1) refuse("filters is ", config_.filters, ", expected at least 1");
  refuse_below_1("kernel_size", config_.kernel_size);
  refuse_below_1("strides", config_.strides);
  refuse_below_1("dilation_rate", config_.dilation_rate);
  const bool strided = config_.strides[0] > 1 || config_.strides[1] > 1;
  const bool dilated = config_.dilation_rate[0] > 1 || config_.dilation_rate[1] > 1;
  if (strided && dilated) refuse("strides > 1 and dilation_rate > 1 cannot be used together, as in Keras");
  const Window2D window = op(x).window;
  if (window.out_height == 0 || window.out_width == 0)
    refuse("input ", x, " is smaller than the kernel of ", config_.kernel_size[0], "x",
           config_.kernel_size[1], " with dilation ", config_.dilation_rate[0], "x",
           config_.dilation_rate[1]);
  return {x[0], window.out_height, window.out_width, config_.filters};
}

std::vector<ParameterInfo> Conv2D::parameters(const Shape& x) const {
  std::vector<ParameterInfo> list = {
      {.name = "kernel",
       .shape = {config_.kernel_size[0], config_.kernel_size[1], x[3], config_.filters},
       .initializer = config_.kernel_initializer,
       .regularizer = config_.kernel_regularizer}};
  if (config_.use_bias)
    list.push_back({.name = "bias",
                    .shape = {config_.filters},
                    .initializer = config_.bias_initializer,
                    .regularizer = config_.bias_regularizer});
  return list;
}

Memory Conv2D::memory(const Backend& backend, const Shape& x, Mode mode) const {
  Index scratch = backend.conv2d_scratch(op(x), mode == Mode::train);
  if (mode == Mode::train && needs_gradient_buffer(config_.activation))
    scratch = Size(scratch) + output_shape(x).size();
  return {.saved = mode == Mode::train ? kept_for(config_.activation, output_shape(x)) : 0,
          .scratch = scratch};
}

Index Conv2D::prepared_size(const Backend& backend, const Shape& x, Index /*words*/) const {
  return backend.conv2d_prepared(op(x));
}

void Conv2D::prepare(Backend& backend, const Shape& x, const Real* parameters, Index /*words*/,
                     Real* prepared) const {
  backend.prepare_conv2d(op(x), parameters, prepared);
}

std::unique_ptr<const Layer> Conv2D::fused_with(const Layer& next) const {
  const auto* pool = dynamic_cast<const Pooling2D*>(&next);
  if (pool == nullptr || !is_fusable(config_.activation)) return nullptr;
  return std::make_unique<PooledConv2D>(*this, *pool);
}

Conv2DParameters Conv2D::split(const ForwardArgs& args) const {
  return {.kernel = args.parameters,
          .bias = config_.use_bias ? args.parameters + kernel_count(args.x.shape) : nullptr,
          .prepared = args.prepared};
}

double Conv2D::macs(const Shape& x) const {
  const Shape y = output_shape(x);
  return static_cast<double>(y.rows()) * static_cast<double>(kernel_count(x));
}

double Conv2D::work(const Shape& x) const {
  const Shape y = output_shape(x);
  const double filters = static_cast<double>(config_.filters);
  const double pixels = y.elements() / filters;
  const double taps = macs(x) / y.elements();  // of a window, all channels: gathered, then multiplied
  return Layer::work(x) + work::of_product(pixels, taps, filters) + work::kSimple * pixels * taps +
         work::of_activation(config_.activation, y.elements());
}

void Conv2D::forward(Backend& backend, const ForwardArgs& args) const {
  Real* const sums = before_activation(config_.activation, args.saved, args.y);
  backend.conv2d(op(args.x.shape), args.x.data, split(args), sums, args.scratch);
  finish_activation(backend, config_.activation, sums, args.y);
}

void Conv2D::backward(Backend& backend, const BackwardArgs& args) const {
  const Conv2DOp conv = op(args.x.shape);
  Real* const conv_scratch = args.scratch;
  Real* const gradient_buffer = args.scratch + backend.conv2d_scratch(conv, /*training=*/true);
  const Real* dz = activation_gradient(backend, config_.activation, args, args.saved, gradient_buffer);
  backend.conv2d_backward_kernel(conv, args.x.data, dz, args.gradients, conv_scratch);
  if (config_.use_bias)
    backend.sum_rows(dz, args.y.shape.rows(), config_.filters, args.gradients + kernel_count(args.x.shape));
  if (args.dx.data != nullptr)
    backend.conv2d_backward_data(conv, dz, args.parameters, args.dx.data, conv_scratch);
}

}  // namespace lapis
