#include "lapis/io/train_config.h"

#include "lapis/io/compile_config.h"
#include "lapis/io/config_values.h"
#include "lapis/io/data_config.h"
#include "lapis/io/json.h"
#include "lapis/io/keras_model.h"

namespace lapis {

namespace {

constexpr std::string_view kVocabulary = "vocabulary";

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
  read_value(object, "min_delta", config.min_delta, 0, kLargestNumber);
  read_value(object, "patience", config.patience, 0);
  read_value(object, "start_from_epoch", config.start_from_epoch, 0);
  read_value(object, "restore_best_weights", config.restore_best_weights);
  object.finish();
  return config;
}

PlateauConfig read_plateau(const Named& named, bool has_validation) {
  PlateauConfig config;
  ObjectReader object(named.config);
  read_monitor(object, config.monitor, has_validation);
  read_value(object, "factor", config.factor, 0, 1);
  read_value(object, "patience", config.patience, 0);
  read_value(object, "min_delta", config.min_delta, 0, kLargestNumber);
  read_value(object, "cooldown", config.cooldown, 0);
  read_value(object, "min_lr", config.min_lr, 0, kLargestNumber);
  object.finish();
  return config;
}

void read_fit(const JsonCursor& value, TrainConfig& config) {
  TrainOptions& options = config.options;
  ObjectReader object(value);
  read_value(object, "epochs", options.epochs, 1);
  Index batch_size = 0;
  read_value(object, "batch_size", batch_size, 1);
  if (batch_size > 0) options.batch_size = batch_size;
  read_value(object, "shuffle", options.shuffle);
  read_value(object, "validation", config.validation);
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
    refuse_text_layer(description);
    description.parameters();
    check_input_shape(description.input_shape, x);
  } catch (const Error& error) {
    throw error.inside("model");
  }
}

}  // namespace

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
