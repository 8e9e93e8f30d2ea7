#include "lapis/io/train_config.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <string>

#include "lapis/io/keras_model.h"
#include "support/error_text.h"
#include "support/shared.h"

using namespace lapis;
using Catch::Contains;
using lapis_test::error_text;

namespace {

constexpr const char* kPictureModel = R"({"class_name":"Sequential","config":{"name":"net","layers":[
    {"class_name":"Flatten","config":{}},
    {"class_name":"Dense","config":{"units":10,"activation":"softmax"}}]}})";
constexpr const char* kTextModel = R"({"class_name":"Sequential","config":{"layers":[
    {"class_name":"Embedding","config":{"input_dim":"vocabulary","output_dim":4,"mask_zero":true}},
    {"class_name":"LSTM","config":{"units":3}},
    {"class_name":"Dense","config":{"units":3,"activation":"softmax"}}]}})";

std::string config_text(const std::string& compile, const std::string& fit,
                        const std::string& data = R"({"kind":"cifar10"})") {
  std::string text = R"({"model":)";
  text += kPictureModel;
  text += R"(,"compile":)" + compile + R"(,"fit":)" + fit + R"(,"data":)" + data + "}";
  return text;
}

TrainConfig with_compile(const std::string& compile) {
  return parse_train_config(config_text(compile, "{}"));
}
TrainConfig with_fit(const std::string& fit) {
  return parse_train_config(config_text("{}", fit));
}
TrainConfig with_data(const std::string& data) {
  return parse_train_config(config_text("{}", "{}", data));
}

TrainConfig with_text(const std::string& text, const std::string& model = kTextModel) {
  return parse_train_config(R"({"model":)" + model + R"(,"data":{"kind":"nusax","text":)" + text + "}}");
}

}  // namespace

TEST_CASE("compile: every loss by its names, and what it may be told") {
  using Kind = LossConfig::Kind;
  const auto loss = [](const std::string& text) {
    return with_compile(R"({"loss":)" + text + "}").options.loss;
  };
  CHECK(loss(R"("categorical_crossentropy")").kind == Kind::categorical_crossentropy);
  CHECK(loss(R"("CategoricalCrossentropy")").kind == Kind::categorical_crossentropy);
  CHECK(loss(R"("binary_crossentropy")").kind == Kind::binary_crossentropy);
  CHECK(loss(R"("mse")").kind == Kind::mean_squared_error);
  CHECK(loss(R"({"class_name":"MeanSquaredError","config":{"name":"m","reduction":"sum_over_batch_size"}})")
            .kind == Kind::mean_squared_error);
  const LossConfig binary = loss(
      R"({"module":"keras.losses","class_name":"BinaryCrossentropy","config":{"name":"b","from_logits":true,
          "label_smoothing":0.25,"axis":-1},"registered_name":null})");
  CHECK(binary ==
        LossConfig{.kind = Kind::binary_crossentropy, .from_logits = true, .label_smoothing = 0.25});
  const auto text = [&](const std::string& json) { return error_text([&] { loss(json); }); };
  CHECK_THAT(text(R"("hinge")"),
             Contains("compile.loss: loss \"hinge\" is not known; known: sparse_categorical_crossentropy, "
                      "categorical_crossentropy, binary_crossentropy, mean_squared_error"));
  CHECK_THAT(text(R"({"class_name":"MeanSquaredError","config":{"from_logits":true}})"),
             Contains("key \"from_logits\" is not known"));
  CHECK_THAT(text(R"({"class_name":"CategoricalCrossentropy","config":{"axis":1}})"),
             Contains("axis: expected -1"));
  CHECK_THAT(text(R"({"class_name":"CategoricalCrossentropy","config":{"reduction":"sum"}})"),
             Contains("reduction: expected one of"));
}

