#include "session.h"

#include <algorithm>
#include <cmath>

#include "backend.h"

namespace lapis_wasm {

using lapis::Index;
using lapis::Json;
using lapis::JsonMember;
using lapis::Real;
using lapis::Shape;

Json address_of(const void* memory) {
  return static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(memory));
}

Json shape_json(const Shape& shape) {
  Json::Array sizes;
  for (int axis = 0; axis < shape.rank(); ++axis)
    sizes.push_back(shape[axis] == lapis::kUnknown ? Json() : Json(std::int64_t{shape[axis]}));
  return sizes;
}

Json object(std::initializer_list<JsonMember> members) {
  return Json::Object(members);
}

namespace {

/// Multiply-accumulates are those of `input`; null where there is none.
Json layers_json(const lapis::Model& model, const std::optional<Shape>& input) {
  Json::Array layers;
  std::optional<Shape> x = input;
  for (int i = 0; i < model.layer_count(); ++i) {
    const lapis::Layer& layer = model.layer(i);
    Index parameters = 0;
    for (const lapis::ModelParameter& parameter : model.parameters(i))
      parameters += parameter.info.shape.size();
    layers.push_back(object({{"name", layer.name()},
                             {"type", layer.type()},
                             {"output_shape", shape_json(model.layer_output_shape(i))},
                             {"parameters", std::int64_t{parameters}},
                             {"macs", x ? Json(layer.macs(*x)) : Json()}}));
    if (x) x = layer.output_shape(*x);
  }
  return layers;
}

}  // namespace

Session::Session(std::span<const std::byte> file)
    : file_(lapis::read_model(file)),
      bytes_(file.size()),
      meaning_(lapis::meaning_of(file_)),
      speaks_for_class_(lapis::speaks_for_class(file_)),
      backend_(make_backend()) {
  if (const auto* text = std::get_if<lapis::TextInput>(&file_.input)) vectorizer_.emplace(*text);
}

Json Session::info() const {
  const lapis::Model& model = file_.model;
  Json input = object({{"kind", lapis::input_kind(file_.input)}, {"shape", shape_json(model.input_shape())}});
  Shape sample = model.input_shape();
  if (const auto* image = std::get_if<lapis::ImageInput>(&file_.input)) {
    sample = {1, image->height, image->width, image->channels};
    input.add("image", object({{"width", std::int64_t{image->width}},
                               {"height", std::int64_t{image->height}},
                               {"channels", std::int64_t{image->channels}},
                               {"fit", lapis::fit_name(image->fit)}}));
  } else if (vectorizer_) {
    sample = {1, vectorizer_->sequence_length()};
    input.add("text",
              object({{"vocabulary_size", static_cast<std::int64_t>(vectorizer_->vocabulary().size())},
                      {"sequence_length", std::int64_t{vectorizer_->sequence_length()}}}));
  }
  // Where sizes are open, multiplications are those of the smallest input: it is named beside them.
  const std::optional<Shape> x = lapis::with_smallest_sizes(model, sample);
  Json::Array labels;
  if (!file_.labels.empty())
    for (const std::string& name : lapis::class_names(file_)) labels.emplace_back(name);
  const lapis::Activation applied = meaning_.applied;
  const Json output = object({{"kind", lapis::meaning_name(meaning_.kind)},
                              {"applied", applied == lapis::Activation::softmax   ? Json("softmax")
                                          : applied == lapis::Activation::sigmoid ? Json("sigmoid")
                                                                                  : Json()},
                              {"shape", shape_json(model.output_shape())},
                              {"answers", std::int64_t{meaning_.answers()}}});
  Json::Object metrics;
  for (const auto& [name, value] : file_.metrics) metrics.push_back({name, value});
  return object({{"name", model.name()},
                 {"labels", std::move(labels)},
                 {"input", std::move(input)},
                 {"output", output},
                 {"layers", layers_json(model, x)},
                 {"parameters", static_cast<std::int64_t>(model.values().size())},
                 {"macs", x ? Json(model.macs(*x)) : Json()},
                 {"macs_input", x ? shape_json(*x) : Json()},
                 {"bytes", static_cast<std::int64_t>(bytes_)},
                 {"metrics", std::move(metrics)},
                 {"training", file_.training.empty() ? Json(Json::Object()) : Json::parse(file_.training)}});
}

Json Session::weights() const {
  Json::Array weights;
  for (const lapis::ModelParameter& parameter : file_.model.parameters())
    weights.push_back(object({{"name", parameter.path},
                              {"shape", shape_json(parameter.info.shape)},
                              {"address", address_of(file_.model.values(parameter).data())}}));
  return weights;
}

std::vector<std::byte> Session::save() const {
  return lapis::write_model(file_);
}

Json Session::predict_image(const lapis::Pixels& pixels, std::optional<lapis::Fit> fit) {
  const auto* image = std::get_if<lapis::ImageInput>(&file_.input);
  if (image == nullptr) lapis::fail("model \"", file_.model.name(), "\" does not take pictures");
  lapis::ImageInput input = *image;
  if (fit) input.fit = *fit;
  picture_ = lapis::image_to_picture(pixels, input);
  const Shape shape = {1, input.height, input.width, input.channels};
  next_.resize(static_cast<std::size_t>(shape.size()));
  lapis::picture_to_tensor(picture_.data(), input, next_.data());
  Json answer = run(shape);
  answer.add("picture", object({{"address", address_of(picture_.data())},
                                {"width", std::int64_t{input.width}},
                                {"height", std::int64_t{input.height}},
                                {"channels", std::int64_t{input.channels}}}));
  return answer;
}

