#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lapis/input/image.h"
#include "lapis/train/augmentation.h"
#include "lapis/train/trainer.h"

/// The training config: one JSON object in Keras's own words. Every key but `model` and `data.kind` may be
/// left out (shown: the defaults; of batch_size, where there are so many samples); an unknown key is an Error
/// that names its path.
///
///     { "model":   <a Keras Sequential: {"class_name": "Sequential", "config": {"name", "layers": [...]}}>,
///       "compile": { "optimizer": "adam" | "sgd" | "adamw" | "rmsprop" | {"class_name": "Adam", "config":
///                      {"learning_rate": 0.001 | <schedule>, "beta_1": 0.9, "clipnorm": null, ...}},
///                    "loss": "sparse_categorical_crossentropy" | "categorical_crossentropy" |
///                      "binary_crossentropy" | "mean_squared_error" |
///                      {"class_name": "CategoricalCrossentropy", "config": {"from_logits": false,
///                        "label_smoothing": 0}} },
///       "fit":     { "epochs": 1, "batch_size": 32, "seed": 0, "shuffle": true, "validation": true,
///                    "early_stopping": null | {"monitor": "val_loss", "patience": 0, "min_delta": 0,
///                      "start_from_epoch": 0, "restore_best_weights": true},
///                    "schedule": null | <schedule> |
///                      {"class_name": "ReduceLROnPlateau", "config": {"monitor": "val_loss", "factor": 0.1,
///                        "patience": 10, "min_delta": 0.0001, "cooldown": 0, "min_lr": 0}} },
///       "data":    { "kind": "cifar10" | "csv_text" | "image_folder", "labels": [<the data's own, sorted>],
///                    "image": {"width", "height", "channels": 3, "fit": "crop" | "fit" | "stretch",
///                      "fill": 0, "antialias": true, "scale": 1/255, "mean": [], "std": [],
///                      "augmentation": {"horizontal_flip": false, "shift": 0, "fill": "reflect" | "zero"}},
///                    "text": {"sequence_length", "max_tokens": null},
///                    "columns": {"text": "text", "label": "label"}, "delimiter": null | "," | ";" | "\t" |
///                    "|", "validation_split": 0.1, "test_split": 0 } }
///
/// "image" is for cifar10 and image_folder; "text", "columns" and "delimiter" are for csv_text (also called
/// "nusax"); the splits are for image_folder and csv_text.
///
/// A schedule is `{"class_name": "ExponentialDecay" | "InverseTimeDecay" | "PolynomialDecay" | "CosineDecay"
/// | "CosineDecayRestarts" | "PiecewiseConstantDecay", "config": {...}}` with Keras's keys. Beyond Keras:
/// without `initial_learning_rate` it starts from the optimizer's learning rate, and without `decay_steps` it
/// lasts for the whole training. `monitor` may also be `val_macro_f1`. A model without an input shape gets
/// the data's. `"input_dim": "vocabulary"` in an Embedding stands for the size of the vocabulary that the
/// training texts give.
namespace lapis {

/// How a vocabulary is made from training texts.
struct TextAdapt {
  Index max_tokens = 0;  // with padding and [UNK]; 0: all words
  Index sequence_length = 0;

  bool operator==(const TextAdapt&) const = default;
};

/// The headings of the columns of a CSV file that are read. They are matched exactly.
struct CsvColumns {
  std::string text = "text";
  std::string label = "label";

  bool operator==(const CsvColumns&) const = default;
};

inline constexpr double kDefaultValidationSplit = 0.1;

struct DataConfig {
  enum class Kind { cifar10, csv_text, image_folder };

  Kind kind = Kind::cifar10;
  std::optional<ImageInput> image;  // cifar10, image_folder
  Augmentation augmentation;
  std::optional<TextAdapt> text;    // csv_text
  std::vector<std::string> labels;  // empty: the data's own
  CsvColumns columns;               // csv_text
  std::optional<char> delimiter;    // csv_text; unset: the one that the heading line shows
  /// The shares of the samples that validate and test, where those have no folder or file of their own. Each
  /// is below 1, and so is their sum. Unset: 0.1, or 0 where TrainConfig::validation is false. cifar10
  /// always takes its last 5,000 training pictures.
  std::optional<double> validation_split;
  double test_split = 0;

  /// What the input pipeline makes: [?, height, width, channels] or [?, sequence_length]. For a parsed
  /// config.
  Shape input_shape() const;
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