TEST_CASE("compile: RMSprop, amsgrad and the schedules") {
  const auto options = [](const std::string& optimizer) {
    return with_compile(R"({"optimizer":)" + optimizer + "}").options;
  };
  const OptimizerConfig rmsprop =
      options(
          R"({"class_name":"RMSprop","config":{"rho":0.8,"momentum":0.5,"epsilon":1e-5,"centered":true}})")
          .optimizer;
  OptimizerConfig expected;
  expected.kind = OptimizerConfig::Kind::rmsprop;
  expected.momentum = 0.5;
  expected.rho = 0.8;
  expected.centered = true;
  expected.epsilon = 1e-5;
  CHECK(rmsprop == expected);
  CHECK(options(R"("rmsprop")").schedule.initial_learning_rate == 0.001);
  CHECK(options(R"({"class_name":"Adam","config":{"amsgrad":true}})").optimizer.amsgrad);
  const auto schedule = [&](const std::string& text) {
    return options(R"({"class_name":"SGD","config":{"learning_rate":)" + text + "}}").schedule;
  };
  const Schedule inverse = schedule(
      R"({"class_name":"InverseTimeDecay","config":{"initial_learning_rate":0.1,"decay_steps":7,"decay_rate":0.5}})");
  CHECK(inverse.kind == Schedule::Kind::inverse_time_decay);
  CHECK(inverse.at(7) == Approx(0.1 / 1.5));
  const Schedule polynomial = schedule(
      R"({"class_name":"PolynomialDecay","config":{"initial_learning_rate":0.1,"decay_steps":8,"end_learning_rate":0,"power":2}})");
  CHECK(polynomial.at(4) == Approx(0.025));
  const Schedule restarts = schedule(
      R"({"class_name":"CosineDecayRestarts","config":{"initial_learning_rate":0.1,"first_decay_steps":4,"t_mul":1,"m_mul":0.5}})");
  CHECK(restarts.at(4) == Approx(0.05));
}

TEST_CASE("a training config may leave nearly everything out") {
  const TrainConfig config =
      parse_train_config(std::string(R"({"model":)") + kPictureModel + R"(,"data":{"kind":"cifar10"}})");
  CHECK(config.options.epochs == 1);
  CHECK_FALSE(config.options.batch_size);
  CHECK(config.options.seed == 0);
  CHECK(config.options.shuffle);
  CHECK(config.options.optimizer == OptimizerConfig{});
  CHECK(config.options.schedule == Schedule{});
  CHECK_FALSE(config.options.early_stopping.has_value());
  CHECK_FALSE(config.options.plateau.has_value());
  CHECK(config.validation);
  CHECK(config.data.kind == DataConfig::Kind::cifar10);
  REQUIRE(config.data.image.has_value());
  CHECK(config.data.image->width == 32);
  CHECK(config.data.image->scale == 1.0 / 255);
  CHECK(config.data.augmentation.is_none());
  CHECK(config.data.input_shape() == Shape{kUnknown, 32, 32, 3});
  CHECK(model_from_config(config.model_json(0), config.data.input_shape()).values().size() == 30730);
}

TEST_CASE("optimizers as Keras names them") {
  TrainConfig config = with_compile(R"({"optimizer":"sgd"})");
  CHECK(config.options.optimizer.kind == OptimizerConfig::Kind::sgd);
  CHECK(config.options.schedule.initial_learning_rate == 0.01);

  config =
      with_compile(R"({"optimizer":{"module":"keras.optimizers","class_name":"SGD","registered_name":null,
      "config":{"name":"SGD","learning_rate":0.5,"weight_decay":null,"clipnorm":2,"global_clipnorm":null,
      "clipvalue":null,"use_ema":false,"ema_momentum":0.99,"ema_overwrite_frequency":null,"loss_scale_factor":null,
      "gradient_accumulation_steps":null,"momentum":0.9,"nesterov":true}}})");
  CHECK(config.options.optimizer.momentum == 0.9);
  CHECK(config.options.optimizer.nesterov);
  CHECK(config.options.optimizer.clipnorm == 2.0);
  CHECK_FALSE(config.options.optimizer.clipvalue.has_value());
  CHECK(config.options.schedule.initial_learning_rate == 0.5);

  config =
      with_compile(R"({"optimizer":{"class_name":"Adam","config":{"beta_1":0.8,"beta_2":0.9,"epsilon":1e-8,
      "amsgrad":false}},"loss":"sparse_categorical_crossentropy"})");
  CHECK(config.options.optimizer.kind == OptimizerConfig::Kind::adam);
  CHECK(config.options.optimizer.beta_1 == 0.8);
  CHECK(config.options.optimizer.beta_2 == 0.9);
  CHECK(config.options.optimizer.epsilon == 1e-8);
  CHECK(config.options.optimizer.weight_decay == 0);
  CHECK(config.options.schedule.initial_learning_rate == 0.001);

  CHECK(with_compile(R"({"optimizer":"AdamW"})").options.optimizer.weight_decay == 0.004);
  config = with_compile(R"({"optimizer":{"class_name":"AdamW","config":{"weight_decay":0.1}}})");
  CHECK(config.options.optimizer.kind == OptimizerConfig::Kind::adamw);
  CHECK(config.options.optimizer.weight_decay == 0.1);
}

