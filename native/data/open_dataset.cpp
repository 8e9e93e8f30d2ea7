#include "data/open_dataset.h"

#include <utility>

#include "data/cifar10.h"
#include "data/image_folder.h"
#include "data/nusax.h"
#include "file.h"
#include "lapis/core/error.h"

namespace lapis::native {
namespace {

DataConfig::Kind detect_kind(const std::string& folder) {
  if (is_cifar10(folder)) return DataConfig::Kind::cifar10;
  if (is_nusax(folder)) return DataConfig::Kind::nusax;
  return DataConfig::Kind::image_folder;
}

std::vector<std::string> own_labels(const std::string& folder, DataConfig::Kind kind) {
  switch (kind) {
    case DataConfig::Kind::cifar10:
      return cifar10_labels(folder);
    case DataConfig::Kind::nusax:
      return nusax_labels();
    case DataConfig::Kind::image_folder:
      return image_folder_labels(folder);
  }
  fail(folder, ": unknown kind of data");
}

std::unique_ptr<Dataset> open_pictures(const DataFolder& data, Split split, const ImageInput& input,
                                       const Augmentation& augmentation) {
  LabelledPictures set = data.kind == DataConfig::Kind::cifar10
                             ? read_cifar10(data.path, split, input)
                             : read_image_folder(data.path, split, data.labels, data.validation_split, input);
  return std::make_unique<PictureDataset>(Shape{input.height, input.width, input.channels},
                                          std::move(set.pictures), std::move(set.labels),
                                          image_byte_values(input), augmentation);
}

std::unique_ptr<Dataset> open_texts(const DataFolder& data, Split split, const TextVectorizer& vectorizer) {
  LabelledTexts set = read_nusax(data.path, split, data.labels);
  const auto length = static_cast<std::size_t>(vectorizer.sequence_length());
  std::vector<Real> ids(set.texts.size() * length);
  for (std::size_t i = 0; i < set.texts.size(); ++i) {
    vectorizer.text_to_tensor(set.texts[i], ids.data() + i * length);
  }
  return std::make_unique<TensorDataset>(Shape{vectorizer.sequence_length()}, std::move(ids),
                                         std::move(set.labels));
}

}  // namespace

DataFolder find_data(const std::string& path, std::optional<DataConfig::Kind> kind,
                     const std::vector<std::string>& labels, double validation_split) {
  if (!exists(path)) fail(path, ": no such folder");
  if (!is_folder(path)) fail(path, ": is a file, expected the data set's folder");
  DataFolder data{path, kind ? *kind : detect_kind(path), labels, validation_split};
  // The class numbers of CIFAR-10 are in its files: other names may be given to them, but not another number
  // of names.
  const std::vector<std::string> own = own_labels(path, data.kind);
  if (labels.empty()) data.labels = own;
  if (data.kind == DataConfig::Kind::cifar10 && data.labels.size() != own.size()) {
    fail(path, ": CIFAR-10 has ", own.size(), " classes, but there are ", data.labels.size(), " labels");
  }
  return data;
}

bool has_texts(DataConfig::Kind kind) {
  return kind == DataConfig::Kind::nusax;
}

const char* kind_name(DataConfig::Kind kind) {
  switch (kind) {
    case DataConfig::Kind::cifar10:
      return "cifar10";
    case DataConfig::Kind::nusax:
      return "nusax";
    case DataConfig::Kind::image_folder:
      return "image_folder";
  }
  return "";
}

std::vector<std::string> read_texts(const DataFolder& data, Split split) {
  return read_nusax(data.path, split, data.labels).texts;
}

std::unique_ptr<Dataset> open_dataset(const DataFolder& data, Split split, const InputSpec& input,
                                      const Augmentation& augmentation) {
  if (const auto* image = std::get_if<ImageInput>(&input)) {
    if (has_texts(data.kind)) fail(data.path, ": holds texts, but the network reads pictures");
    return open_pictures(data, split, *image, augmentation);
  }
  if (const auto* text = std::get_if<TextInput>(&input)) {
    if (!has_texts(data.kind)) fail(data.path, ": holds pictures, but the network reads texts");
    return open_texts(data, split, TextVectorizer(*text));
  }
  fail(data.path, ": the network has no input pipeline for ", has_texts(data.kind) ? "texts" : "pictures",
       ", it reads plain numbers");
}

}  // namespace lapis::native
