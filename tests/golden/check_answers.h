#pragma once

#include <string>
#include <vector>

#include "lapis/model/model.h"
#include "lapis/train/trainer.h"

namespace lapis_test {

/// What a network is asked: inputs, a class for each row of outputs, loss and optimizer, and whether outputs
/// and gradients are those of training.
struct Question {
  lapis::Shape shape;  // of x
  std::vector<lapis::Real> x;
  std::vector<lapis::Index> labels;
  lapis::TrainOptions options;
  bool training = false;
};

/// What a model makes of it.
struct Answers {
  std::vector<lapis::Real> predicted, output;  // by the plan to predict, by the plan to train
  double loss = 0;                             // with what regularisers add
  std::vector<lapis::Real> gradients;          // as the model's parameters
};

Answers answer(const lapis::Model& model, const Question& question, lapis::Backend& backend);

/// The losses of `steps` training steps, each on all of x, before the step. Changes the model.
std::vector<double> train_steps(lapis::Model& model, const Question& question, lapis::Backend& backend,
                                int steps);

}  // namespace lapis_test