TEST_CASE("losses as Keras names them") {
  CHECK_FALSE(with_compile(R"({"loss":"sparse_categorical_crossentropy"})").options.loss.from_logits);
  CHECK(with_compile(R"({"loss":{"class_name":"SparseCategoricalCrossentropy","config":
      {"name":"x","reduction":"sum_over_batch_size","from_logits":true,"ignore_class":null}}})")
            .options.loss.from_logits);
}

TEST_CASE("learning-rate schedules, in the optimizer or in fit") {
  TrainConfig config = with_compile(R"({"optimizer":{"class_name":"Adam","config":{"learning_rate":
      {"class_name":"ExponentialDecay","config":{"initial_learning_rate":0.1,"decay_steps":10,"decay_rate":0.5,
      "staircase":true}}}}})");
  CHECK(config.options.schedule.kind == Schedule::Kind::exponential_decay);
  CHECK(config.options.schedule.at(15) == Approx(0.05));

  config =
      parse_train_config(config_text(R"({"optimizer":{"class_name":"Adam","config":{"learning_rate":0.2}}})",
                                     R"({"schedule":{"class_name":"CosineDecay","config":{"alpha":0.5}}})"));
  CHECK(config.options.schedule.kind == Schedule::Kind::cosine_decay);
  CHECK(config.options.schedule.initial_learning_rate == 0.2);
  CHECK(config.options.schedule.decay_steps == 0);
  CHECK(config.options.schedule.resolved(100).at(100) == Approx(0.1));

  config = with_fit(
      R"({"schedule":{"class_name":"CosineDecay","config":{"initial_learning_rate":0,"decay_steps":90,
      "warmup_target":0.4,"warmup_steps":10}}})");
  CHECK(config.options.schedule.at(5) == Approx(0.2));
  config = with_fit(R"({"schedule":{"class_name":"PiecewiseConstantDecay","config":{"boundaries":[2,4],
      "values":[1,0.5,0.1]}}})");
  CHECK(config.options.schedule.at(3) == 0.5);
  config = with_fit(
      R"({"schedule":{"class_name":"ReduceLROnPlateau","config":{"monitor":"val_macro_f1","factor":0.5,
      "patience":3,"min_delta":0.01,"cooldown":1,"min_lr":1e-5}}})");
  REQUIRE(config.options.plateau.has_value());
  CHECK(config.options.plateau->monitor == Monitor::val_macro_f1);
  CHECK(config.options.plateau->factor == 0.5);
  CHECK(config.options.plateau->patience == 3);
  CHECK(config.options.plateau->min_delta == 0.01);
  CHECK(config.options.plateau->cooldown == 1);
  CHECK(config.options.plateau->min_lr == 1e-5);
}

TEST_CASE("fit") {
  const TrainConfig config = with_fit(R"({"epochs":5,"batch_size":7,"seed":9007199254740993,"shuffle":false,
      "validation":true,"schedule":null,"early_stopping":{"monitor":"val_accuracy","min_delta":0.5,"patience":4,
      "start_from_epoch":2,"restore_best_weights":false}})");
  CHECK(config.options.epochs == 5);
  CHECK(config.options.batch_size == 7);
  CHECK(config.options.seed == 9007199254740993U);
  CHECK_FALSE(config.options.shuffle);
  REQUIRE(config.options.early_stopping.has_value());
  CHECK(config.options.early_stopping->monitor == Monitor::val_accuracy);
  CHECK(config.options.early_stopping->min_delta == 0.5);
  CHECK(config.options.early_stopping->patience == 4);
  CHECK(config.options.early_stopping->start_from_epoch == 2);
  CHECK_FALSE(config.options.early_stopping->restore_best_weights);
  CHECK(with_fit(R"({"early_stopping":{}})").options.early_stopping->restore_best_weights);
  CHECK_FALSE(with_fit(R"({"early_stopping":null,"validation":false})").validation);
}

