#pragma once

#include <map>
#include <string>
#include <vector>

#include "lapis/io/model_file.h"
#include "lapis/io/safetensors.h"

/// What lies in a file that Keras saved, whoever opened the container: libhdf5 and libzip natively
/// (native/keras_file), hdf5.ts and zip.ts in JavaScript (wasm/src). The way from there to a model, and back,
/// is here.
namespace lapis {

struct KerasArchive {
  /// keras3: model.weights.h5 of a .keras file. legacy: a whole-model .h5 of Keras 2 or 3.
  enum class Layout { keras3, legacy };

  Layout layout = Layout::keras3;
  std::string config;         // Keras's JSON of the model: config.json, or the attribute model_config
  std::string keras_version;  // "3.15.1"; empty: the file does not say
  /// Every data set; those that are none of the network's are passed over.
  /// keras3: by its path in the HDF5 file, "layers/conv2d/vars/0".
  /// legacy: "LAYER/0", "LAYER/1", ...: the data sets of the layer's attribute weight_names, in that order.
  std::vector<TensorView> variables;
  /// Texts below `assets` of a .keras file by their path in the zip:
  /// "assets/layers/text_vectorization/vocabulary.txt".
  std::map<std::string, std::string> assets;
  /// JSON of what the model was compiled with, of an .h5: its attribute training_config; a .keras has it in
  /// `config`. Empty: not said.
  std::string training_config;
  /// JSON that this library puts beside Keras's into metadata.json, as "lapis": input, labels, training,
  /// metrics, loss; empty where Keras wrote the file.
  std::string lapis;
};

/// Whether a data set of model.weights.h5 may be one of the network's: those of metrics, of the optimizer and
/// of what else training keeps stand in folders of their own.
bool is_network_variable(std::string_view path);

/// The model of an archive with its weights. A TextVectorization in front becomes the text input. Throws
/// Error where a variable is missing, has another shape, is not finite or belongs to no layer, and for
/// everything that describe_model refuses.
ModelFile read_keras_archive(const KerasArchive& archive);

/// An archive that brings its own bytes, and what else Keras writes. Move it, do not copy it.
struct OwnedKerasArchive {
  KerasArchive archive;
  /// Every group "vars" of the HDF5 file by its path, "layers/conv2d/vars", and its attribute `name`: what
  /// the layer is called. Also groups without a data set.
  std::map<std::string, std::string> groups;
  std::vector<std::vector<std::byte>> storage;  // the variables' bytes
};

/// What Keras 3.15 loads as this model, as F32 in the layout keras3; a text input becomes no layer: the
/// network takes ids. read_keras_archive gives the same model back, with all that a model file holds. A
/// Dense(use_rmsnorm=true) becomes Dense, RMSNormalization and Activation, which is the same only without a
/// bias. Keras 2's hard_sigmoid becomes Keras 3's, and the weights in front of it 1.2 times what they were.
/// Throws Error for what Keras cannot express, naming the layer.
OwnedKerasArchive write_keras_archive(const ModelFile& file);

/// An archive as the one file that crosses into WebAssembly: a safetensors with the variables, and in its
/// metadata `format` "keras", `layout` ("keras3", "legacy"), `config`, and, where there are any,
/// `keras_version`, `assets` (JSON object), `training_config` and `lapis`. read_model reads it.
inline constexpr std::string_view kKerasFormat = "keras";
ModelFile read_packed_archive(const SafetensorsFile& file);

}  // namespace lapis
