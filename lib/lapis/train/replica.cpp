#include "lapis/train/replica.h"

#include <algorithm>

namespace lapis {

namespace {

constexpr Index kRealsOfDouble = sizeof(double) / sizeof(Real);

Shape batch_shape(Index batch, const Shape& sample) {
  Shape shape = {batch};
  for (int axis = 0; axis < sample.rank(); ++axis) shape.push_back(sample[axis]);
  return shape;
}

Index most_of_a_batch(const Replica::Settings& settings) {
  return (settings.batch_size + settings.count - 1) / settings.count;
}

/// Replicas draw different numbers for dropout; the first one those of a training without others.
std::uint64_t own_seed(std::uint64_t seed, Index number) {
  return seed ^ (static_cast<std::uint64_t>(number) * 0x9e3779b97f4a7c15U);
}

}  // namespace

Replica::Replica(Model& model, Backend& backend, const Settings& settings, const Dataset& data)
    : model_(model),
      settings_(settings),
      workspace_(model, backend, batch_shape(most_of_a_batch(settings), data.sample_shape()), Mode::train),
      loss_(settings.loss, model, backend, most_of_a_batch(settings)),
      regularization_(model, backend),
      optimizer_(settings.optimizer, model, backend),
      batches_(data.batches(backend, most_of_a_batch(settings))),
      host_outputs_(static_cast<std::size_t>(
          Index{Size(settings.steps_of_a_look) * settings.batch_size * loss_.outputs()})),
      host_losses_(static_cast<std::size_t>(settings.steps_of_a_look)),
      host_penalties_(static_cast<std::size_t>(settings.steps_of_a_look)) {
  refuse_constraints(model);
  const auto steps = static_cast<std::size_t>(settings.steps);
  targets_ = backend.allocate(static_cast<std::size_t>(Index{Size(data.size()) * loss_.target_size()}) *
                              sizeof(Real));
  outputs_ =
      backend.allocate(static_cast<std::size_t>(Index{Size(data.size()) * loss_.outputs()}) * sizeof(Real));
  losses_ = backend.allocate(steps * sizeof(Real));
  penalties_ = backend.allocate(steps * sizeof(double));
  if (model.has_activity_regularizers()) {
    activity_ = backend.allocate(steps * sizeof(double));
    host_activity_.resize(host_losses_.size());
  }
}

SampleRange Replica::share(SampleRange batch) const {
  const Index begin = batch.count * settings_.number / settings_.count;
  const Index end = batch.count * (settings_.number + 1) / settings_.count;
  return {batch.first + begin, end - begin};
}

void Replica::set_order(std::span<const Index> order, const RandomStream& random,
                        std::span<const Real> targets) {
  batches_->set_order(order, &random);
  backend().upload(targets.data(), targets_.get(), targets.size_bytes());
}

void Replica::load(SampleRange batch) {
  const SampleRange own = share(batch);
  if (own.count > 0) batches_->load(own.first, own.count, workspace_.input(own.count).data);
  // A step reads and writes the device's copy: here it is made, not while the step is recorded.
  workspace_.parameters();
}

void Replica::forward(SampleRange batch, Index number) {
  const SampleRange own = share(batch);
  workspace_.zero_gradients();
  if (settings_.number == 0) {
    regularization_.enqueue(workspace_.parameters(), workspace_.gradients(),
                            static_cast<double*>(penalties_.get()) + number);
  }
  if (own.count == 0) return;
  const ConstView y = workspace_.run(own.count, true, own_seed(settings_.dropout_seed, settings_.number),
                                     static_cast<std::uint64_t>(optimizer_.steps()));
  if (activity_ != nullptr)
    backend().copy(reinterpret_cast<const Real*>(workspace_.activity_penalty()),
                   reinterpret_cast<Real*>(static_cast<double*>(activity_.get()) + number), kRealsOfDouble);
  const Real* const targets = static_cast<const Real*>(targets_.get()) + own.first * loss_.target_size();
  loss_.enqueue(y, targets, workspace_.output_gradient().data, nullptr,
                static_cast<Real*>(losses_.get()) + number);
  backend().copy(y.data, static_cast<Real*>(outputs_.get()) + own.first * loss_.outputs(), y.shape.size());
}

void Replica::backward(SampleRange batch) {
  const SampleRange own = share(batch);
  if (own.count == 0) return;
  const Real weight = static_cast<Real>(own.count) / static_cast<Real>(batch.count);
  weigh(weight, workspace_.output_gradient().data, own.count * loss_.outputs());
  workspace_.backward(loss_.gradient_is_logits(), static_cast<double>(weight));
  // The changes of moving statistics do not come from the loss.
  for (const ModelParameter& parameter : model_.parameters()) {
    if (parameter.info.moving)
      weigh(weight, workspace_.gradients() + parameter.offset, parameter.info.shape.size());
  }
}

void Replica::weigh(Real factor, Real* values, Index count) {
  if (factor == 1) return;
  backend().pointwise({.kind = Pointwise::Kind::affine, .slope = factor}, values, values, count);
}

void Replica::update(double learning_rate) {
  optimizer_.step(learning_rate, workspace_.parameters_to_update(model_), workspace_.gradients());
}

Replica::Results Replica::look(Index first, Index count, SampleRange samples) {
  const auto steps = static_cast<std::size_t>(count);
  const Index outputs = loss_.outputs();
  Backend& from = backend();
  from.download(static_cast<const Real*>(losses_.get()) + first, host_losses_.data(), steps * sizeof(Real));
  from.download(static_cast<const double*>(penalties_.get()) + first, host_penalties_.data(),
                steps * sizeof(double));
  if (activity_ != nullptr) {
    from.download(static_cast<const double*>(activity_.get()) + first, host_activity_.data(),
                  steps * sizeof(double));
    for (std::size_t i = 0; i < steps; ++i) host_losses_[i] += static_cast<Real>(host_activity_[i]);
  }
  from.download(static_cast<const Real*>(outputs_.get()) + samples.first * outputs, host_outputs_.data(),
                static_cast<std::size_t>(samples.count * outputs) * sizeof(Real));
  return {std::span(host_losses_).first(steps), std::span(host_penalties_).first(steps),
          host_outputs_.data()};
}

}  // namespace lapis