TEST_CASE("picture data") {
  const TrainConfig config = with_data(R"({"kind":"image_folder","labels":["a","b"],"validation_split":0.25,
      "image":{"width":8,"height":4,"channels":1,"fit":"fit","fill":255,"scale":1,"mean":[127.5],"std":[64],
      "augmentation":{"horizontal_flip":true,"shift":3,"fill":"zero"}}})");
  CHECK(config.data.kind == DataConfig::Kind::image_folder);
  CHECK(config.data.labels == std::vector<std::string>{"a", "b"});
  CHECK(config.data.validation_split == 0.25);
  const ImageInput expected{8, 4, 1, Fit::fit, 255, 1, {127.5}, {64}};
  CHECK(*config.data.image == expected);
  CHECK(config.data.augmentation == Augmentation{true, 3, Augmentation::Fill::zero});
  const TrainConfig stretched = with_data(
      R"({"kind":"image_folder","image":{"width":8,"height":4,"fit":"stretch","antialias":false}})");
  CHECK(stretched.data.image->fit == Fit::stretch);
  CHECK_FALSE(stretched.data.image->antialias);
  CHECK(config.data.input_shape() == Shape{kUnknown, 4, 8, 1});
}

TEST_CASE("the shares that validate and test") {
  const auto folder = [](const std::string& more) {
    return R"({"kind":"image_folder","image":{"width":8,"height":4})" + more + "}";
  };
  CHECK_FALSE(with_data(folder("")).data.validation_split.has_value());
  CHECK(with_data(folder("")).data.test_split == 0);
  CHECK(with_data(folder(R"(,"validation_split":0)")).data.validation_split == 0);
  const TrainConfig both = with_data(folder(R"(,"validation_split":0.95,"test_split":0.04)"));
  CHECK(both.data.validation_split == 0.95);
  CHECK(both.data.test_split == 0.04);
  const auto refused = [&](const std::string& more) { return error_text([&] { with_data(folder(more)); }); };
  CHECK(refused(R"(,"validation_split":1)") ==
        "data.validation_split: expected a share from 0 to below 1, found 1");
  CHECK(refused(R"(,"test_split":-0.1)") ==
        "data.test_split: expected a share from 0 to below 1, found -0.1");
  CHECK_THAT(refused(R"(,"validation_split":0.5,"test_split":0.5)"), Contains("leave nothing to train on"));
  CHECK_THAT(refused(R"(,"test_split":0.95)"), Contains("validation_split 0.1 and test_split 0.95"));
}

TEST_CASE("columns, delimiter and shares of texts") {
  const auto csv = [](const std::string& more) {
    return with_data(R"({"kind":"csv_text","text":{"sequence_length":3})" + more + "}").data;
  };
  CHECK(csv("").columns == CsvColumns{"text", "label"});
  CHECK_FALSE(csv("").delimiter.has_value());
  const DataConfig data =
      csv(R"(,"columns":{"text":"message","label":"category"},"delimiter":"\t","test_split":0.2)");
  CHECK(data.columns == CsvColumns{"message", "category"});
  CHECK(data.delimiter == '\t');
  CHECK(data.test_split == 0.2);
  CHECK(csv(R"(,"columns":{"label":"category"},"delimiter":null)").columns == CsvColumns{"text", "category"});
  const auto refused = [&](const std::string& more) { return error_text([&] { csv(more); }); };
  CHECK_THAT(refused(R"(,"columns":{"texts":"a"})"), Contains("data.columns: key \"texts\" is not known"));
  CHECK_THAT(refused(R"(,"columns":{"text":"label"})"), Contains("expected two columns"));
  CHECK_THAT(refused(R"(,"delimiter":";;")"), Contains("data.delimiter: expected one of "));
}

