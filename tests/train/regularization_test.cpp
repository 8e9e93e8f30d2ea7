#include "lapis/train/regularization.h"

#include <catch2/catch.hpp>
#include <vector>

#include "lapis/io/keras_model.h"
#include "lapis/train/evaluator.h"
#include "lapis/train/trainer.h"
#include "support/error_text.h"

using namespace lapis;

namespace {

/// kernel [1, 2] with L1L2, bias [2] with L2.
Model regularized() {
  return model_from_config(
      R"([{"class_name":"Dense","config":{"units":2,"activation":"softmax",
            "kernel_regularizer":{"class_name":"L1L2","config":{"l1":0.5,"l2":0.25}},
            "bias_regularizer":{"module":"keras.regularizers","class_name":"L2","config":{"l2":2},"registered_name":null}}}])",
      Shape{kUnknown, 1});
}

}  // namespace

TEST_CASE("regularisers add l1 |w| + l2 w^2 to the loss, and its gradient") {
  const Model model = regularized();
  const auto backend = make_cpu_backend();
  const Regularization regularization(model, *backend);
  const std::vector<Real> weights = {-2, 4, 1, 0};
  std::vector<Real> gradients = {100, 100, 100, 100};
  const double expected = 0.5 * 6 + 0.25 * 20 + 2 * 1;
  CHECK(regularization.add(weights.data(), gradients.data()) == Approx(expected));
  CHECK(gradients == std::vector<Real>{Real(98.5), Real(102.5), 104, 100});
  CHECK(regularization.add(weights.data(), nullptr) == Approx(expected));
}

TEST_CASE("what nobody regularises adds nothing, and its gradient stays in every bit") {
  const Model model =
      model_from_config(R"([{"class_name":"Dense","config":{"units":2}}])", Shape{kUnknown, 1});
  const auto backend = make_cpu_backend();
  std::vector<Real> weights = {-2, 4, 1, 0}, gradients = {1, 2, 3, 4};
  CHECK(Regularization(model, *backend).add(weights.data(), gradients.data()) == 0);
  CHECK(gradients == std::vector<Real>{1, 2, 3, 4});
}

TEST_CASE("training's and evaluation's loss have the penalties in them, as Keras's") {
  Model model = regularized();
  const std::vector<Real> weights = {0, 0, 1, 1};
  std::copy(weights.begin(), weights.end(), model.values().begin());
  const auto backend = make_cpu_backend();
  const TensorDataset data({1}, {1, 2}, {0, 1});
  const double expected = std::log(2.0) + 2 * 2;
  Evaluator evaluator(model, *backend, {1}, 2);
  CHECK(evaluator.evaluate(data).loss == Approx(expected));
  TrainOptions options;
  options.optimizer.kind = OptimizerConfig::Kind::sgd;
  options.schedule.initial_learning_rate = 0.1;
  Trainer trainer(model, *backend, options, data);
  CHECK(trainer.train_epoch()->loss == Approx(expected));
  // The bias' gradient: 0 from the data, 2 * 2 * 1 from its regulariser.
  CHECK(std::as_const(model).values()[2] == Approx(0.6));
}

TEST_CASE("What training does not apply it refuses by name; predicting and evaluating do not ask") {
  const auto dense = [](const std::string& keys) {
    return model_from_config(R"([{"class_name":"Dense","config":{"name":"d","units":2,)" + keys + "}}]",
                             Shape{kUnknown, 1});
  };
  const std::string norm = R"({"class_name":"MaxNorm","config":{"max_value":3}})";
  CHECK(lapis_test::error_text([&] { refuse_constraints(dense(R"("kernel_constraint":)" + norm)); }) ==
        "layer \"d\" (Dense): kernel has the constraint " + norm +
            ", which is not applied here: take it out to train");
  refuse_constraints(dense(R"("trainable":false,"kernel_constraint":)" + norm));
  const auto backend = make_cpu_backend();
  const Regularization constrained(dense(R"("kernel_constraint":)" + norm), *backend);
  CHECK(lapis_test::error_text(
            [&] { const Regularization other(dense(R"("bias_regularizer":"mine")"), *backend); }) ==
        "layer \"d\" (Dense): bias has the regularizer \"mine\", which is not applied here: take it out to "
        "train");
}
