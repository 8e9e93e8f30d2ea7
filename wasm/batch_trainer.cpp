#include "batch_trainer.h"

#include <algorithm>
#include <cmath>

#include "lapis/io/json_reader.h"

namespace lapis_wasm {

using lapis::Index;
using lapis::Json;
using lapis::Real;
using lapis::Shape;

BatchTrainer::BatchTrainer(std::shared_ptr<Session> session, std::string_view options)
    : session_(std::move(session)) {
  const Json json = Json::parse(options);
  lapis::ObjectReader reader(lapis::JsonCursor(json, "trainer options"));
  lapis::OptimizerConfig config;
  if (const auto name = reader.find("optimizer")) {
    if (name->string() == "sgd")
      config.kind = lapis::OptimizerConfig::Kind::sgd;
    else if (name->string() != "adam")
      name->expected("\"sgd\" or \"adam\"");
  }
  learning_rate_ = config.kind == lapis::OptimizerConfig::Kind::sgd ? 0.01 : 0.001;
  if (const auto rate = reader.find("learningRate")) learning_rate_ = rate->number(0, 1000);
  if (const auto momentum = reader.find("momentum")) config.momentum = momentum->number(0, 1);
  if (const auto nesterov = reader.find("nesterov")) config.nesterov = nesterov->boolean();
  if (const auto seed = reader.find("seed")) seed_ = static_cast<std::uint64_t>(seed->integer(0));
  reader.finish();
  lapis::check_one_row_a_sample(session_->model());
  // A model that has no loss is refused here, not at the first step.
  loss_config_ = session_->training_loss();
  loss_.emplace(loss_config_, session_->model(), session_->backend(), 1);
  optimizer_.emplace(config, session_->model(), session_->backend());
  regularization_.emplace(session_->model(), session_->backend());
}

Json BatchTrainer::step(std::span<const Real> x, const Shape& shape, std::span<const Index> labels) {
  session_->check_input(x, shape);
  const auto batch = static_cast<Index>(labels.size());
  if (shape[0] != batch) lapis::fail("training batch: ", shape[0], " samples, but ", batch, " labels");
  if (!workspace_ || workspace_->plan().input_shape().without_batch() != shape.without_batch() ||
      workspace_->plan().input_shape()[0] < batch) {
    workspace_.reset();  // before the next one is made: one after the other fits less memory
    workspace_ =
        std::make_unique<lapis::Workspace>(session_->model(), session_->backend(), shape, lapis::Mode::train);
    loss_.emplace(loss_config_, session_->model(), session_->backend(), batch);
  }
  std::copy(x.begin(), x.end(), workspace_->input(batch).data);
  const auto steps = static_cast<std::uint64_t>(optimizer_->steps());
  const lapis::ConstView y = workspace_->run(batch, true, seed_, steps);
  workspace_->zero_gradients();
  const double loss = loss_->compute(y, labels, workspace_->output_gradient().data) +
                      workspace_->download_activity_penalty() +
                      regularization_->add(workspace_->parameters(), workspace_->gradients());
  if (!std::isfinite(loss))
    lapis::fail("training: the loss is no longer finite; use a smaller learning rate than ", learning_rate_);
  Index right = 0;
  for (Index i = 0; i < batch; ++i)
    right += loss_->predicted(y.data + i * loss_->outputs()) == labels[static_cast<std::size_t>(i)];
  session_->forget_metrics();
  workspace_->backward(loss_->gradient_is_logits());
  optimizer_->step(learning_rate_, session_->model().values().data(), workspace_->gradients());
  return object({{"loss", loss}, {"accuracy", static_cast<double>(right) / static_cast<double>(batch)}});
}

}  // namespace lapis_wasm