TEST_CASE("text data, and an embedding as large as the vocabulary") {
  const TrainConfig config = with_text(R"({"sequence_length":80,"max_tokens":1000})");
  CHECK(config.data.kind == DataConfig::Kind::csv_text);
  CHECK(*config.data.text == TextAdapt{1000, 80});
  CHECK_FALSE(config.data.image.has_value());
  const Model model = model_from_config(config.model_json(500), config.data.input_shape());
  CHECK(model.parameters()[0].info.shape == Shape{500, 4});
  CHECK(error_text([&] { config.model_json(0); }) ==
        R"(model: "input_dim": "vocabulary" needs a vocabulary, but there is none)");
  CHECK(with_text(R"({"sequence_length":80,"max_tokens":null})").data.text->max_tokens == 0);
}

TEST_CASE("the configs of the weights are read") {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(lapis_test::repository_path("weights"))) {
    if (entry.path().extension() != ".json") continue;
    CAPTURE(entry.path().filename().string());
    CHECK(error_text([&] { parse_train_config(lapis_test::read_text(entry.path())); }) == "no error");
    ++count;
  }
  CHECK(count >= 5);
}

TEST_CASE("an unknown key is an error that names its path") {
  const auto compile = [](const std::string& text) { return error_text([&] { with_compile(text); }); };
  const auto fit = [](const std::string& text) { return error_text([&] { with_fit(text); }); };
  const auto data = [](const std::string& text) { return error_text([&] { with_data(text); }); };
  CHECK_THAT(compile(R"({"metrics":[]})"),
             Contains("compile: key \"metrics\" is not known; known: optimizer, loss"));
  CHECK_THAT(compile(R"({"optimizer":{"class_name":"SGD","config":{"beta_1":0.9}}})"),
             Contains("compile.optimizer.config: key \"beta_1\" is not known"));
  CHECK_THAT(compile(R"({"optimizer":{"class_name":"SGD","lr":1}})"),
             Contains("compile.optimizer: key \"lr\""));
  CHECK_THAT(compile(R"({"loss":{"class_name":"SparseCategoricalCrossentropy","config":{"axis":1}}})"),
             Contains("compile.loss.config: key \"axis\""));
  CHECK_THAT(fit(R"({"epoch":3})"), Contains("fit: key \"epoch\" is not known; known: epochs, "));
  CHECK_THAT(fit(R"({"early_stopping":{"mode":"min"}})"), Contains("fit.early_stopping: key \"mode\""));
  CHECK_THAT(fit(R"({"schedule":{"class_name":"CosineDecay","config":{"decay_rate":1}}})"),
             Contains("fit.schedule.config: key \"decay_rate\""));
  CHECK_THAT(data(R"({"kind":"cifar10","text":{}})"),
             Contains("data: key \"text\" is not known; known: kind, image"));
  CHECK_THAT(data(R"({"kind":"cifar10","validation_split":0.1})"),
             Contains("data: key \"validation_split\""));
  CHECK_THAT(data(R"({"kind":"cifar10","image":{"size":1}})"), Contains("data.image: key \"size\""));
  CHECK_THAT(data(R"({"kind":"cifar10","image":{"augmentation":{"rotate":1}}})"),
             Contains("data.image.augmentation: key \"rotate\""));
  CHECK_THAT(error_text([] { with_text(R"({"sequence_length":3,"vocabulary":[]})"); }),
             Contains("data.text: key \"vocabulary\""));
  CHECK_THAT(error_text([] { parse_train_config(R"({"model":[],"data":{"kind":"cifar10"},"extra":1})"); }),
             Contains("key \"extra\" is not known; known: model, compile, fit, data"));
}

