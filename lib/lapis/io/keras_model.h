#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lapis/io/json.h"
#include "lapis/io/safetensors.h"
#include "lapis/io/text_vectorization.h"
#include "lapis/model/model.h"

/// Keras's description of a model, and named weights, to a Model and back. Whoever opens a file (this
/// library's own, .keras, .h5) brings both here, so the mapping is written once.
namespace lapis {

/// Most values that one sample may have in the input and output of a layer together, which is what a
/// prediction holds at once, most parameters and most layers of a model: beyond them a config is refused
/// before any memory is taken for it.
inline constexpr Index kMaxSampleValues = Index{1} << 28;
inline constexpr std::size_t kMaxLayers = 10'000;
inline constexpr Index kMaxParameters = Index{1} << 28;

/// A model before it has memory for its parameters.
struct ModelDescription {
  std::string name;
  std::string keras_version;  // of the Keras that wrote it; empty: not said
  Shape input_shape;          // batch first (kUnknown); other sizes may be kUnknown
  std::vector<LayerPtr> layers;
  /// The layer in front that turns texts into ids, which is no Layer here: `input_shape` is that of the ids.
  std::optional<TextVectorization> text;

  /// Path and shape of every parameter, in the model's order. Also checks that all shapes fit and are within
  /// the limits above.
  struct Parameter {
    std::string path;
    Shape shape;
    std::string receives;  // "conv2d_1 receives [?,16,16,16]": for messages
  };
  std::vector<Parameter> parameters() const;
};

/// A Keras Sequential: `{"class_name": "Sequential", "config": {"name", "layers": [...]}}`, its `config`
/// alone, or the list of layers. Defaults may be left out; layers without a name get Keras's. The input's
/// shape comes from an InputLayer (batch_shape or Keras 2's batch_input_shape), from `batch_input_shape` or
/// `input_shape` of the first layer, from `input_shape` (without the batch) beside `layers`, or is the
/// argument. Or a Keras Functional whose layers are one chain (io/functional.h). Throws Error with the JSON
/// path. `keras_version`: where the file says so beside the config (a "keras_version" in the config does the
/// same): it decides what words mean that changed (io/keras_rules.h).
ModelDescription describe_model(const Json& json, const std::optional<Shape>& input_shape = std::nullopt,
                                std::string_view keras_version = {});

/// Throws Error where the model begins with a TextVectorization: for whoever says elsewhere what the input
/// is.
void refuse_text_layer(const ModelDescription& description);

/// The same, with memory for the parameters (all zero); without a TextVectorization.
Model model_from_config(std::string_view json, const std::optional<Shape>& input_shape = std::nullopt,
                        std::string_view keras_version = {});

/// A config that Keras 3 loads (where no layer uses what Keras does not have).
std::string model_to_config(const Model& model);

/// Throws Error unless `weights` are exactly the description's parameters: each there with its shape as F32,
/// F16, BF16 or F64, nothing else, all values finite. Names are paths below the model: "conv2d/kernel",
/// "bidirectional/forward_lstm/lstm_cell/kernel".
void check_weights(const ModelDescription& description, std::span<const TensorView> weights);

/// Copies the weights into the model, after the same checks.
void set_weights(Model& model, std::span<const TensorView> weights);

}  // namespace lapis
