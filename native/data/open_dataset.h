#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/split.h"
#include "lapis/io/model_file.h"
#include "lapis/io/train_config.h"
#include "lapis/train/dataset.h"

/// One door to every kind of data set.
namespace lapis::native {

/// A folder of data: what kind it is and its classes.
struct DataFolder {
  std::string path;
  DataConfig::Kind kind = DataConfig::Kind::cifar10;
  std::vector<std::string> labels;
  double validation_split = 0.1;  // image_folder only
};

/// `kind`: empty to find out by looking. `labels`: the classes of the model or config; empty: the data's own.
/// Throws Error where there is no such folder.
DataFolder find_data(const std::string& path, std::optional<DataConfig::Kind> kind,
                     const std::vector<std::string>& labels, double validation_split = 0.1);

bool has_texts(DataConfig::Kind kind);
/// "cifar10", "nusax", "image_folder": as a training config spells it.
const char* kind_name(DataConfig::Kind kind);

/// The texts of one split, without their classes.
std::vector<std::string> read_texts(const DataFolder& data, Split split);

/// All samples of one split, in memory, as `input` says the network reads them. Throws Error, beginning with
/// the file's or folder's name, for anything that is wrong with the data, and where the network reads
/// something else. `augmentation` is for training pictures.
std::unique_ptr<Dataset> open_dataset(const DataFolder& data, Split split, const InputSpec& input,
                                      const Augmentation& augmentation = {});

}  // namespace lapis::native
