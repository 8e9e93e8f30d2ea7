#include "lapis/io/train_config.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>

#include "lapis/io/json.h"
#include "lapis/io/json_reader.h"
#include "lapis/io/keras_model.h"

namespace lapis {

namespace {

constexpr double kHuge = std::numeric_limits<double>::max();
constexpr std::string_view kVocabulary = "vocabulary";

void read(ObjectReader& object, std::string_view key, bool& value) {
  if (const auto found = object.find(key)) value = found->boolean();
}

void read(ObjectReader& object, std::string_view key, Index& value, Index minimum) {
  if (const auto found = object.find(key)) value = found->integer(minimum);
}

void read(ObjectReader& object, std::string_view key, double& value, double minimum, double maximum) {
  if (const auto found = object.find(key)) value = found->number(minimum, maximum);
}

/// JSON null is "not set".
void read(ObjectReader& object, std::string_view key, std::optional<double>& value) {
  const auto found = object.find(key);
  if (found && !found->is_null()) value = found->number(0, kHuge);
}

/// Training steps.
void read_steps(ObjectReader& object, std::string_view key, std::int64_t& value) {
  if (const auto found = object.find(key)) value = found->integer(0);
}

template <class T, std::size_t n>
void read_choice(ObjectReader& object, std::string_view key, T& value,
                 const std::pair<std::string_view, T> (&choices)[n]) {
  const auto found = object.find(key);
  if (!found) return;
  std::string names;
  for (const auto& [name, choice] : choices) {
    if (found->json().string() != nullptr && *found->json().string() == name) {
      value = choice;
      return;
    }
    names += (names.empty() ? "" : ", ") + std::string(name);
  }
  found->expected("one of " + names);
}

/// A setting of Keras's that is supported only where it changes nothing.
void read_off(ObjectReader& object, std::string_view key) {
  const auto found = object.find(key);
  if (!found || found->is_null()) return;
  const bool* value = found->json().boolean();
  if (value == nullptr || *value) found->expected("false or null (the other is not supported)");
}

/// Keras's way to name an object: "adam", or {"class_name": "Adam", "config": {...}} (other keys of Keras's
/// own serialisation are dropped). The config of a bare name is empty.
struct Named {
  JsonCursor where;
  std::string name;  // lower case
  JsonCursor config;
  std::shared_ptr<const Json> owned;  // the empty config of a bare name
};

Named read_named(const JsonCursor& value) {
  std::string name;
  auto owned = std::make_shared<const Json>(Json::Object{});
  JsonCursor config(*owned, value.path());
  if (const std::string* text = value.json().string()) {
    name = *text;
  } else {
    ObjectReader object(value);
    name = object.need("class_name").string();
    if (const auto found = object.find("config")) config = *found;
    for (const char* key : {"module", "registered_name", "build_config"}) object.ignore(key);
    object.finish();
  }
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return {value, name, config, std::move(owned)};
}

// --- compile
// -------------------------------------------------------------------------------------------------

/// `schedule.initial_learning_rate` is what a schedule without one starts from.
Schedule read_schedule(const Named& named, Schedule schedule) {
  ObjectReader object(named.config);
  object.ignore("name");
  read(object, "initial_learning_rate", schedule.initial_learning_rate, 0, kHuge);
  if (named.name == "exponentialdecay") {
    schedule.kind = Schedule::Kind::exponential_decay;
    read_steps(object, "decay_steps", schedule.decay_steps);
    schedule.decay_rate = object.need("decay_rate").number(0, kHuge);
    read(object, "staircase", schedule.staircase);
  } else if (named.name == "cosinedecay") {
    schedule.kind = Schedule::Kind::cosine_decay;
    read_steps(object, "decay_steps", schedule.decay_steps);
    read(object, "alpha", schedule.alpha, 0, kHuge);
    read(object, "warmup_target", schedule.warmup_target);
    read_steps(object, "warmup_steps", schedule.warmup_steps);
  } else if (named.name == "piecewiseconstantdecay") {
    schedule.kind = Schedule::Kind::piecewise_constant_decay;
    for (const JsonCursor& item : object.need("boundaries").items()) {
      schedule.boundaries.push_back(item.integer(0));
    }
    for (const JsonCursor& item : object.need("values").items())
      schedule.values.push_back(item.number(0, kHuge));
  } else {
    fail(named.where.path(), ": schedule ", in_quotes(named.name),
         " is not known; known: ExponentialDecay, CosineDecay, PiecewiseConstantDecay, ReduceLROnPlateau");
  }
  object.finish();
  try {
    schedule.resolved(1);
  } catch (const Error& error) {
    throw error.inside(named.where.path());
  }
  return schedule;
}

void read_learning_rate(ObjectReader& object, Schedule& schedule) {
  const auto found = object.find("learning_rate");
  if (!found) return;
  if (found->json().number()) {
    schedule.initial_learning_rate = found->number(0, kHuge);
  } else if (found->json().object() != nullptr) {
    schedule = read_schedule(read_named(*found), schedule);
  } else {
    found->expected("a number >= 0 or a schedule");
  }
}

void read_optimizer(const JsonCursor& value, TrainOptions& options) {
  const Named named = read_named(value);
  OptimizerConfig& optimizer = options.optimizer;
  ObjectReader object(named.config);
  if (named.name == "sgd") {
    optimizer.kind = OptimizerConfig::Kind::sgd;
    options.schedule.initial_learning_rate = 0.01;
    read(object, "momentum", optimizer.momentum, 0, 1);
    read(object, "nesterov", optimizer.nesterov);
  } else if (named.name == "adam" || named.name == "adamw") {
    const bool decays = named.name == "adamw";
    optimizer.kind = decays ? OptimizerConfig::Kind::adamw : OptimizerConfig::Kind::adam;
    optimizer.weight_decay = decays ? 0.004 : 0;
    read(object, "beta_1", optimizer.beta_1, 0, 1);
    read(object, "beta_2", optimizer.beta_2, 0, 1);
    read(object, "epsilon", optimizer.epsilon, 0, 1);
    read_off(object, "amsgrad");
  } else {
    fail(named.where.path(), ": optimizer ", in_quotes(named.name), " is not known; known: SGD, Adam, AdamW");
  }
  read_learning_rate(object, options.schedule);
  std::optional<double> weight_decay;
  read(object, "weight_decay", weight_decay);
  if (weight_decay) optimizer.weight_decay = *weight_decay;
  read(object, "clipnorm", optimizer.clipnorm);
  read(object, "global_clipnorm", optimizer.global_clipnorm);
  read(object, "clipvalue", optimizer.clipvalue);
  for (const char* key : {"use_ema", "loss_scale_factor", "gradient_accumulation_steps"})
    read_off(object, key);
  for (const char* key : {"name", "ema_momentum", "ema_overwrite_frequency"}) object.ignore(key);
  object.finish();
  try {
    check_optimizer(optimizer);
  } catch (const Error& error) {
    throw error.inside(named.where.path());
  }
}

void read_loss(const JsonCursor& value, LossConfig& loss) {
  const Named named = read_named(value);
  if (named.name != "sparse_categorical_crossentropy" && named.name != "sparsecategoricalcrossentropy") {
    fail(named.where.path(), ": loss ", in_quotes(named.name),
         " is not known; known: sparse_categorical_crossentropy");
  }
  ObjectReader object(named.config);
  read(object, "from_logits", loss.from_logits);
  read_off(object, "ignore_class");
  bool is_mean = true;
  read_choice(object, "reduction", is_mean, {{"sum_over_batch_size", true}, {"mean", true}});
  for (const char* key : {"name", "dtype"}) object.ignore(key);
  object.finish();
}

void read_compile(const JsonCursor& value, TrainOptions& options) {
  ObjectReader object(value);
  if (const auto found = object.find("optimizer")) read_optimizer(*found, options);
  if (const auto found = object.find("loss")) read_loss(*found, options.loss);
  object.finish();
}

// --- fit
// -----------------------------------------------------------------------------------------------------

void read_monitor(ObjectReader& object, Monitor& monitor, bool has_validation) {
  read_choice(object, "monitor", monitor,
              {{"val_loss", Monitor::val_loss},
               {"val_accuracy", Monitor::val_accuracy},
               {"val_macro_f1", Monitor::val_macro_f1},
               {"loss", Monitor::loss},
               {"accuracy", Monitor::accuracy}});
  if (is_validation(monitor) && !has_validation) {
    fail(object.path(), ": watches ", monitor_name(monitor), ", but fit.validation is false");
  }
}

EarlyStoppingConfig read_early_stopping(const JsonCursor& value, bool has_validation) {
  EarlyStoppingConfig config;
  ObjectReader object(value);
  read_monitor(object, config.monitor, has_validation);
  read(object, "min_delta", config.min_delta, 0, kHuge);
  read(object, "patience", config.patience, 0);
  read(object, "start_from_epoch", config.start_from_epoch, 0);
  read(object, "restore_best_weights", config.restore_best_weights);
  object.finish();
  return config;
}

PlateauConfig read_plateau(const Named& named, bool has_validation) {
  PlateauConfig config;
  ObjectReader object(named.config);
  read_monitor(object, config.monitor, has_validation);
  read(object, "factor", config.factor, 0, 1);
  read(object, "patience", config.patience, 0);
  read(object, "min_delta", config.min_delta, 0, kHuge);
  read(object, "cooldown", config.cooldown, 0);
  read(object, "min_lr", config.min_lr, 0, kHuge);
  object.finish();
  return config;
}

void read_fit(const JsonCursor& value, TrainConfig& config) {
  TrainOptions& options = config.options;
  ObjectReader object(value);
  read(object, "epochs", options.epochs, 1);
  read(object, "batch_size", options.batch_size, 1);
  read(object, "shuffle", options.shuffle);
  read(object, "validation", config.validation);
  if (const auto found = object.find("seed")) {
    const std::int64_t* seed = found->json().integer();
    if (seed == nullptr || *seed < 0) found->expected("a whole number >= 0");
    options.seed = static_cast<std::uint64_t>(*seed);
  }
  if (const auto found = object.find("early_stopping"); found && !found->is_null()) {
    options.early_stopping = read_early_stopping(*found, config.validation);
  }
  if (const auto found = object.find("schedule"); found && !found->is_null()) {
    if (options.schedule.kind != Schedule::Kind::constant) {
      fail(found->path(), ": the optimizer's learning_rate is a schedule already; keep one of the two");
    }
    const Named named = read_named(*found);
    if (named.name == "reducelronplateau")
      options.plateau = read_plateau(named, config.validation);
    else
      options.schedule = read_schedule(named, options.schedule);
  }
  object.finish();
}

// --- data
// ----------------------------------------------------------------------------------------------------

Augmentation read_augmentation(const JsonCursor& value) {
  Augmentation augmentation;
  ObjectReader object(value);
  read(object, "horizontal_flip", augmentation.horizontal_flip);
  read(object, "shift", augmentation.shift, 0);
  read_choice(object, "fill", augmentation.fill,
              {{"zero", Augmentation::Fill::zero}, {"reflect", Augmentation::Fill::reflect}});
  object.finish();
  return augmentation;
}

std::vector<double> read_numbers(ObjectReader& object, std::string_view key) {
  std::vector<double> numbers;
  if (const auto found = object.find(key)) {
    for (const JsonCursor& item : found->items()) numbers.push_back(item.number());
  }
  return numbers;
}

void read_image(const JsonCursor& value, DataConfig& data) {
  ObjectReader object(value);
  ImageInput& image = *data.image;
  const bool needs_size = data.kind == DataConfig::Kind::image_folder;
  image.width = needs_size ? object.need("width").integer(1) : image.width;
  image.height = needs_size ? object.need("height").integer(1) : image.height;
  read(object, "width", image.width, 1);
  read(object, "height", image.height, 1);
  read(object, "channels", image.channels, 1);
  read_choice(object, "fit", image.fit, {{"crop", Fit::crop}, {"fit", Fit::fit}});
  if (const auto found = object.find("fill")) image.fill = static_cast<std::uint8_t>(found->integer(0, 255));
  read(object, "scale", image.scale, -kHuge, kHuge);
  image.mean = read_numbers(object, "mean");
  image.std = read_numbers(object, "std");
  if (const auto found = object.find("augmentation")) data.augmentation = read_augmentation(*found);
  object.finish();
  try {
    check_image_input(image);
  } catch (const Error& error) {
    throw error.inside(value.path());
  }
}

void read_text(const JsonCursor& value, DataConfig& data) {
  ObjectReader object(value);
  data.text.emplace();
  data.text->sequence_length = object.need("sequence_length").integer(1);
  if (const auto found = object.find("max_tokens"); found && !found->is_null()) {
    data.text->max_tokens = found->integer(2);
  }
  object.finish();
}

void read_labels(const JsonCursor& value, std::vector<std::string>& labels) {
  labels = value.strings();
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (std::find(labels.begin(), labels.begin() + static_cast<std::ptrdiff_t>(i), labels[i]) !=
        labels.begin() + static_cast<std::ptrdiff_t>(i)) {
      fail(value.path(), ": label ", in_quotes(labels[i]), " stands there twice");
    }
  }
}

void read_data(const JsonCursor& value, DataConfig& data) {
  ObjectReader object(value);
  object.need("kind");
  read_choice(object, "kind", data.kind,
              {{"cifar10", DataConfig::Kind::cifar10},
               {"nusax", DataConfig::Kind::nusax},
               {"image_folder", DataConfig::Kind::image_folder}});
  if (data.kind == DataConfig::Kind::nusax) {
    read_text(object.need("text"), data);
  } else {
    data.image.emplace();
    const bool is_cifar = data.kind == DataConfig::Kind::cifar10;
    if (is_cifar) data.image->width = data.image->height = 32;
    const auto image = is_cifar ? object.find("image") : object.need("image");
    if (image) read_image(*image, data);
  }
  if (data.kind == DataConfig::Kind::image_folder) {
    read(object, "validation_split", data.validation_split, 0, 0.9);
  }
  if (const auto found = object.find("labels")) read_labels(*found, data.labels);
  object.finish();
}

/// A copy of `json` with every `"input_dim": "vocabulary"` replaced; counts them.
Json with_vocabulary_size(const Json& json, Index size, int& count) {
  if (const Json::Array* array = json.array()) {
    Json::Array items;
    for (const Json& item : *array) items.push_back(with_vocabulary_size(item, size, count));
    return items;
  }
  if (const Json::Object* object = json.object()) {
    Json::Object members;
    for (const JsonMember& member : *object) {
      const std::string* text = member.value.string();
      if (member.key == "input_dim" && text != nullptr && *text == kVocabulary) {
        ++count;
        members.push_back({member.key, std::int64_t{size}});
      } else {
        members.push_back({member.key, with_vocabulary_size(member.value, size, count)});
      }
    }
    return members;
  }
  return json;
}

/// The model's own input shape, where it has one, against what the data section makes.
void check_input_shape(const Shape& expected, const Shape& found) {
  bool fits = expected.rank() == found.rank();
  for (int axis = 1; fits && axis < found.rank(); ++axis) {
    fits = expected[axis] == kUnknown || expected[axis] == found[axis];
  }
  if (!fits) fail("its input is ", expected, ", but the data section makes ", found);
}

/// Finds faults of the model before any data is read.
void check_model(const TrainConfig& config) {
  int count = 0;
  const Json json = with_vocabulary_size(Json::parse(config.model), 2, count);
  if (count > 0 && !config.data.text) {
    fail("model: \"input_dim\": \"vocabulary\" stands in a model for pictures; give a number");
  }
  const Shape x = config.data.input_shape();
  try {
    const ModelDescription description = describe_model(json, x);
    description.parameters();
    check_input_shape(description.input_shape, x);
  } catch (const Error& error) {
    throw error.inside("model");
  }
}

}  // namespace

Shape DataConfig::input_shape() const {
  if (text) return {kUnknown, text->sequence_length};
  return {kUnknown, image->height, image->width, image->channels};
}

std::string TrainConfig::model_json(Index vocabulary_size) const {
  int count = 0;
  std::string text = with_vocabulary_size(Json::parse(model), vocabulary_size, count).dump();
  if (count > 0 && vocabulary_size < 1) {
    fail("model: \"input_dim\": \"vocabulary\" needs a vocabulary, but there is none");
  }
  return text;
}

TrainConfig parse_train_config(std::string_view json) {
  const Json root = Json::parse(json);
  TrainConfig config;
  ObjectReader object(JsonCursor(root, ""));
  config.model = object.need("model").json().dump();
  if (const auto found = object.find("compile")) read_compile(*found, config.options);
  if (const auto found = object.find("fit")) read_fit(*found, config);
  read_data(object.need("data"), config.data);
  object.finish();
  check_model(config);
  return config;
}

}  // namespace lapis
