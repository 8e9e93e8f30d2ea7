#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lapis/input/image.h"
#include "lapis/train/augmentation.h"
#include "lapis/train/trainer.h"

/// The training config: one JSON object in Keras's own words. Every key but `model` and `data.kind` may be
/// left out; an unknown key is an Error that names its path.
///
///     { "model":   <a Keras Sequential: {"class_name": "Sequential", "config": {"name", "layers": [...]}}>,
///       "compile": { "optimizer": {"class_name": "Adam", "config": {"learning_rate": 0.001, ...}},
///                    "loss": "sparse_categorical_crossentropy" },
///       "fit":     { "epochs", "batch_size", "seed", "shuffle", "validation", "early_stopping", "schedule"
///       }, "data":    { "kind", "image" or "text", "labels", "validation_split" } }
///
/// `"input_dim": "vocabulary"` in an Embedding stands for the size of the vocabulary that the training texts
/// give.
namespace lapis {

/// How a vocabulary is made from training texts.
struct TextAdapt {
  Index max_tokens = 0;  // with padding and [UNK]; 0: all words
  Index sequence_length = 0;

  bool operator==(const TextAdapt&) const = default;
};

struct DataConfig {
  enum class Kind { cifar10, nusax, image_folder };

  Kind kind = Kind::cifar10;
  std::optional<ImageInput> image;  // cifar10, image_folder
  Augmentation augmentation;
  std::optional<TextAdapt> text;    // nusax
  std::vector<std::string> labels;  // empty: the data's own
  /// image_folder: the part of the training pictures that validates. cifar10 always takes its last 5,000,
  /// nusax its own valid rows.
  double validation_split = 0.1;
};

struct TrainConfig {
  std::string model;  // JSON of the Keras config, as in the file
  TrainOptions options;
  bool validation = true;  // validate after every epoch
  DataConfig data;

  /// `model` with "vocabulary" replaced by the size. Throws Error where it is there and `vocabulary_size` is
  /// 0.
  std::string model_json(Index vocabulary_size) const;
};

/// Throws Error with the path of what is wrong: `fit.early_stopping.patience: "5", expected a whole number >=
/// 0`.
TrainConfig parse_train_config(std::string_view json);

}  // namespace lapis
