// `lapis info`: what is in a model file and what it takes to run it.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "commands.h"
#include "common.h"
#include "console.h"
#include "lapis/model/cost.h"
#include "lapis/model/open_sizes.h"
#include "lapis/model/plan.h"
#include "speed.h"

namespace lapis::native {
namespace {

/// Beyond either the speed is left to `lapis bench`, so that this command stays quick.
constexpr Cost kQuick = {.work = 1e9, .bytes = 64e6};
/// Classes without names that are worth a list of their numbers.
constexpr Index kMostNumbered = 1000;

constexpr double kSpeedSeconds = 0.2;

struct Options {
  std::string model;
  Index batch = 1;
  bool layers = false;
  bool json = false;
};

/// Of one prediction of one sample, on one thread.
struct MeasuredSpeed {
  SpeedOptions options;
  std::optional<Speed> speed;
  std::string why_not;  // where there is none
};

struct LayerCost {
  Index parameters = 0;
  Index trainable = 0;  // of them
  double macs = 0;      // of one sample of the counted shape
  Shape output;         // of one sample; sizes that are open stay so
};

/// `sample`: as the model has it. `counted`: with known sizes; what multiplications are counted for.
std::vector<LayerCost> layer_costs(const Model& model, const Shape& sample, const Shape& counted) {
  std::vector<LayerCost> costs(static_cast<std::size_t>(model.layer_count()));
  Shape x = with_batch_in_front(1, counted);
  Shape open = with_batch_in_front(1, sample);
  for (int i = 0; i < model.layer_count(); ++i) {
    LayerCost& cost = costs[static_cast<std::size_t>(i)];
    cost.macs = model.layer(i).macs(x);
    x = model.layer(i).output_shape(x);
    open = model.layer(i).output_shape(open);
    cost.output = open.without_batch();
  }
  for (const ModelParameter& parameter : model.parameters()) {
    LayerCost& cost = costs[static_cast<std::size_t>(parameter.layer)];
    cost.parameters += parameter.info.shape.size();
    if (parameter.info.trainable) cost.trainable += parameter.info.shape.size();
  }
  return costs;
}

/// Bytes of the workspaces for a batch; the parameters are shared and come on top.
struct PlanBytes {
  std::size_t predict = 0, inspect = 0, train = 0;
  std::size_t prepared = 0;  // to predict, for any batch: the parameters as the kernels want them
};

PlanBytes plan_bytes(const Model& model, const Shape& sample, Index batch) {
  const std::unique_ptr<Backend> backend = make_cpu_backend(1);
  const Shape x = with_batch_in_front(batch, sample);
  const auto bytes = [&](Mode mode) { return Plan(model, *backend, x, mode).bytes(); };
  const Plan predict(model, *backend, x, Mode::predict);
  return {predict.bytes(), bytes(Mode::inspect), bytes(Mode::train), predict.prepared_bytes()};
}

MeasuredSpeed measure(ModelFile& file, bool layers) {
  MeasuredSpeed measured;
  measured.options.layers = layers;
  measured.options.seconds = kSpeedSeconds;
  const Shape x = with_batch_in_front(1, sample_shape(file));
  if (!x.is_known()) {
    measured.why_not = "the model leaves sizes open: " + file.model.input_shape().to_string();
    return measured;
  }
  if (!cost_of(file.model, *make_cpu_backend(1), x).is_within(kQuick)) {
    measured.why_not = "too large to be quick; see lapis bench";
    return measured;
  }
  measured.speed = measure_speed(file, x, measured.options);
  return measured;
}

Json integer(std::size_t value) {
  return Json(static_cast<std::int64_t>(value));
}

Json input_json(const ModelFile& file) {
  Json::Object input = {{"kind", input_kind(file.input)}, {"shape", to_json(sample_shape(file))}};
  if (const auto* text = std::get_if<TextInput>(&file.input)) {
    input.push_back({"vocabulary", integer(text->vocabulary.size())});
  }
  return input;
}

/// What classes are called; nothing where they are only numbers, and too many to be listed.
std::vector<std::string> names_to_show(const ModelFile& file) {
  const Index classes = file.model.output_shape()[-1];
  return file.labels.empty() && classes > kMostNumbered ? std::vector<std::string>() : answer_names(file);
}

void print_json_info(const Options& options, const ModelFile& file, const Shape& counted,
                     const std::vector<LayerCost>& costs, const PlanBytes& bytes,
                     const MeasuredSpeed& measured) {
  Json::Array layers;
  double macs = 0;
  Index trainable = 0;
  for (int i = 0; i < file.model.layer_count(); ++i) {
    const Layer& layer = file.model.layer(i);
    const LayerCost& cost = costs[static_cast<std::size_t>(i)];
    layers.emplace_back(Json::Object{{"name", layer.name()},
                                     {"type", layer.type()},
                                     {"output_shape", to_json(cost.output)},
                                     {"parameters", std::int64_t{cost.parameters}},
                                     {"trainable", std::int64_t{cost.trainable}},
                                     {"macs", cost.macs}});
    macs += cost.macs;
    trainable += cost.trainable;
  }
  Json::Object metrics;
  for (const auto& [name, value] : file.metrics) metrics.push_back({name, value});
  Json::Object info = {
      {"name", file.model.name()},
      {"input", input_json(file)},
      {"output", output_json(meaning_of(file), file.model.output_shape().without_batch())},
      {"labels", to_json(names_to_show(file))},
      {"loss", file.loss.empty() ? Json() : Json::parse(file.loss)},
      {"layers", std::move(layers)},
      {"parameters", integer(file.model.values().size())},
      {"trainable", std::int64_t{trainable}},
      {"macs", macs},
      {"macs_input", to_json(counted)},
      {"memory", Json::Object{{"batch", std::int64_t{options.batch}},
                              {"parameters", integer(file.model.values().size() * sizeof(Real))},
                              {"predict", integer(bytes.predict)},
                              {"inspect", integer(bytes.inspect)},
                              {"train", integer(bytes.train)},
                              {"prepared", integer(bytes.prepared)}}},
      {"speed", measured.speed ? Json(to_json(*measured.speed, measured.options)) : Json()},
      {"metrics", std::move(metrics)},
      {"training", file.training.empty() ? Json() : Json::parse(file.training)},
  };
  if (!measured.speed) info.push_back({"not_measured", measured.why_not});
  print_json(std::move(info));
}

std::string input_line(const ModelFile& file) {
  const Shape shape = sample_shape(file);
  if (const auto* image = std::get_if<ImageInput>(&file.input)) {
    return "pictures of " + std::to_string(image->width) + " x " + std::to_string(image->height) +
           (image->channels == 3 ? " RGB" : " grey");
  }
  if (const auto* text = std::get_if<TextInput>(&file.input)) {
    return "texts of up to " + std::to_string(text->sequence_length) + " words, " +
           format_count(static_cast<double>(text->vocabulary.size())) + " in the vocabulary";
  }
  return "numbers " + shape.to_string();
}

std::string join(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

void print_memory(const Options& options, const ModelFile& file, const PlanBytes& bytes) {
  const auto text = [](std::size_t count) { return format_bytes(static_cast<double>(count)); };
  std::printf("  memory   %s parameters", text(file.model.values().size() * sizeof(Real)).c_str());
  if (bytes.prepared > 0) std::printf("; %s more, prepared to predict", text(bytes.prepared).c_str());
  std::printf("\n           for a batch of %td: %s to predict, %s to inspect, %s to train\n", options.batch,
              text(bytes.predict).c_str(), text(bytes.inspect).c_str(), text(bytes.train).c_str());
}

/// What the network puts out, in words.
std::string output_line(const OutputMeaning& meaning) {
  const std::string by = meaning.applied == Activation::softmax   ? ", by softmax of its scores"
                         : meaning.applied == Activation::sigmoid ? ", by sigmoid of its scores"
                                                                  : "";
  switch (meaning.kind) {
    case OutputMeaning::Kind::distribution:
      return "probabilities of the classes" + by;
    case OutputMeaning::Kind::binary:
      return "the probability of the second class" + by;
    case OutputMeaning::Kind::independent:
      return "a probability for each output by itself" + by;
    case OutputMeaning::Kind::values:
      break;
  }
  return "values, which are no probabilities";
}

void print_plain(const Options& options, const ModelFile& file, const std::vector<LayerCost>& costs,
                 const Shape& counted, const PlanBytes& bytes, const MeasuredSpeed& measured) {
  const Style style(stdout);
  const int width = terminal_width(stdout);
  std::printf("%s%s%s\n\n", style.bold, file.model.name().c_str(), style.off);
  std::printf("  reads    %s\n", input_line(file).c_str());
  std::printf("  gives    %s\n", output_line(meaning_of(file)).c_str());
  const std::vector<std::string> names = names_to_show(file);
  if (!names.empty()) std::printf("  classes  %s\n", cut_to_width(one_line(join(names)), width - 12).c_str());
  std::printf("\n");

  Table table("llrrr");
  table.add({"layer", "type", "output", "parameters", "multiply-adds"});
  double macs = 0;
  Index trainable = 0;
  for (int i = 0; i < file.model.layer_count(); ++i) {
    const LayerCost& cost = costs[static_cast<std::size_t>(i)];
    trainable += cost.trainable;
    const auto number = [](double value) { return value == 0 ? std::string("-") : format_count(value); };
    table.add({file.model.layer(i).name(), std::string(file.model.layer(i).type()), cost.output.to_string(),
               number(static_cast<double>(cost.parameters)), number(cost.macs)});
    macs += cost.macs;
  }
  table.add(
      {"total", "", "", format_count(static_cast<double>(file.model.values().size())), format_count(macs)});
  std::printf("%s\n", table.to_string().c_str());

  if (!sample_shape(file).is_known())
    std::printf("  counted  for an input of %s, the smallest that all layers take\n",
                counted.to_string().c_str());
  const auto count = static_cast<Index>(std::as_const(file.model).values().size());
  if (trainable < count)
    std::printf("  training changes %s parameters by their gradients; %s are frozen or moving statistics\n",
                format_count(static_cast<double>(trainable)).c_str(),
                format_count(static_cast<double>(count - trainable)).c_str());
  print_memory(options, file, bytes);
  if (measured.speed) {
    std::printf("  speed    %s\n           with a batch of 1 on one thread\n",
                speed_line(*measured.speed).c_str());
  } else {
    std::printf("  speed    not measured: %s\n", measured.why_not.c_str());
  }
  std::string metrics;
  for (const auto& [name, value] : file.metrics)
    metrics += (metrics.empty() ? "" : ", ") + name + " " + format_fixed(value, 4);
  if (!metrics.empty()) std::printf("  metrics  %s\n", metrics.c_str());
  if (measured.speed && options.layers) std::printf("\n%s", step_table(*measured.speed).c_str());
}

void info(const Options& options) {
  ModelFile file = load_model(options.model);
  const Shape sample = sample_shape(file);
  const std::optional<Shape> x = with_smallest_sizes(file.model, with_batch_in_front(1, sample));
  if (!x) fail(options.model, ": no size was found that all layers accept where ", sample, " is open");
  const Shape counted = x->without_batch();
  const std::vector<LayerCost> costs = layer_costs(file.model, sample, counted);
  const PlanBytes bytes = plan_bytes(file.model, counted, options.batch);
  const MeasuredSpeed measured = measure(file, options.layers);
  if (options.json) {
    print_json_info(options, file, counted, costs, bytes, measured);
  } else {
    print_plain(options, file, costs, counted, bytes, measured);
  }
}

}  // namespace

void add_info(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("info", "Layers, shapes, parameters, multiply-adds, memory and speed of a model");
  const auto options = std::make_shared<Options>();
  command->add_option("model", options->model, "Model file (.safetensors, .keras or .h5)")->required();
  command->add_option("--batch", options->batch, "Batch that the memory is for")
      ->check(CLI::Range(1, 65536))
      ->capture_default_str();
  command->add_flag("--layers", options->layers,
                    "Speed of each layer, too; those that are done at once in one line");
  command->add_flag("--json", options->json, "Print one JSON object");
  command->callback([options] { info(*options); });
}

}  // namespace lapis::native
