#include "lapis/train/loss.h"

#include "lapis/core/error.h"

namespace lapis {

Loss::Loss(const LossConfig& config, const Model& model, Backend& backend, Index batch)
    : config_(config), backend_(backend) {
  const Shape& y = model.output_shape();
  if (y.rank() != 2 || y[1] < 2) {
    fail("loss: model \"", model.name(), "\" gives ", y,
         ", sparse categorical cross-entropy expects [?,classes] ", "with at least 2 classes");
  }
  if (model.ends_in_softmax() == config.from_logits) {
    if (config.from_logits) {
      fail("loss: from_logits is true, but model \"", model.name(), "\" ends in a softmax; set it to false");
    }
    fail("loss: model \"", model.name(),
         "\" does not end in a softmax; give its last layer one, or set from_logits to true");
  }
  classes_ = y[1];
  const auto rows = static_cast<std::size_t>(batch);
  host_labels_.resize(rows);
  labels_ = backend.allocate(rows * sizeof(Real));
  if (config.from_logits) {
    probabilities_ = backend.allocate(rows * static_cast<std::size_t>(classes_) * sizeof(Real));
  }
  loss_ = backend.allocate(sizeof(Real));
}

double Loss::compute(const ConstView& y, std::span<const Index> labels, Real* gradient) {
  const auto rows = static_cast<Index>(labels.size());
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] < 0 || labels[i] >= classes_) {
      fail("loss: label ", labels[i], ", expected 0 to ", classes_ - 1, " (the model has ", classes_,
           " classes)");
    }
    host_labels_[i] = static_cast<Real>(labels[i]);
  }
  auto* device_labels = static_cast<Real*>(labels_.get());
  backend_.upload(host_labels_.data(), device_labels, labels.size() * sizeof(Real));
  const Real* probabilities = y.data;
  if (config_.from_logits) {
    auto* made = static_cast<Real*>(probabilities_.get());
    backend_.activate(Activation::softmax, y.data, made, rows, classes_);
    probabilities = made;
  }
  auto* device_loss = static_cast<Real*>(loss_.get());
  backend_.softmax_cross_entropy(probabilities, device_labels, nullptr, rows, classes_, device_loss,
                                 gradient);
  Real loss = 0;
  backend_.download(device_loss, &loss, sizeof(Real));
  return static_cast<double>(loss);
}

}  // namespace lapis
