#include "golden/check_answers.h"

#include <algorithm>

#include "lapis/model/workspace.h"
#include "lapis/train/loss.h"
#include "lapis/train/optimizer.h"
#include "lapis/train/regularization.h"

namespace lapis_test {

using namespace lapis;

namespace {

ConstView run(Workspace& workspace, const Question& question, bool training) {
  const Index batch = question.shape[0];
  std::copy(question.x.begin(), question.x.end(), workspace.input(batch).data);
  return workspace.run(batch, training);
}

std::vector<Real> copy_of(const ConstView& view) {
  return {view.data, view.data + view.shape.size()};
}

}  // namespace

Answers answer(const Model& model, const Question& question) {
  const auto backend = make_cpu_backend(1);
  Answers answers;
  {
    Workspace predictor(model, *backend, question.shape, Mode::predict);
    answers.predicted = copy_of(run(predictor, question, question.training));
  }
  Workspace workspace(model, *backend, question.shape, Mode::train);
  const ConstView y = run(workspace, question, question.training);
  answers.output = copy_of(y);
  Loss loss(question.options.loss, model, *backend, y.shape.rows());
  const Regularization regularization(model, *backend);
  workspace.zero_gradients();
  answers.loss = loss.compute(y, question.labels, workspace.output_gradient().data, workspace.output_mask()) +
                 regularization.add(model.values().data(), workspace.gradients());
  workspace.backward(loss.gradient_is_logits());
  answers.gradients.assign(workspace.gradients(), workspace.gradients() + model.values().size());
  return answers;
}

std::vector<double> train_steps(Model& model, const Question& question, int steps) {
  const auto backend = make_cpu_backend(1);
  Workspace workspace(model, *backend, question.shape, Mode::train);
  const Regularization regularization(model, *backend);
  Optimizer optimizer(question.options.optimizer, model, *backend);
  const Schedule schedule = question.options.schedule.resolved(steps);
  Loss loss(question.options.loss, model, *backend, static_cast<Index>(question.labels.size()));
  std::vector<double> losses;
  for (int step = 0; step < steps; ++step) {
    const ConstView y = run(workspace, question, true);
    workspace.zero_gradients();
    losses.push_back(
        loss.compute(y, question.labels, workspace.output_gradient().data, workspace.output_mask()) +
        regularization.add(std::as_const(model).values().data(), workspace.gradients()));
    workspace.backward(loss.gradient_is_logits());
    optimizer.step(schedule.at(step), model.values().data(), workspace.gradients());
  }
  return losses;
}

}  // namespace lapis_test
