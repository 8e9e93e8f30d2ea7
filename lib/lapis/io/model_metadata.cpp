#include "lapis/io/model_metadata.h"

#include <cmath>
#include <set>

#include "lapis/io/json_reader.h"
#include "lapis/io/keras_model.h"

namespace lapis {

namespace {

/// The limit on what one sample takes (io/keras_model.h), with the sizes that the pipeline makes: also where
/// the network leaves them open. Throws Error, too, where a layer does not take them.
void check_sample_sizes(const Model& model, const Shape& made) {
  Shape x = made.with_batch(1);
  for (int i = 0; i < model.layer_count(); ++i) {
    const Shape y = model.layer(i).output_shape(x);
    if (x.elements() + y.elements() > static_cast<double>(kMaxSampleValues))
      fail("makes samples ", made, ", which layer ", in_quotes(model.layer(i).name()), " takes as ",
           x.without_batch(), " and turns into ", y.without_batch(), ": more than ", kMaxSampleValues,
           " values");
    x = y;
  }
}

void check_image(const Model& model, const ImageInput& image) {
  check_image_input(image);
  const Shape& x = model.input_shape();
  const Shape made = {kUnknown, image.height, image.width, image.channels};
  bool fits = x.rank() == 4;
  for (int axis = 1; fits && axis < 4; ++axis) fits = x[axis] == kUnknown || x[axis] == made[axis];
  if (!fits) fail("makes pictures ", made, ", but the network takes ", x);
  check_sample_sizes(model, made);
}

void check_text_input(const Model& model, const TextInput& text) {
  const TextVectorizer vectorizer(text);  // checks vocabulary and length
  const Shape& x = model.input_shape();
  const Shape made = {kUnknown, text.sequence_length};
  if (x.rank() != 2 || (x[1] != kUnknown && x[1] != made[1]))
    fail("makes ids ", made, ", but the network takes ", x);
  if (model.layer(0).type() != "Embedding")
    fail("makes ids, but the first layer is no Embedding: \"", model.layer(0).name(), "\" (",
         model.layer(0).type(), ")");
  const Index known = model.parameters()[0].info.shape[0];
  const auto words = static_cast<Index>(text.vocabulary.size());
  if (words > known)
    fail("the vocabulary has ", words, " entries, but layer \"", model.layer(0).name(), "\" takes ids below ",
         known);
  check_sample_sizes(model, made);
}

}  // namespace

std::vector<std::string> read_labels(const std::string& text) {
  if (text.empty()) return {};
  const Json json = Json::parse(text);
  return JsonCursor(json, "labels").strings();
}

std::map<std::string, double> read_metrics(const std::string& text) {
  std::map<std::string, double> metrics;
  if (text.empty()) return metrics;
  const Json json = Json::parse(text);
  const ObjectReader reader(JsonCursor(json, "metrics"));
  for (const JsonMember& member : *json.object())
    metrics[member.key] = JsonCursor(member.value, "metrics." + member.key).number();
  return metrics;
}

void check_training(const std::string& text) {
  if (text.empty()) return;
  const Json json = inside("training", [&] { return Json::parse(text); });
  const ObjectReader reader(JsonCursor(json, "training"));
}

void check_loss(const std::string& text) {
  if (!text.empty()) inside("loss", [&] { Json::parse(text); });
}

void check_labels(const Model& model, const std::vector<std::string>& labels) {
  if (labels.empty()) return;
  const Index outputs = model.output_shape()[-1];
  const auto count = static_cast<Index>(labels.size());
  if (count != outputs && !(outputs == 1 && count == 2))
    fail("labels: ", count, " labels, but the network puts out ", outputs,
         outputs == 1 ? " value, which tells two classes apart" : " values");
  std::set<std::string_view> seen;
  for (const std::string& label : labels)
    if (!seen.insert(label).second) fail("labels: ", in_quotes(label), " stands twice");
}

void check_input(const Model& model, const InputSpec& input) {
  inside("input", [&] {
    if (const auto* image = std::get_if<ImageInput>(&input)) check_image(model, *image);
    if (const auto* text = std::get_if<TextInput>(&input)) check_text_input(model, *text);
  });
}

std::string labels_to_json(const std::vector<std::string>& labels) {
  Json::Array list;
  for (const std::string& label : labels) list.emplace_back(label);
  return Json(std::move(list)).dump();
}

std::string metrics_to_json(const std::map<std::string, double>& metrics) {
  Json object{Json::Object()};
  for (const auto& [name, value] : metrics) {
    if (!std::isfinite(value))
      fail("metrics: ", in_quotes(name), " is ", value, ", expected a finite number");
    object.add(name, value);
  }
  return object.dump();
}

}  // namespace lapis
