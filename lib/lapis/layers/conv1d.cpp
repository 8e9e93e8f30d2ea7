#include "lapis/layers/conv1d.h"

#include "lapis/layers/fused_activation.h"
#include "lapis/layers/window.h"
#include "lapis/layers/work.h"

namespace lapis {

namespace {

constexpr std::array<std::string_view, 3> kPaddings = {"valid", "same", "causal"};

}  // namespace

void Conv1D::Config::visit(ConfigVisitor& visitor) {
  visitor.require("filters");
  visitor.integer("filters", filters, 1);
  visitor.require("kernel_size");
  visitor.single("kernel_size", kernel_size, 1);
  visitor.single("strides", strides, 1);
  int position = static_cast<int>(padding);
  visitor.choice("padding", position, kPaddings);
  padding = static_cast<Padding1D>(position);
  visitor.only_string("data_format", "channels_last");
  visitor.single("dilation_rate", dilation_rate, 1);
  visitor.only_integer("groups", 1);
  visitor.activation("activation", activation);
  visitor.boolean("use_bias", use_bias);
  visitor.initializer("kernel_initializer", kernel_initializer);
  visitor.initializer("bias_initializer", bias_initializer);
  visitor.regularizers({{"kernel", kernel_regularizer}, {"bias", bias_regularizer}});
}

Index Conv1D::out_time(Index time) const {
  // Keras: causal pads (kernel_size - 1) * dilation_rate zeros in front, then counts as valid does.
  if (config_.padding == Padding1D::causal)
    return time == kUnknown ? kUnknown : (time - 1) / config_.strides + 1;
  const Padding padding = config_.padding == Padding1D::same ? Padding::same : Padding::valid;
  return window_count(time, config_.kernel_size, config_.strides, config_.dilation_rate, padding);
}

Conv2DOp Conv1D::op(const Shape& x) const {
  Window2D window;
  window.batch = x[0];
  window.height = window.out_height = 1;
  window.width = x[1];
  window.channels = x[2];
  window.kernel_width = config_.kernel_size;
  window.stride_x = config_.strides;
  window.dilation_x = config_.dilation_rate;
  window.out_width = out_time(x[1]);
  window.pad_left =
      config_.padding == Padding1D::causal ? (config_.kernel_size - 1) * config_.dilation_rate
      : config_.padding == Padding1D::same
          ? window_padding(x[1], config_.kernel_size, config_.strides, config_.dilation_rate, Padding::same)
          : 0;
  return {.window = window, .filters = config_.filters, .activation = fused_part(config_.activation)};
}

Shape Conv1D::output_shape(const Shape& x) const {
  if (x.rank() != 3) refuse("input ", x, ", expected [batch,time,channels]");
  if (x[2] == kUnknown) refuse("input ", x, ", expected a known number of channels");
  if (config_.filters < 1) refuse("filters is ", config_.filters, ", expected at least 1");
  if (config_.kernel_size < 1) refuse("kernel_size is ", config_.kernel_size, ", expected at least 1");
  if (config_.strides < 1) refuse("strides is ", config_.strides, ", expected at least 1");
  if (config_.dilation_rate < 1) refuse("dilation_rate is ", config_.dilation_rate, ", expected at least 1");
  if (config_.strides > 1 && config_.dilation_rate > 1)
    refuse("strides > 1 and dilation_rate > 1 cannot be used together, as in Keras");
  const Index time = out_time(x[1]);
  if (time == 0)
    refuse("input ", x, " is shorter than the kernel of ", config_.kernel_size, " with dilation ",
           config_.dilation_rate);
  return {x[0], time, config_.filters};
}

std::vector<ParameterInfo> Conv1D::parameters(const Shape& x) const {
  std::vector<ParameterInfo> list = {{.name = "kernel",
                                      .shape = {config_.kernel_size, x[2], config_.filters},
                                      .initializer = config_.kernel_initializer,
                                      .regularizer = config_.kernel_regularizer}};
  if (config_.use_bias)
    list.push_back({.name = "bias",
                    .shape = {config_.filters},
                    .initializer = config_.bias_initializer,
                    .regularizer = config_.bias_regularizer});
  return list;
}

Memory Conv1D::memory(const Backend& backend, const Shape& x, Mode mode) const {
  const Index y_size = output_shape(x).size();
  const bool training = mode == Mode::train;
  Index scratch = backend.conv2d_scratch(op(x), training);
  if (training && needs_gradient_buffer(config_.activation)) scratch = Size(scratch) + y_size;
  return {.saved = training ? kept_for(config_.activation, output_shape(x)) : 0, .scratch = scratch};
}

Index Conv1D::prepared_size(const Backend& backend, const Shape& x, Index /*words*/) const {
  return backend.conv2d_prepared(op(x));
}

void Conv1D::prepare(Backend& backend, const Shape& x, const Real* parameters, Index /*words*/,
                     Real* prepared) const {
  backend.prepare_conv2d(op(x), parameters, prepared);
}

double Conv1D::macs(const Shape& x) const {
  return static_cast<double>(output_shape(x).rows()) * static_cast<double>(kernel_count(x));
}

double Conv1D::work(const Shape& x) const {
  const Shape y = output_shape(x);
  const double filters = static_cast<double>(config_.filters);
  const double pixels = y.elements() / filters;
  const double taps = macs(x) / y.elements();  // of a window, all channels: gathered, then multiplied
  return Layer::work(x) + work::of_product(pixels, taps, filters) + work::kSimple * pixels * taps +
         work::of_activation(config_.activation, y.elements());
}

void Conv1D::forward(Backend& backend, const ForwardArgs& args) const {
  const Conv2DParameters parameters = {
      .kernel = args.parameters,
      .bias = config_.use_bias ? args.parameters + kernel_count(args.x.shape) : nullptr,
      .prepared = args.prepared};
  Real* const sums = before_activation(config_.activation, args.saved, args.y);
  backend.conv2d(op(args.x.shape), args.x.data, parameters, sums, args.scratch);
  finish_activation(backend, config_.activation, sums, args.y);
}

void Conv1D::backward(Backend& backend, const BackwardArgs& args) const {
  const Conv2DOp conv = op(args.x.shape);
  Real* const gradient_buffer = args.scratch + backend.conv2d_scratch(conv, /*training=*/true);
  const Real* dz = activation_gradient(backend, config_.activation, args, args.saved, gradient_buffer);
  backend.conv2d_backward_kernel(conv, args.x.data, dz, args.gradients, args.scratch);
  if (config_.use_bias)
    backend.sum_rows(dz, args.y.shape.rows(), config_.filters, args.gradients + kernel_count(args.x.shape));
  if (args.dx.data != nullptr)
    backend.conv2d_backward_data(conv, dz, args.parameters, args.dx.data, args.scratch);
}

}  // namespace lapis
