#include "golden/check_answers.h"

#include "golden/golden_backend.h"
#include "lapis/model/workspace.h"
#include "lapis/train/loss.h"
#include "lapis/train/optimizer.h"
#include "lapis/train/regularization.h"

namespace lapis_test {

using namespace lapis;

namespace {

ConstView run(Workspace& workspace, const Question& question, bool training) {
  const Index batch = question.shape[0];
  workspace.backend().upload(question.x.data(), workspace.input(batch).data,
                             question.x.size() * sizeof(Real));
  return workspace.run(batch, training);
}

std::vector<Real> copy_of(Workspace& workspace, const ConstView& view) {
  return downloaded(workspace.backend(), view.data, view.shape.size());
}

}  // namespace

std::vector<Real> downloaded(Backend& backend, const Real* from, Index count) {
  std::vector<Real> values(static_cast<std::size_t>(count));
  backend.download(from, values.data(), values.size() * sizeof(Real));
  return values;
}

Answers answer(const Model& model, const Question& question, Backend& backend) {
  Answers answers;
  {
    Workspace predictor(model, backend, question.shape, Mode::predict);
    answers.predicted = copy_of(predictor, run(predictor, question, question.training));
  }
  Workspace workspace(model, backend, question.shape, Mode::train);
  const ConstView y = run(workspace, question, question.training);
  answers.output = copy_of(workspace, y);
  Loss loss(question.options.loss, model, backend, y.shape.rows());
  const Regularization regularization(model, backend);
  workspace.zero_gradients();
  answers.loss = loss.compute(y, question.labels, workspace.output_gradient().data, workspace.output_mask()) +
                 regularization.add(workspace.parameters(), workspace.gradients());
  workspace.backward(loss.gradient_is_logits());
  answers.gradients = downloaded(backend, workspace.gradients(), static_cast<Index>(model.values().size()));
  return answers;
}

std::vector<double> train_steps(Model& model, const Question& question, Backend& backend, int steps) {
  Workspace workspace(model, backend, question.shape, Mode::train);
  const Regularization regularization(model, backend);
  Optimizer optimizer(question.options.optimizer, model, backend);
  const Schedule schedule = question.options.schedule.resolved(steps);
  Loss loss(question.options.loss, model, backend, static_cast<Index>(question.labels.size()));
  std::vector<double> losses;
  for (int step = 0; step < steps; ++step) {
    const ConstView y = run(workspace, question, true);
    workspace.zero_gradients();
    losses.push_back(
        loss.compute(y, question.labels, workspace.output_gradient().data, workspace.output_mask()) +
        regularization.add(workspace.parameters(), workspace.gradients()));
    workspace.backward(loss.gradient_is_logits());
    optimizer.step(schedule.at(step), workspace.parameters_to_update(model), workspace.gradients());
  }
  workspace.store_parameters(model);
  return losses;
}

}  // namespace lapis_test
