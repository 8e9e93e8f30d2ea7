#include <algorithm>
#include <iterator>
#include <limits>

#include "lapis/io/json_reader.h"
#include "lapis/io/model_file.h"

namespace lapis {

namespace {

Json numbers(const std::vector<double>& values) {
  Json::Array list;
  for (const double value : values) list.emplace_back(value);
  return list;
}

void write_image(const ImageInput& image, Json& object) {
  object.add("width", std::int64_t{image.width});
  object.add("height", std::int64_t{image.height});
  object.add("channels", std::int64_t{image.channels});
  object.add("fit", fit_name(image.fit));
  object.add("fill", int{image.fill});
  object.add("scale", image.scale);
  object.add("mean", numbers(image.mean));
  object.add("std", numbers(image.std));
  if (!image.antialias) object.add("antialias", false);
}

std::vector<double> read_numbers(const JsonCursor& cursor) {
  std::vector<double> values;
  for (const JsonCursor& item : cursor.items()) values.push_back(item.number());
  return values;
}

ImageInput read_image(ObjectReader& reader) {
  ImageInput image;
  image.width = reader.need("width").integer(1, kMaxImageSide);
  image.height = reader.need("height").integer(1, kMaxImageSide);
  if (const auto channels = reader.find("channels")) image.channels = channels->integer(1, 4);
  if (const auto fit = reader.find("fit")) {
    const auto* name = std::find(std::begin(kFitNames), std::end(kFitNames), fit->string());
    if (name == std::end(kFitNames)) fit->expected("\"crop\", \"fit\" or \"stretch\"");
    image.fit = static_cast<Fit>(name - kFitNames);
  }
  if (const auto fill = reader.find("fill")) image.fill = static_cast<std::uint8_t>(fill->integer(0, 255));
  if (const auto scale = reader.find("scale")) image.scale = scale->number();
  if (const auto mean = reader.find("mean")) image.mean = read_numbers(*mean);
  if (const auto std = reader.find("std")) image.std = read_numbers(*std);
  if (const auto antialias = reader.find("antialias")) image.antialias = antialias->boolean();
  check_image_input(image);
  return image;
}

TextInput read_text(ObjectReader& reader) {
  TextInput text;
  text.sequence_length = reader.need("sequence_length").integer(1);
  text.vocabulary = reader.need("vocabulary").strings();
  return text;
}

}  // namespace

std::string_view input_kind(const InputSpec& input) {
  if (std::holds_alternative<ImageInput>(input)) return "image";
  return std::holds_alternative<TextInput>(input) ? "text" : "tensor";
}

std::string input_to_json(const InputSpec& input) {
  Json object{Json::Object()};
  object.add("kind", input_kind(input));
  if (const auto* image = std::get_if<ImageInput>(&input)) write_image(*image, object);
  if (const auto* text = std::get_if<TextInput>(&input)) {
    object.add("sequence_length", std::int64_t{text->sequence_length});
    Json::Array words;
    for (const std::string& word : text->vocabulary) words.emplace_back(word);
    object.add("vocabulary", std::move(words));
  }
  return object.dump();
}

InputSpec input_from_json(std::string_view json) {
  const Json parsed = Json::parse(json);
  ObjectReader reader(JsonCursor(parsed, ""));
  const JsonCursor kind = reader.need("kind");
  InputSpec input = TensorInput{};
  if (kind.string() == "image")
    input = read_image(reader);
  else if (kind.string() == "text")
    input = read_text(reader);
  else if (kind.string() != "tensor")
    kind.expected("\"image\", \"text\" or \"tensor\"");
  reader.finish();
  return input;
}

}  // namespace lapis
