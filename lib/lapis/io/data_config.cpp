#include "lapis/io/data_config.h"

#include <algorithm>

#include "lapis/io/config_values.h"

namespace lapis {

namespace {

Augmentation read_augmentation(const JsonCursor& value) {
  Augmentation augmentation;
  ObjectReader object(value);
  read_value(object, "horizontal_flip", augmentation.horizontal_flip);
  read_value(object, "shift", augmentation.shift, 0);
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
  read_value(object, "width", image.width, 1);
  read_value(object, "height", image.height, 1);
  read_value(object, "channels", image.channels, 1);
  read_choice(object, "fit", image.fit, {{"crop", Fit::crop}, {"fit", Fit::fit}, {"stretch", Fit::stretch}});
  if (const auto found = object.find("fill")) image.fill = static_cast<std::uint8_t>(found->integer(0, 255));
  read_value(object, "scale", image.scale, -kLargestNumber, kLargestNumber);
  if (const auto found = object.find("antialias")) image.antialias = found->boolean();
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

CsvColumns read_columns(const JsonCursor& value) {
  CsvColumns columns;
  ObjectReader object(value);
  if (const auto found = object.find("text")) columns.text = found->string();
  if (const auto found = object.find("label")) columns.label = found->string();
  object.finish();
  if (columns.text == columns.label)
    fail(value.path(), ": text and label are both ", in_quotes(columns.text), ", expected two columns");
  return columns;
}

void read_csv(ObjectReader& object, DataConfig& data) {
  read_text(object.need("text"), data);
  if (const auto found = object.find("columns")) data.columns = read_columns(*found);
  const auto delimiter = object.find("delimiter");
  if (!delimiter || delimiter->is_null()) return;
  const std::string* text = delimiter->json().string();
  if (text == nullptr || text->size() != 1 || std::string_view(",;\t|").find(*text) == std::string_view::npos)
    delimiter->expected(R"(one of ",", ";", "\t", "|")");
  data.delimiter = text->front();
}

double read_share(const JsonCursor& value) {
  const double share = value.number();
  if (!(share >= 0 && share < 1)) value.expected("a share from 0 to below 1");
  return share;
}

void read_splits(ObjectReader& object, DataConfig& data) {
  if (const auto found = object.find("validation_split")) data.validation_split = read_share(*found);
  if (const auto found = object.find("test_split")) data.test_split = read_share(*found);
  const double validation = data.validation_split.value_or(kDefaultValidationSplit);
  if (validation + data.test_split >= 1) {
    fail(object.path(), ": validation_split ", validation, " and test_split ", data.test_split,
         " leave nothing to train on, expected less than 1 together");
  }
}

}  // namespace

void read_data(const JsonCursor& value, DataConfig& data) {
  ObjectReader object(value);
  object.need("kind");
  read_choice(object, "kind", data.kind,
              {{"cifar10", DataConfig::Kind::cifar10},
               {"csv_text", DataConfig::Kind::csv_text},
               {"nusax", DataConfig::Kind::csv_text},
               {"image_folder", DataConfig::Kind::image_folder}});
  if (data.kind == DataConfig::Kind::csv_text) {
    read_csv(object, data);
  } else {
    data.image.emplace();
    const bool is_cifar = data.kind == DataConfig::Kind::cifar10;
    if (is_cifar) data.image->width = data.image->height = 32;
    const auto image = is_cifar ? object.find("image") : object.need("image");
    if (image) read_image(*image, data);
  }
  if (data.kind != DataConfig::Kind::cifar10) read_splits(object, data);
  if (const auto found = object.find("labels")) read_labels(*found, data.labels);
  object.finish();
}

Shape DataConfig::input_shape() const {
  if (text) return {kUnknown, text->sequence_length};
  return {kUnknown, image->height, image->width, image->channels};
}

}  // namespace lapis
