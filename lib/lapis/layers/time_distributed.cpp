#include "lapis/layers/time_distributed.h"

#include <algorithm>

namespace lapis {

namespace {

/// Layers whose samples know nothing of each other, of masks and of training: so all steps of all samples are
/// one batch. (BatchNormalization has other statistics in every step of Keras's loop, a recurrent layer would
/// take the mask.)
constexpr std::array<std::string_view, 18> kInside = {"Activation",
                                                      "AveragePooling2D",
                                                      "Conv1D",
                                                      "Conv2D",
                                                      "Dense",
                                                      "ELU",
                                                      "Flatten",
                                                      "GlobalAveragePooling2D",
                                                      "GlobalMaxPooling1D",
                                                      "GlobalMaxPooling2D",
                                                      "LayerNormalization",
                                                      "LeakyReLU",
                                                      "MaxPooling2D",
                                                      "RMSNormalization",
                                                      "ReLU",
                                                      "Rescaling",
                                                      "Reshape",
                                                      "ZeroPadding2D"};

/// [batch, time, ...] -> [batch * time, ...].
Shape flat(const Shape& x) {
  Shape shape = x.without_batch();
  shape.set(0, x[0] == kUnknown || x[1] == kUnknown ? kUnknown : Index{Size(x[0]) * x[1]});
  return shape;
}

}  // namespace

void TimeDistributed::Config::visit(ConfigVisitor& visitor) {
  visitor.layer("layer", layer, /*required=*/true);
  visitor.passes_mask(passes_mask, visitor.rules().sequences_pass_masks);
}

TimeDistributed::TimeDistributed(std::string name, const Config& config)
    : Layer(std::move(name)), config_(config) {
  if (config_.layer == nullptr) refuse("wraps nothing, expected a layer");
  if (std::find(kInside.begin(), kInside.end(), config_.layer->type()) == kInside.end()) {
    std::string names;
    for (const std::string_view each : kInside) names += (names.empty() ? "" : ", ") + std::string(each);
    refuse("wraps \"", config_.layer->name(), "\" (", config_.layer->type(), "), expected one of ", names);
  }
}

Shape TimeDistributed::output_shape(const Shape& x) const {
  if (x.rank() < 3) refuse("input ", x, ", expected [batch,time,...]");
  const Shape child = config_.layer->output_shape(flat(x));
  if (child.rank() == Shape::kMaxRank) refuse("output of \"", config_.layer->name(), "\" has too many axes");
  Shape y = {x[0], x[1]};
  for (int axis = 1; axis < child.rank(); ++axis) y.push_back(child[axis]);
  return y;
}

std::vector<ParameterInfo> TimeDistributed::parameters(const Shape& x) const {
  std::vector<ParameterInfo> list = config_.layer->model_parameters(flat(x));
  for (ParameterInfo& parameter : list) parameter.name = config_.layer->name() + "/" + parameter.name;
  return list;
}

Memory TimeDistributed::memory(const Backend& backend, const Shape& x, Mode mode) const {
  return config_.layer->memory(backend, flat(x), mode);
}

Index TimeDistributed::prepared_size(const Backend& backend, const Shape& x, Index words) const {
  return config_.layer->prepared_size(backend, flat(x), words);
}

void TimeDistributed::prepare(Backend& backend, const Shape& x, const Real* parameters, Index words,
                              Real* prepared) const {
  config_.layer->prepare(backend, flat(x), parameters, words, prepared);
}

double TimeDistributed::macs(const Shape& x) const {
  return config_.layer->macs(flat(x));
}

double TimeDistributed::work(const Shape& x) const {
  return config_.layer->work(flat(x));
}

void TimeDistributed::forward(Backend& backend, const ForwardArgs& args) const {
  ForwardArgs child = args;
  child.x.shape = flat(args.x.shape);
  child.y.shape = flat(args.y.shape);
  child.mask = nullptr;
  config_.layer->forward(backend, child);
}

void TimeDistributed::backward(Backend& backend, const BackwardArgs& args) const {
  BackwardArgs child = args;
  child.x.shape = child.dx.shape = flat(args.x.shape);
  child.y.shape = child.dy.shape = flat(args.y.shape);
  child.mask = nullptr;
  config_.layer->backward(backend, child);
}

}  // namespace lapis
