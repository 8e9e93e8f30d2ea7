#include "lapis/model/workspace.h"

#include "lapis/core/error.h"

namespace lapis {

Workspace::Workspace(const Model& model, Backend& backend, const Shape& x, Mode mode, bool input_gradient)
    : model_(model),
      backend_(backend),
      plan_(model, backend, x, mode, input_gradient),
      block_(backend.allocate(plan_.bytes())),
      parameters_(backend.share(std::as_bytes(model.values()))),
      parameters_revision_(model.revision()),
      memory_(static_cast<Real*>(block_.get())) {
  if (mode != Mode::predict && model.has_activity_regularizers())
    penalties_ = backend.allocate(2 * sizeof(double));
  if (plan_.prepared_size() == 0) return;
  // Most words' shares may never be needed: memory that is not touched costs nothing.
  prepared_ = backend.allocate(plan_.prepared_bytes(), Backend::Fill::nothing);
  prepare();
}

void Workspace::prepare() {
  for (const Plan::Step& step : plan_.steps()) {
    if (step.prepared_offset < 0) continue;
    step.layer->prepare(backend_, step.x, parameters() + model_.layer_offset(step.number), /*words=*/0,
                        static_cast<Real*>(prepared_.get()) + step.prepared_offset);
  }
  prepared_revision_ = model_.revision();
}

const Real* Workspace::parameters() {
  auto* const own = static_cast<Real*>(parameters_.get());
  if (!shares_parameters() && parameters_revision_ != model_.revision()) {
    backend_.upload(model_.values().data(), own, model_.values().size_bytes());
    parameters_revision_ = model_.revision();
  }
  return own;
}

Real* Workspace::parameters_to_update(Model& model) {
  if (shares_parameters()) return model.values().data();
  parameters();
  return static_cast<Real*>(parameters_.get());
}

void Workspace::store_parameters(Model& model) {
  if (shares_parameters()) return;
  const Real* const own = parameters();
  const std::span<Real> values = model.values();
  backend_.download(own, values.data(), values.size_bytes());
  parameters_revision_ = model.revision();
}

View Workspace::input(Index batch) {
  if (batch < 1 || batch > plan_.input_shape()[0])
    fail("a workspace planned for batches of 1 to ", plan_.input_shape()[0], " cannot run a batch of ",
         batch);
  return {at(plan_.input_offset()), plan_.input_shape().with_batch(batch)};
}

std::uint8_t* Workspace::mask_at(int mask) const {
  return mask < 0 ? nullptr : reinterpret_cast<std::uint8_t*>(at(plan_.mask_offset(mask)));
}

double* Workspace::penalties_at(int i) const {
  return penalties_ == nullptr ? nullptr : static_cast<double*>(penalties_.get()) + i;
}

double Workspace::download_activity_penalty() const {
  double value = 0;
  if (penalties_ != nullptr) backend_.download(activity_penalty(), &value, sizeof(value));
  return value;
}

RandomStream Workspace::random_for(const Plan::Step& step) const {
  // 2^16 layers, then steps: no two calls of one training run share a stream.
  return {seed_, (step_ << 16) | (step.random_stream + 1)};
}

ConstView Workspace::run(Index batch, bool training, std::uint64_t seed, std::uint64_t step_number) {
  const View x = input(batch);
  training_ = training;
  seed_ = seed;
  step_ = step_number;
  return forward(x);
}

ConstView Workspace::run_on(const ConstView& x) {
  if (plan_.mode() != Mode::predict)
    fail("only a workspace made to predict runs on memory that is not its own");
  const View own = input(x.shape[0]);
  if (x.shape != own.shape) fail("a workspace planned for inputs ", own.shape, " cannot run ", x.shape);
  training_ = false;
  return forward(x);
}

ConstView Workspace::forward(ConstView x) {
  const Index batch = x.shape[0];
  batch_ = batch;
  const Real* const values = parameters();
  const bool keeps = plan_.mode() == Mode::train;
  if (prepared_ != nullptr && prepared_revision_ != model_.revision()) prepare();
  double* const penalty = penalties_at(0);
  if (penalty != nullptr)
    backend_.zero(reinterpret_cast<Real*>(penalty), static_cast<Index>(sizeof(double) / sizeof(Real)));
  for (const Plan::Step& step : plan_.steps()) {
    if (step.is_view) {
      x.shape = step.y.with_batch(batch);
      if (penalty != nullptr) step.layer->count_activity(backend_, x, penalty);
      continue;
    }
    const View y = {at(step.y_offset), step.y.with_batch(batch)};
    ForwardArgs args;
    args.x = x;
    args.y = y;
    args.parameters = values + model_.layer_offset(step.number);
    if (step.prepared_offset >= 0) args.prepared = static_cast<Real*>(prepared_.get()) + step.prepared_offset;
    args.saved = keeps ? at(step.saved_offset) : nullptr;
    args.scratch = at(plan_.scratch_offset());
    args.mask = mask_at(step.mask_in);
    args.made_mask = mask_at(step.mask_made);
    args.training = training_;
    args.activity_penalty = penalty;
    args.random = random_for(step);
    step.layer->forward(backend_, args);
    if (penalty != nullptr) step.layer->count_activity(backend_, y, penalty);
    if (observer_ != nullptr) observer_->done(step, StepObserver::Pass::forward);
    x = y;
  }
  return x;
}

ConstView Workspace::activation(int i) const {
  if (plan_.mode() == Mode::predict)
    fail("a workspace made to predict keeps no activations; make one to inspect");
  const Plan::Step& step = plan_.steps()[static_cast<std::size_t>(i)];
  return {at(step.y_offset), step.y.with_batch(batch_)};
}

Mask Workspace::output_mask() const {
  return mask_at(plan_.output_mask());
}

void Workspace::check_trains() const {
  if (plan_.mode() != Mode::train) fail("a workspace not made to train has no gradients");
}

Real* Workspace::gradients() {
  check_trains();
  return at(plan_.gradients_offset());
}

void Workspace::zero_gradients() {
  backend_.zero(gradients(), static_cast<Index>(model_.values().size()));
}

View Workspace::output_gradient() {
  check_trains();
  const Plan::Step& last = plan_.steps().back();
  return {at(last.dy_offset), last.y.with_batch(batch_)};
}

/// Before the layer's backward reads the gradient of its output.
void Workspace::add_activity_gradient(const Plan::Step& step, bool dy_is_logits, double weight) {
  if (!step.layer->has_activity_regularizer()) return;
  const ConstView y = {at(step.y_offset), step.y.with_batch(batch_)};
  Real* const dy = at(step.dy_offset);
  if (!dy_is_logits) return step.layer->add_activity_gradient(backend_, y, dy, weight, penalties_at(1));
  Real* const own = at(plan_.scratch_offset());
  backend_.zero(own, y.shape.size());
  step.layer->add_activity_gradient(backend_, y, own, weight, penalties_at(1));
  backend_.activate_backward(Activation::softmax, y.data, own, own, y.shape.rows(), y.shape[-1]);
  backend_.add(own, dy, y.shape.size());
}

void Workspace::backward(bool dy_is_logits, double weight) {
  check_trains();
  if (batch_ == 0) fail("a workspace cannot go backward before it has run");
  const auto* const values = static_cast<const Real*>(parameters_.get());  // as in run()
  const int first = plan_.input_gradient() ? 0 : model_.first_trained_layer();
  for (int i = model_.layer_count() - 1; i >= first; --i) {
    const Plan::Step& step = plan_.steps()[static_cast<std::size_t>(i)];
    const bool is_logits = dy_is_logits && i == model_.layer_count() - 1;
    add_activity_gradient(step, is_logits, weight);
    if (step.is_view) continue;
    const Plan::Step* before = i > 0 ? &plan_.steps()[static_cast<std::size_t>(i - 1)] : nullptr;
    BackwardArgs args;
    args.x = {at(before != nullptr ? before->y_offset : plan_.input_offset()), step.x.with_batch(batch_)};
    args.y = {at(step.y_offset), step.y.with_batch(batch_)};
    args.dy = {at(step.dy_offset), step.y.with_batch(batch_)};
    const bool wants_dx = i > first || plan_.input_gradient();
    if (wants_dx) args.dx.data = at(before != nullptr ? before->dy_offset : plan_.dx_offset());
    args.dx.shape = step.x.with_batch(batch_);
    args.parameters = values + model_.layer_offset(i);
    args.gradients = gradients() + model_.layer_offset(i);
    args.saved = at(step.saved_offset);
    args.scratch = at(plan_.scratch_offset());
    args.mask = mask_at(step.mask_in);
    args.training = training_;
    args.random = random_for(step);
    args.activity_weight = weight;
    args.unwanted_sum = penalties_at(1);
    args.dy_is_logits = is_logits;
    model_.layer(i).backward(backend_, args);
    if (observer_ != nullptr) observer_->done(step, StepObserver::Pass::backward);
  }
}

ConstView Workspace::input_gradient() const {
  if (!plan_.input_gradient()) fail("this workspace was made without input_gradient");
  return {at(plan_.dx_offset()), plan_.input_shape().with_batch(batch_)};
}

}  // namespace lapis
