#include "lapis/model/model.h"

#include <algorithm>
#include <set>

#include "lapis/ops/initialize.h"

namespace lapis {

Model::Model(std::string name, const Shape& input_shape, std::vector<LayerPtr> layers)
    : name_(std::move(name)), layers_(std::move(layers)) {
  if (layers_.empty()) fail("model \"", name_, "\" has no layers, expected at least one");
  if (input_shape.rank() < 2)
    fail("model \"", name_, "\": input shape ", input_shape, ", expected a batch and at least one more axis");
  input_shape_ = input_shape.with_batch(kUnknown);

  Shape x = input_shape_;
  Index offset = 0;
  bool masked = false;
  std::set<std::string_view> names;
  for (int i = 0; i < layer_count(); ++i) {
    const Layer& current = layer(i);
    if (!names.insert(current.name()).second)
      fail("model \"", name_, "\": two layers are named \"", current.name(), "\", expected different names");
    if (masked && current.mask_rule() == MaskRule::refuse)
      fail("layer \"", current.name(), "\" (", current.type(),
           "): a mask reaches it, which it cannot honour");
    if (current.mask_rule() != MaskRule::pass) masked = current.mask_rule() == MaskRule::make;
    layer_offsets_.push_back(offset);
    const Shape y = current.output_shape(x);
    for (ParameterInfo& info : current.model_parameters(x)) {
      const Index size = info.shape.size();
      std::string path = current.name() + "/" + info.name;
      parameters_.push_back({std::move(path), std::move(info), i, offset});
      offset = Size(offset) + size;
    }
    shapes_.push_back(y);
    x = y;
  }
  value_count_ = static_cast<std::size_t>(offset);
  values_ = std::make_unique<Real[]>(value_count_);
}

bool Model::has_activity_regularizers() const {
  return std::any_of(layers_.begin(), layers_.end(),
                     [](const LayerPtr& each) { return each->has_activity_regularizer(); });
}

int Model::first_trained_layer() const {
  for (const ModelParameter& parameter : parameters_)
    if (parameter.info.trainable || parameter.info.moving) return parameter.layer;
  return layer_count();
}

std::span<const ModelParameter> Model::parameters(int i) const {
  const auto first =
      std::lower_bound(parameters_.begin(), parameters_.end(), i,
                       [](const ModelParameter& each, int layer) { return each.layer < layer; });
  const auto last = std::upper_bound(
      first, parameters_.end(), i, [](int layer, const ModelParameter& each) { return layer < each.layer; });
  return std::span(parameters_)
      .subspan(static_cast<std::size_t>(first - parameters_.begin()), static_cast<std::size_t>(last - first));
}

const ModelParameter* Model::find_parameter(std::string_view path) const {
  const auto found = std::find_if(parameters_.begin(), parameters_.end(),
                                  [&](const ModelParameter& parameter) { return parameter.path == path; });
  return found == parameters_.end() ? nullptr : &*found;
}

std::span<const Real> Model::values(const ModelParameter& parameter) const {
  return std::span(values_.get(), value_count_)
      .subspan(static_cast<std::size_t>(parameter.offset),
               static_cast<std::size_t>(parameter.info.shape.size()));
}

std::span<Real> Model::values(const ModelParameter& parameter) {
  ++revision_;
  return std::span(values_.get(), value_count_)
      .subspan(static_cast<std::size_t>(parameter.offset),
               static_cast<std::size_t>(parameter.info.shape.size()));
}

void Model::initialize(std::uint64_t seed) {
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const ModelParameter& parameter = parameters_[i];
    try {
      lapis::initialize(parameter.info.initializer, parameter.info.shape,
                        RandomStream(seed, static_cast<std::uint64_t>(i)), values(parameter));
    } catch (const Error& error) {
      const Layer& owner = layer(parameter.layer);
      throw error.inside("layer \"" + owner.name() + "\" (" + std::string(owner.type()) +
                         "): " + parameter.info.name);
    }
  }
}

double Model::macs(const Shape& x) const {
  double total = 0;
  Shape input = x;
  for (const LayerPtr& each : layers_) {
    total += each->macs(input);
    input = each->output_shape(input);
  }
  return total;
}

double Model::work(const Shape& x) const {
  double total = 0;
  Shape input = x;
  for (const LayerPtr& each : layers_) {
    total += each->work(input);
    input = each->output_shape(input);
  }
  return total;
}

bool Model::ends_in_softmax() const {
  return layers_.back()->ends_in_softmax();
}

Activation Model::final_activation() const {
  for (int i = layer_count() - 1; i >= 0; --i) {
    const Activation found = layer(i).final_activation();
    // A softmax's rows are rows of the output only where no Flatten or Reshape has made others of them.
    if (found == Activation::softmax && layer_output_shape(i) != output_shape()) return Activation::linear;
    const bool changes_nothing = layer(i).is_view(/*training=*/false) || layer(i).type() == "Activation";
    if (found != Activation::linear || !changes_nothing) return found;
  }
  return Activation::linear;
}

}  // namespace lapis
