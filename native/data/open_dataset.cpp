#include "data/open_dataset.h"

#include "data/cifar10.h"
#include "data/csv_text.h"
#include "data/folder_layout.h"
#include "data/image_folder.h"
#include "data/labels.h"
#include "file.h"
#include "lapis/core/error.h"
#include "lapis/io/json.h"

namespace lapis::native {
namespace {

/// The layer that decides how many values come out: `"dense_1" (Dense)`.
std::string last_layer(const Model& model) {
  const int layer = model.parameters().empty() ? model.layer_count() - 1 : model.parameters().back().layer;
  return in_quotes(model.layer(layer).name()) + " (" + std::string(model.layer(layer).type()) + ")";
}

DataConfig::Kind detect_kind(const std::string& path, std::optional<DataConfig::Kind> likely) {
  const bool is_cifar = is_folder(path) && is_cifar10(path);
  // A list of files or labels in CSV may lie beside folders of pictures.
  const bool wants_pictures = likely && *likely != DataConfig::Kind::csv_text;
  const bool has_classes = is_folder(path) && !folders_in(path).empty();
  if (is_csv_text(path) && !(wants_pictures && (is_cifar || has_classes))) return DataConfig::Kind::csv_text;
  return is_cifar ? DataConfig::Kind::cifar10 : DataConfig::Kind::image_folder;
}

/// Throws Error where the config says folders of pictures and the folder holds another kind of data.
void check_holds_folders(const std::string& path) {
  const DataConfig::Kind found = detect_kind(path, DataConfig::Kind::image_folder);
  if (found == DataConfig::Kind::image_folder) return;
  fail(path, ": holds ", found == DataConfig::Kind::cifar10 ? "CIFAR-10" : "CSV files", ", but data.kind is ",
       kind_name(DataConfig::Kind::image_folder), ", expected ", kind_name(found));
}

}  // namespace

std::unique_ptr<DataSource> find_data(const std::string& path, const DataRequest& request) {
  if (!exists(path)) fail(path, ": no such file or folder");
  const DataConfig::Kind kind = request.kind ? *request.kind : detect_kind(path, request.likely);
  if (request.input != nullptr) check_input_reads(path, kind, *request.input);
  if (kind == DataConfig::Kind::csv_text) return open_csv_text(path, request);
  if (!is_folder(path)) fail(path, ": is a file, expected the data set's folder");
  if (request.kind == DataConfig::Kind::image_folder) check_holds_folders(path);
  return kind == DataConfig::Kind::cifar10 ? open_cifar10(path, request) : open_image_folder(path, request);
}

const char* kind_name(DataConfig::Kind kind) {
  switch (kind) {
    case DataConfig::Kind::cifar10:
      return "cifar10";
    case DataConfig::Kind::csv_text:
      return "csv_text";
    case DataConfig::Kind::image_folder:
      return "image_folder";
  }
  return "";
}

DataRequest request_of(const DataConfig& config, bool validation) {
  DataRequest request;
  request.kind = config.kind;
  request.labels = config.labels;
  request.columns = config.columns;
  request.delimiter = config.delimiter;
  request.shares.validation = config.validation_split.value_or(validation ? kDefaultValidationSplit : 0);
  request.shares.test = config.test_split;
  request.validation_given = config.validation_split.value_or(0) > 0;
  return request;
}

void check_classes(const DataSource& data, const Model& model) {
  const auto classes = static_cast<Index>(data.labels().size());
  const Index outputs = model.output_shape()[-1];
  if (classes == outputs || (classes == 2 && outputs == 1) || outputs == kUnknown) return;
  const std::vector<std::string>& notes = data.inventory().notes;
  std::string remarks;
  for (const std::string& note : notes) remarks += "; " + note;
  fail(data.path(), ": ", classes, classes == 1 ? " class (" : " classes (", list_labels(data.labels()),
       "), but the last layer ", last_layer(model), " puts out ", outputs,
       outputs == 1 ? " value" : " values", remarks);
}

}  // namespace lapis::native
