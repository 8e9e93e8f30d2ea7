#include "lapis/layers/recurrent.h"

#include "lapis/layers/work.h"

namespace lapis {

void RecurrentLayer::visit_shared(Config& config, ConfigVisitor& visitor) {
  visitor.boolean("use_bias", config.use_bias);
  visitor.boolean("return_sequences", config.return_sequences);
  visitor.boolean("go_backwards", config.go_backwards);
  visitor.boolean("zero_output_for_mask", config.zero_output_for_mask);
  visitor.passes_mask(config.passes_mask, visitor.rules().sequences_pass_masks);
  visitor.initializer("kernel_initializer", config.kernel_initializer);
  visitor.initializer("recurrent_initializer", config.recurrent_initializer);
  visitor.initializer("bias_initializer", config.bias_initializer);
  visitor.regularizers({{"kernel", config.kernel_regularizer},
                        {"recurrent", config.recurrent_regularizer},
                        {"bias", config.bias_regularizer}});
  visitor.only_boolean("return_state", false);
  visitor.only_boolean("stateful", false);
  visitor.number("dropout", config.dropout, 0, 1);
  visitor.number("recurrent_dropout", config.recurrent_dropout, 0, 1);
  visitor.ignore("unroll");
  visitor.ignore("seed");
  if (visitor.reading() || config.implementation == 1)
    visitor.integer("implementation", config.implementation, 0);
  visitor.only_boolean("time_major", false);  // Keras 2
}

void RecurrentLayer::check_activation(std::string_view key, Activation activation) const {
  if (!is_fusable(activation))
    refuse(key, " \"", activation_name(activation), "\" is not supported in a recurrent layer");
}

std::unique_ptr<const RecurrentLayer> RecurrentLayer::renamed(std::string name, const Config& config) const {
  std::unique_ptr<RecurrentLayer> layer = with(std::move(name), config);
  layer->set_training_settings(training_settings());
  return layer;
}

Shape RecurrentLayer::output_shape(const Shape& x) const {
  if (x.rank() != 3) refuse("input ", x, ", expected [batch,time,inputs]");
  if (x[2] == kUnknown) refuse("input ", x, ", expected a known last size");
  if (config_.units < 1) refuse("units is ", config_.units, ", expected at least 1");
  if (!config_.return_sequences) return {x[0], config_.units};
  return {x[0], x[1], config_.units};
}

std::vector<ParameterInfo> RecurrentLayer::parameters(const Shape& x) const {
  const std::string cell = std::string(cell_) + "/";
  const Index columns = gates_ * config_.units;
  std::vector<ParameterInfo> list = {{.name = cell + "kernel",
                                      .shape = {x[2], columns},
                                      .initializer = config_.kernel_initializer,
                                      .regularizer = config_.kernel_regularizer},
                                     {.name = cell + "recurrent_kernel",
                                      .shape = {config_.units, columns},
                                      .initializer = config_.recurrent_initializer,
                                      .regularizer = config_.recurrent_regularizer}};
  if (config_.use_bias) {
    const bool forget_bias = gates_ == 4 && config_.unit_forget_bias;
    const Initializer lstm_bias = {.kind = Initializer::Kind::lstm_bias};
    list.push_back({.name = cell + "bias",
                    .shape = bias_rows() == 2 ? Shape{2, columns} : Shape{columns},
                    .initializer = forget_bias ? lstm_bias : config_.bias_initializer,
                    .regularizer = config_.bias_regularizer});
  }
  return list;
}

Index RecurrentLayer::parameter_count(const Shape& x) const {
  return (x[2] + config_.units + (config_.use_bias ? bias_rows() : 0)) * gates_ * config_.units;
}

double RecurrentLayer::macs(const Shape& x) const {
  return static_cast<double>(x.rows()) * static_cast<double>((x[2] + config_.units) * gates_ * config_.units);
}

double RecurrentLayer::work(const Shape& x) const {
  const double rows = x.elements() / static_cast<double>(x[-1]);  // of all steps
  const double units = static_cast<double>(config_.units);
  const double gates = static_cast<double>(gates_);
  return Layer::work(x) + rows * work::kStep +
         work::of_product(rows, static_cast<double>(x[2]), gates * units) +
         work::of_product(rows, units, gates * units) + rows * (gates + 1) * units * work::kFunction;
}

Recurrent RecurrentLayer::op(const Shape& x, Mask mask, Index words) const {
  return {.batch = x[0],
          .time = x[1],
          .inputs = x[2],
          .units = config_.units,
          .words = words,
          .activation = config_.activation,
          .recurrent_activation = config_.recurrent_activation,
          .return_sequences = config_.return_sequences,
          .go_backwards = config_.go_backwards,
          .zero_output_for_mask = config_.zero_output_for_mask,
          .mask = mask,
          .reset_after = config_.reset_after};
}

RecurrentParameters RecurrentLayer::split(const Shape& x, const Real* parameters) const {
  const Index columns = gates_ * config_.units;
  const Real* recurrent_kernel = parameters + x[2] * columns;
  return {.kernel = parameters,
          .recurrent_kernel = recurrent_kernel,
          .bias = config_.use_bias ? recurrent_kernel + config_.units * columns : nullptr};
}

RecurrentGradients RecurrentLayer::split(const Shape& x, Real* gradients) const {
  const Index columns = gates_ * config_.units;
  Real* const recurrent_kernel = gradients + x[2] * columns;
  return {.kernel = gradients,
          .recurrent_kernel = recurrent_kernel,
          .bias = config_.use_bias ? recurrent_kernel + config_.units * columns : nullptr};
}

}  // namespace lapis
