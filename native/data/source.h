#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/inventory.h"
#include "data/split.h"
#include "lapis/io/model_file.h"
#include "lapis/io/train_config.h"
#include "lapis/train/dataset.h"

namespace lapis::native {

/// What is asked of a data set: the "data" section of a config, or what a model file remembers of it.
struct DataRequest {
  std::optional<DataConfig::Kind> kind;    // empty: find out by looking
  std::optional<DataConfig::Kind> likely;  // the kind to take where it could be several
  const InputSpec* input = nullptr;        // data of a kind that this does not read are refused at once
  std::vector<std::string> labels;  // the classes of the model or config; empty: the data's own, sorted
  SplitShares shares;               // of samples that lie together
  bool validation_given = false;    // worth a note where that share cuts nothing
  CsvColumns columns;
  std::optional<char> delimiter;
};

/// Throws Error where a network with this input does not read data of this kind.
void check_input_reads(const std::string& path, DataConfig::Kind kind, const InputSpec& input);

/// A data set on disk: what it holds is known, its samples are read when they are asked for.
class DataSource {
 public:
  virtual ~DataSource() = default;
  DataSource(const DataSource&) = delete;
  DataSource& operator=(const DataSource&) = delete;

  const std::string& path() const { return path_; }
  const std::vector<std::string>& labels() const { return inventory_.labels; }
  const Inventory& inventory() const { return inventory_; }

  virtual DataConfig::Kind kind() const = 0;
  /// The split has a folder or file of its own: it is not cut from what else there is.
  virtual bool is_apart(Split split) const = 0;
  /// The texts of one split. Throws Error where the data are no texts, or there are none.
  virtual std::vector<std::string> texts(Split split) const;
  /// All samples of one split, in memory, as `input` says the network reads them. Throws Error, beginning
  /// with the file's or folder's name, for anything that is wrong with them, where there are none, and where
  /// the network reads something else. `augmentation` is for training pictures.
  virtual std::unique_ptr<Dataset> open(Split split, const InputSpec& input,
                                        const Augmentation& augmentation = {}) const = 0;

  /// Throws Error, which says what there is and `else_do`, where the split has no samples.
  void check_has(Split split, const std::string& else_do = {}) const;

 protected:
  explicit DataSource(std::string path) : path_(std::move(path)) {}

  /// The shares that are to be cut from the training samples: none for a split that is apart. Notes where one
  /// was asked for in vain. `place`: "folder" or "file".
  SplitShares shares_to_cut(const DataRequest& request, const char* place);

  std::string path_;
  Inventory inventory_;
};

}  // namespace lapis::native