Json Session::predict_text(std::string_view text) {
  if (!vectorizer_) lapis::fail("model \"", file_.model.name(), "\" does not take texts");
  lapis::check_text(text);
  next_.resize(static_cast<std::size_t>(vectorizer_->sequence_length()));
  vectorizer_->text_to_tensor(text, next_.data());
  Json answer = run({1, vectorizer_->sequence_length()});
  const lapis::TokenizedText tokenized = vectorizer_->tokenize(text);
  Json::Array tokens;
  for (const lapis::Token& token : tokenized.tokens)
    tokens.push_back(object({{"text", token.text}, {"id", std::int64_t{token.id}}, {"known", token.known}}));
  answer.add("tokens", std::move(tokens));
  answer.add("truncated", std::int64_t{tokenized.truncated});
  return answer;
}

Json Session::predict(std::span<const Real> x, const Shape& shape) {
  check_input(x, shape);
  next_.assign(x.begin(), x.end());
  return run(shape);
}

void Session::check_input(std::span<const Real> x, const Shape& shape) const {
  const lapis::Model& model = file_.model;
  const Shape& expected = model.input_shape();
  bool fits = shape.rank() == expected.rank();
  for (int axis = 1; fits && axis < shape.rank(); ++axis)
    fits = expected[axis] == lapis::kUnknown || expected[axis] == shape[axis];
  if (!fits) lapis::fail("tensor: shape ", shape, ", but model \"", model.name(), "\" expects ", expected);
  if (model.layer(0).type() != "Embedding") {
    for (const Real value : x)
      if (!std::isfinite(value)) lapis::fail("tensor: found ", value, ", expected finite numbers");
    return;
  }
  const Index words = model.parameters()[0].info.shape[0];
  for (const Real id : x)
    if (!(id >= 0 && id < static_cast<Real>(words)) || id != std::floor(id))
      lapis::fail("tensor: ", id, " is no token number; model \"", model.name(),
                  "\" expects whole numbers from 0 to ", words - 1);
}

Json Session::run(const Shape& shape) {
  const Index rows = shape[0];
  const Index row = shape.without_batch().size();
  lapis::Workspace& workspace = workspace_for(predicting_, shape, lapis::Mode::predict);
  Shape y_shape;
  for (Index done = 0; done < rows; done += kRows) {
    const Index batch = std::min(kRows, rows - done);
    const lapis::ConstView y = workspace.run_on({next_.data() + done * row, shape.with_batch(batch)});
    y_shape = y.shape.with_batch(rows);
    y_.resize(static_cast<std::size_t>(y_shape.size()));
    std::copy_n(y.data, y.shape.size(), y_.data() + done * y.shape.without_batch().size());
  }
  // Only an input that was answered is one to look inside for.
  x_.swap(next_);
  x_shape_ = shape;
  Json answer = object({{"address", address_of(y_.data())}, {"shape", shape_json(y_shape)}});
  add_answer(y_shape, answer);
  return answer;
}

void Session::add_answer(const Shape& y_shape, Json& json) {
  const Index outputs = meaning_.outputs;
  const Index answers = meaning_.answers();
  const Index rows = y_shape.size() / outputs;
  const bool are_outputs = answers == outputs && !meaning_.are_scores();
  if (!are_outputs) {
    answers_.resize(static_cast<std::size_t>(rows * answers));
    for (Index row = 0; row < rows; ++row)
      meaning_.answer(y_.data() + row * outputs, answers_.data() + row * answers);
  }
  const bool is_class = y_shape.rank() == 2 && speaks_for_class_;
  json.add("answer", object({{"address", address_of(are_outputs ? y_.data() : answers_.data())},
                             {"count", std::int64_t{rows * answers}},
                             {"predicted", std::int64_t{is_class ? meaning_.predicted(y_.data()) : -1}}}));
}

lapis::LossConfig Session::training_loss() const {
  const lapis::CompiledLoss compiled = lapis::compiled_loss(file_);
  if (!compiled.unknown.empty()) lapis::fail("training: the model's loss: ", compiled.unknown);
  if (compiled.config) return *compiled.config;
  // The answer of a model without a loss must stay what it was before the training.
  const lapis::LossConfig assumed = lapis::assumed_loss(file_.model);
  return meaning_.are_probabilities() ? assumed : lapis::LossConfig{};
}

Json Session::activations() {
  if (x_shape_.rank() == 0) lapis::fail("activations: nothing has been predicted yet");
  const Index batch = std::min(kRows, x_shape_[0]);
  lapis::Workspace& workspace = workspace_for(inspecting_, x_shape_, lapis::Mode::inspect);
  std::copy_n(x_.data(), batch * x_shape_.without_batch().size(), workspace.input(batch).data);
  workspace.run(batch);
  Json::Array activations;
  for (int i = 0; i < file_.model.layer_count(); ++i) {
    const lapis::ConstView y = workspace.activation(i);
    activations.push_back(object({{"layer", file_.model.layer(i).name()},
                                  {"type", file_.model.layer(i).type()},
                                  {"shape", shape_json(y.shape)},
                                  {"address", address_of(y.data)}}));
  }
  return activations;
}

lapis::Workspace& Session::workspace_for(std::unique_ptr<lapis::Workspace>& workspace, const Shape& shape,
                                         lapis::Mode mode) {
  const Index batch = std::min(kRows, shape[0]);
  if (!workspace || workspace->plan().input_shape().without_batch() != shape.without_batch() ||
      workspace->plan().input_shape()[0] < batch) {
    workspace.reset();
    workspace = std::make_unique<lapis::Workspace>(file_.model, *backend_, shape.with_batch(batch), mode);
  }
  return *workspace;
}

}  // namespace lapis_wasm