TEST_CASE("wrong values name their path, what is expected and what was found") {
  const auto compile = [](const std::string& text) { return error_text([&] { with_compile(text); }); };
  const auto fit = [](const std::string& text) { return error_text([&] { with_fit(text); }); };
  const auto data = [](const std::string& text) { return error_text([&] { with_data(text); }); };
  CHECK(fit(R"({"early_stopping":{"patience":"5"}})") ==
        R"(fit.early_stopping.patience: expected a whole number >= 0, found "5")");
  CHECK(fit(R"({"epochs":0})") == "fit.epochs: expected a whole number >= 1, found 0");
  CHECK(fit(R"({"seed":-1})") == "fit.seed: expected a whole number >= 0, found -1");
  CHECK_THAT(fit(R"({"early_stopping":{"monitor":"val_f1"}})"),
             Contains("fit.early_stopping.monitor: expected one of val_loss, val_accuracy, val_macro_f1"));
  CHECK(fit(R"({"validation":false,"early_stopping":{}})") ==
        "fit.early_stopping: watches val_loss, but fit.validation is false");
  CHECK_THAT(fit(R"({"schedule":"linear"})"), Contains("fit.schedule: schedule \"linear\" is not known"));
  CHECK_THAT(
      fit(R"({"schedule":{"class_name":"PiecewiseConstantDecay","config":{"boundaries":[1],"values":[1]}}})"),
      Contains("fit.schedule: learning rate: 1 values for 1 boundaries"));
  CHECK_THAT(fit(R"({"schedule":{"class_name":"ExponentialDecay"}})"),
             Contains("key \"decay_rate\" is missing"));
  CHECK_THAT(
      compile(R"({"optimizer":"adagrad"})"),
      Contains("compile.optimizer: optimizer \"adagrad\" is not known; known: SGD, RMSprop, Adam, AdamW"));
  CHECK_THAT(compile(R"({"optimizer":{"class_name":"Adam","config":{"use_ema":true}}})"),
             Contains("compile.optimizer.config.use_ema: expected false or null"));
  CHECK_THAT(compile(R"({"optimizer":{"class_name":"Adam","config":{"clipnorm":1,"clipvalue":1}}})"),
             Contains("compile.optimizer: optimizer: only one of clipnorm"));
  CHECK_THAT(
      compile(R"({"optimizer":{"class_name":"Adam","config":{"learning_rate":"big"}}})"),
      Contains(
          "compile.optimizer.config.learning_rate: expected a number >= 0 or a schedule, found \"big\""));
  CHECK_THAT(compile(R"({"loss":"mae"})"), Contains("compile.loss: loss \"mae\" is not known"));
  CHECK_THAT(data(R"({"kind":"mnist"})"),
             Contains("data.kind: expected one of cifar10, csv_text, nusax, image_folder"));
  CHECK_THAT(data("{}"), Contains("data: key \"kind\" is missing"));
  CHECK_THAT(data(R"({"kind":"image_folder"})"), Contains("data: key \"image\" is missing"));
  CHECK_THAT(data(R"({"kind":"image_folder","image":{"width":3}})"),
             Contains("data.image: key \"height\" is missing"));
  CHECK_THAT(data(R"({"kind":"cifar10","image":{"std":[0]}})"),
             Contains("data.image: image input: std holds 0"));
  CHECK_THAT(data(R"({"kind":"cifar10","labels":["a","a"]})"),
             Contains("data.labels: label \"a\" stands there twice"));
  CHECK_THAT(error_text([] { with_text(R"({"sequence_length":0})"); }),
             Contains("data.text.sequence_length: expected a whole number >= 1, found 0"));
  CHECK_THAT(error_text([] { with_text(R"({"sequence_length":5,"max_tokens":1})"); }),
             Contains("data.text.max_tokens: expected a whole number >= 2"));
}

TEST_CASE("faults of the model show before any data is read") {
  const auto model = [](const std::string& text) {
    return error_text([&] { parse_train_config(R"({"model":)" + text + R"(,"data":{"kind":"cifar10"}})"); });
  };
  CHECK_THAT(model(R"([{"class_name":"Dense","config":{"units":0}}])"),
             Contains("model: ") && Contains("units"));
  CHECK_THAT(model(R"([{"class_name":"Dnse","config":{}}])"), Contains("model: ") && Contains("Dnse"));
  CHECK_THAT(model(R"([{"class_name":"Embedding","config":{"input_dim":"vocabulary","output_dim":2}}])"),
             Contains("stands in a model for pictures"));
  CHECK(model(R"([{"class_name":"InputLayer","config":{"batch_shape":[null,28,28,3]}},
                  {"class_name":"Flatten","config":{}}])") ==
        "model: its input is [?,28,28,3], but the data section makes [?,32,32,3]");
  CHECK_THAT(error_text([] { parse_train_config("{}"); }), Contains("key \"model\" is missing"));
  CHECK_THAT(error_text([] { parse_train_config("{\"model\":"); }), Contains("line 1"));
  CHECK_THAT(error_text([] { parse_train_config("[]"); }), Contains("expected an object"));
}
