#include <catch2/catch.hpp>
#include <vector>

#include "lapis/core/error.h"
#include "lapis/io/keras_model.h"
#include "lapis/train/trainer.h"
#include "support/error_text.h"
#include "support/random_values.h"

using namespace lapis;
using lapis_test::error_text;

namespace {

Model model_of(const std::string& json, const Shape& x, std::string_view keras_version = {}) {
  Model model = model_from_config(json, x, keras_version);
  model.initialize(3);
  return model;
}

/// Paths of what a training step changes.
std::string trained(const Model& model) {
  std::string paths;
  for (const ModelParameter& parameter : model.parameters())
    if (parameter.info.trainable || parameter.info.moving) paths += parameter.path + " ";
  return paths;
}

std::string dense(const std::string& name, const std::string& more = "") {
  return R"({"class_name":"Dense","config":{"units":3,"name":")" + name + "\"" + more + "}}";
}

/// Trains two epochs; the names of the parameters that stayed as they were.
std::string unchanged_by_training(Model& model, const TensorDataset& data, const TrainOptions& options) {
  const std::vector<Real> before(std::as_const(model).values().begin(), std::as_const(model).values().end());
  const auto backend = make_cpu_backend();
  Trainer(model, *backend, options, data).fit();
  std::string paths;
  for (const ModelParameter& parameter : model.parameters()) {
    const std::span<const Real> after = std::as_const(model).values(parameter);
    if (std::equal(after.begin(), after.end(), before.begin() + parameter.offset))
      paths += parameter.path + " ";
  }
  return paths;
}

constexpr const char* kSoftmax = R"({"class_name":"Activation","config":{"activation":"softmax"}})";

}  // namespace

TEST_CASE("A frozen layer keeps its weights, whatever the optimizer does") {
  using Kind = OptimizerConfig::Kind;
  std::vector<OptimizerConfig> optimizers(3);
  optimizers[1].kind = Kind::sgd;
  optimizers[1].momentum = 0.9;
  optimizers[1].clipnorm = 0.1;
  optimizers[2].kind = Kind::adamw;  // decays all weights
  optimizers[2].weight_decay = 0.1;
  optimizers[2].global_clipnorm = 0.1;
  const TensorDataset data({4}, lapis_test::random_values(80, 7), std::vector<Index>(20, 1));
  const std::string frozen = R"(,"trainable":false,"kernel_regularizer":"l2")";
  const std::string norm = R"({"class_name":"BatchNormalization","config":{"name":"n","trainable":false}})";
  for (const OptimizerConfig& optimizer : optimizers) {
    Model model = model_of("[" + dense("a", frozen) + "," + norm + "," + dense("b") + "," +
                               dense("c", frozen) + "," + dense("d") + "," + kSoftmax + "]",
                           {kUnknown, 4});
    TrainOptions options;
    options.epochs = 2;
    options.batch_size = 5;
    options.optimizer = optimizer;
    CHECK(unchanged_by_training(model, data, options) ==
          "a/kernel a/bias n/gamma n/beta n/moving_mean n/moving_variance c/kernel c/bias ");
  }
}

TEST_CASE("A frozen BatchNormalization normalises with its moving statistics") {
  const auto backend = make_cpu_backend();
  for (const bool frozen : {false, true}) {
    const Model model =
        model_of(std::string(R"([{"class_name":"BatchNormalization","config":{"epsilon":0,"trainable":)") +
                     (frozen ? "false" : "true") + "}}]",
                 {kUnknown, 1});
    Workspace workspace(model, *backend, {2, 1}, Mode::train);
    workspace.input(2).data[0] = 3;
    workspace.input(2).data[1] = 5;
    const ConstView y = workspace.run(2, /*training=*/true);
    CHECK(y.data[0] == (frozen ? Real(3) : Real(-1)));  // moving mean 0 and variance 1
    CHECK(y.data[1] == (frozen ? Real(5) : Real(1)));
  }
}

TEST_CASE("What is frozen inside wrappers and models, as Keras opens it") {
  const Shape x = {kUnknown, 4, 3};
  const auto lstm = [](const std::string& more) {
    return R"({"class_name":"LSTM","config":{"units":2,"name":"lstm","recurrent_activation":"sigmoid")" +
           more + "}}";
  };
  const std::string frozen = R"(,"trainable":false)";
  const auto bidirectional = [&](const std::string& outer, const std::string& inner) {
    return R"([{"class_name":"Bidirectional","config":{"name":"b")" + outer + R"(,"layer":)" + lstm(inner) +
           "}}]";
  };
  CHECK(trained(model_of(bidirectional("", frozen), x)).empty());
  // Keras 3 asks the layers inside, Keras 2 the wrapper first.
  CHECK_FALSE(trained(model_of(bidirectional(frozen, ""), x)).empty());
  CHECK(trained(model_of(bidirectional(frozen, ""), x, "2.15.0")).empty());
  const std::string one =
      R"([{"class_name":"Bidirectional","config":{"name":"b","layer":)" + lstm(frozen) +
      R"(,"backward_layer":{"class_name":"LSTM","config":{"units":2,"name":"back","go_backwards":true}}}}])";
  CHECK(trained(model_of(one, x)) ==
        "b/back/lstm_cell/kernel b/back/lstm_cell/recurrent_kernel b/back/lstm_cell/bias ");
  CHECK(trained(model_of(
                    R"([{"class_name":"TimeDistributed","config":{"layer":)" + dense("d", frozen) + "}}]", x))
            .empty());

  const auto sequential = [&](const std::string& layers) {
    return R"({"class_name":"Sequential","config":{"name":"s","trainable":false,"layers":[)" + layers + "]}}";
  };
  CHECK(trained(model_of(sequential(dense("a")), {kUnknown, 4})).empty());
  CHECK(trained(model_of(sequential(dense("a") + "," + dense("b", R"(,"trainable":true)")), {kUnknown, 4})) ==
        "b/kernel b/bias ");
}

TEST_CASE("Nothing to train is an error, and no gradient is worked out below the lowest trained layer") {
  const Model frozen = model_of("[" + dense("a", R"(,"trainable":false)") + "]", {kUnknown, 4});
  const auto backend = make_cpu_backend();
  CHECK(error_text([&] { Optimizer({}, frozen, *backend); }) ==
        "optimizer: model \"sequential\" has no parameter to train (\"trainable\": false freezes a layer), "
        "expected at least one");

  struct Counter : StepObserver {
    int backward = 0;
    void done(const Plan::Step&, Pass pass) override { backward += pass == Pass::backward ? 1 : 0; }
  } counter;
  const Model model =
      model_of("[" + dense("a", R"(,"trainable":false)") + "," + dense("b", R"(,"trainable":false)") + "," +
                   dense("c") + "," + dense("d") + "]",
               {kUnknown, 4});
  CHECK(model.first_trained_layer() == 2);
  Workspace workspace(model, *backend, {2, 4}, Mode::train);
  workspace.observe(&counter);
  workspace.run(2, true);
  workspace.backward(false);
  CHECK(counter.backward == 2);
}
