#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "lapis/layers/layer.h"

namespace lapis {

/// One parameter of a model and where it lies in the flat buffer.
struct ModelParameter {
  std::string path;  // "conv2d_1/kernel", "bidirectional/forward_lstm/lstm_cell/kernel"
  ParameterInfo info;
  int layer = 0;
  Index offset = 0;  // in Reals
};

/// Layers in a row and one flat buffer with all their parameters. Immutable while predicting: any number of
/// threads may share one `const Model`, each with its own Workspace.
class Model {
 public:
  /// `input_shape` has the batch first (its size is ignored; others may be kUnknown). Parameters start at
  /// zero; see `initialize`. Throws Error where two layers have one name or shapes do not fit.
  Model(std::string name, const Shape& input_shape, std::vector<LayerPtr> layers);
  Model(Model&&) = default;
  Model& operator=(Model&&) = default;

  const std::string& name() const { return name_; }
  /// With batch kUnknown.
  const Shape& input_shape() const { return input_shape_; }
  const Shape& output_shape() const { return shapes_.back(); }
  int layer_count() const { return static_cast<int>(layers_.size()); }
  const Layer& layer(int i) const { return *layers_[static_cast<std::size_t>(i)]; }
  /// Shape of layer i's output, batch kUnknown.
  const Shape& layer_output_shape(int i) const { return shapes_[static_cast<std::size_t>(i)]; }

  /// Whether outputs of layers join the loss.
  bool has_activity_regularizers() const;
  /// The first layer whose parameters a training step changes; layer_count() where there is none.
  int first_trained_layer() const;

  /// In Keras's order: layer by layer, each layer's as it lists them.
  std::span<const ModelParameter> parameters() const { return parameters_; }
  /// Layer i's.
  std::span<const ModelParameter> parameters(int i) const;
  /// nullptr where there is none.
  const ModelParameter* find_parameter(std::string_view path) const;
  /// Where layer i's parameters begin in the flat buffer.
  Index layer_offset(int i) const { return layer_offsets_[static_cast<std::size_t>(i)]; }

  std::span<const Real> values() const { return {values_.get(), value_count_}; }
  /// To be changed: asked for anew whenever values are to be written, so that workspaces learn of it.
  std::span<Real> values() {
    ++revision_;
    return {values_.get(), value_count_};
  }
  /// Grows when values may have changed.
  std::uint64_t revision() const { return revision_; }
  std::span<const Real> values(const ModelParameter& parameter) const;
  std::span<Real> values(const ModelParameter& parameter);

  /// Start values for all parameters, as their initialisers say; the same for the same seed everywhere.
  void initialize(std::uint64_t seed);

  /// Multiply-accumulates of one prediction of `batch` samples; `x` fixes sizes that the model leaves open.
  double macs(const Shape& x) const;
  /// What that costs in all (Layer::work).
  double work(const Shape& x) const;
  /// The last layer's output are rows of probabilities from a softmax.
  bool ends_in_softmax() const;
  /// What makes the output's numbers, as Layer::final_activation; layers that change nothing of them
  /// (Flatten, Dropout, a linear Activation) are looked through.
  Activation final_activation() const;

 private:
  std::string name_;
  Shape input_shape_;
  std::vector<LayerPtr> layers_;
  std::vector<Shape> shapes_;
  std::vector<ModelParameter> parameters_;
  std::vector<Index> layer_offsets_;
  std::size_t value_count_ = 0;
  std::unique_ptr<Real[]> values_;
  std::uint64_t revision_ = 0;
};

}  // namespace lapis
