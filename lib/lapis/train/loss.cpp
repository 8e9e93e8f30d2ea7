#include "lapis/train/loss.h"

#include "lapis/core/error.h"
#include "lapis/train/metrics.h"

namespace lapis {

namespace {

using Kind = LossConfig::Kind;

DenseLoss operation(const LossConfig& config) {
  if (config.kind == Kind::mean_squared_error) return DenseLoss::mean_squared_error;
  if (config.kind != Kind::binary_crossentropy) return DenseLoss::softmax_cross_entropy;
  return config.from_logits ? DenseLoss::sigmoid_cross_entropy : DenseLoss::binary_cross_entropy;
}

}  // namespace

const char* loss_name(Kind kind) {
  switch (kind) {
    case Kind::sparse_categorical_crossentropy:
      return "sparse_categorical_crossentropy";
    case Kind::categorical_crossentropy:
      return "categorical_crossentropy";
    case Kind::binary_crossentropy:
      return "binary_crossentropy";
    case Kind::mean_squared_error:
      break;
  }
  return "mean_squared_error";
}

bool Loss::is_categorical() const {
  return config_.kind == Kind::sparse_categorical_crossentropy ||
         config_.kind == Kind::categorical_crossentropy;
}

bool Loss::is_sparse() const {
  return is_categorical() && config_.label_smoothing == 0;
}

void Loss::check_model(const Model& model) const {
  const Shape& y = model.output_shape();
  const char* const name = loss_name(config_.kind);
  if (y.rank() < 2 || y[-1] < (is_categorical() ? 2 : 1)) {
    fail("loss: model \"", model.name(), "\" gives ", y, ", ", name, " expects ",
         is_categorical() ? "[?,...,classes] with at least 2 classes" : "[?,...,outputs]");
  }
  if (!(config_.label_smoothing >= 0 && config_.label_smoothing <= 1))
    fail("loss: label_smoothing ", config_.label_smoothing, ", expected 0 to 1");
  const bool smooths =
      config_.kind == Kind::categorical_crossentropy || config_.kind == Kind::binary_crossentropy;
  if (config_.label_smoothing != 0 && !smooths) fail("loss: ", name, " has no label_smoothing");
  if (config_.from_logits && config_.kind == Kind::mean_squared_error)
    fail("loss: ", name, " has no from_logits");
  if (config_.from_logits && model.ends_in_softmax()) {
    fail("loss: from_logits is true, but model \"", model.name(), "\" ends in a softmax; set it to false");
  }
  if (is_categorical() && !config_.from_logits && !model.ends_in_softmax()) {
    fail("loss: model \"", model.name(),
         "\" does not end in a softmax; give its last layer one, or set from_logits to true");
  }
}

bool is_sigmoid(Activation activation) {
  return activation == Activation::sigmoid || activation == Activation::hard_sigmoid ||
         activation == Activation::hard_sigmoid_keras2;
}

LossConfig assumed_loss(const Model& model) {
  const bool is_single = model.output_shape()[-1] == 1;
  if (model.ends_in_softmax() && !is_single) return {};
  if (is_sigmoid(model.final_activation())) return {.kind = Kind::binary_crossentropy};
  if (is_single) return {.kind = Kind::mean_squared_error};
  return {.from_logits = true};
}

void check_one_row_a_sample(const Model& model) {
  const Shape& y = model.output_shape();
  if (y.rank() == 2) return;
  fail("model \"", model.name(), "\" gives ", y, ", expected [?,outputs]: the data has one class a sample");
}

Loss::Loss(const LossConfig& config, const Model& model, Backend& backend, Index rows)
    : config_(config), backend_(backend) {
  check_model(model);
  outputs_ = model.output_shape()[-1];
  const auto labels = static_cast<std::size_t>(rows);
  const auto values = static_cast<std::size_t>(Index{Size(rows) * outputs_});
  host_targets_.resize(is_sparse() ? labels : values);
  targets_ = backend.allocate(host_targets_.size() * sizeof(Real));
  if (is_categorical() && config.from_logits) probabilities_ = backend.allocate(values * sizeof(Real));
  loss_ = backend.allocate(sizeof(Real));
}

Index Loss::predicted(const Real* y) const {
  return predicted_class(y, outputs_, config_.from_logits);
}

void Loss::make_targets(std::span<const Index> labels, Real* targets) const {
  for (const Index label : labels) {
    if (label < 0 || label >= classes()) {
      fail("loss: label ", label, ", expected 0 to ", classes() - 1, " (the model has ", classes(),
           " classes)");
    }
  }
  const auto outputs = static_cast<std::size_t>(outputs_);
  const double smoothing = config_.label_smoothing;
  const double shift = smoothing / (is_categorical() ? static_cast<double>(outputs_) : 2);
  for (const Index label : labels) {
    if (is_sparse()) {
      *targets++ = static_cast<Real>(label);
      continue;
    }
    for (std::size_t i = 0; i < outputs; ++i) {
      const bool is_one = outputs == 1 ? label == 1 : static_cast<std::size_t>(label) == i;
      *targets++ = static_cast<Real>((is_one ? 1 - smoothing : 0) + shift);
    }
  }
}

double Loss::compute(const ConstView& y, std::span<const Index> labels, Real* gradient, Mask mask) {
  make_targets(labels, host_targets_.data());
  backend_.upload(host_targets_.data(), targets_.get(),
                  labels.size() * static_cast<std::size_t>(target_size()) * sizeof(Real));
  auto* const device_loss = static_cast<Real*>(loss_.get());
  enqueue(y, static_cast<const Real*>(targets_.get()), gradient, mask, device_loss);
  Real loss = 0;
  backend_.download(device_loss, &loss, sizeof(Real));
  return static_cast<double>(loss);
}

void Loss::enqueue(const ConstView& y, const Real* targets, Real* gradient, Mask mask, Real* loss) {
  const Index rows = y.shape.size() / outputs_;
  const Real* values = y.data;
  if (probabilities_ != nullptr) {
    auto* made = static_cast<Real*>(probabilities_.get());
    backend_.activate(Activation::softmax, y.data, made, rows, outputs_);
    values = made;
  }
  if (is_sparse())
    backend_.softmax_cross_entropy(values, targets, mask, rows, outputs_, loss, gradient);
  else
    backend_.dense_loss(operation(config_), values, targets, mask, rows, outputs_, loss, gradient);
}

}  // namespace lapis
