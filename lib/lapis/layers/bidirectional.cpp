#include "lapis/layers/bidirectional.h"

#include <algorithm>

#include "lapis/core/round_up.h"
#include "lapis/layers/work.h"

namespace lapis {

namespace {

constexpr std::array<std::string_view, 4> kMergeModes = {"concat", "sum", "ave", "mul"};

/// The backward layer drops what it draws itself.
RandomStream second_stream(const RandomStream& random) {
  constexpr std::uint64_t kSecond = 0x6261636b77617264;
  return {random.seed() ^ kSecond, random.stream()};
}

}  // namespace

void Bidirectional::Config::visit(ConfigVisitor& visitor) {
  int mode = static_cast<int>(merge_mode);
  visitor.choice("merge_mode", mode, kMergeModes);
  merge_mode = static_cast<Backend::Merge>(mode);
  visitor.layer("layer", layer, /*required=*/true);
  visitor.layer("backward_layer", backward_layer, /*required=*/false);
}

Bidirectional::Bidirectional(std::string name, const Config& config)
    : Layer(std::move(name)), merge_mode_(config.merge_mode) {
  const auto recurrent = [this](const std::shared_ptr<const Layer>& layer) {
    const auto* typed = dynamic_cast<const RecurrentLayer*>(layer.get());
    if (typed == nullptr)
      refuse("wraps ", layer == nullptr ? "nothing" : layer->type(), ", expected SimpleRNN, LSTM or GRU");
    return typed;
  };
  const RecurrentLayer* layer = recurrent(config.layer);
  const bool given = config.backward_layer != nullptr;
  const RecurrentLayer* other = given ? recurrent(config.backward_layer) : layer;

  std::string base = layer->name();
  if (base.starts_with("forward_")) base.erase(0, 8);  // Keras takes the prefix off before it adds it again
  RecurrentLayer::Config settings = layer->config();
  // Keras: force_zero_output_for_mask in keras/src/layers/rnn/bidirectional.py.
  settings.zero_output_for_mask = settings.return_sequences;
  forward_ = layer->renamed("forward_" + base, settings);

  RecurrentLayer::Config other_settings = other->config();
  other_settings.zero_output_for_mask = other_settings.return_sequences;
  if (!given) other_settings.go_backwards = !settings.go_backwards;
  backward_ = other->renamed(given ? other->name() : "backward_" + base, other_settings);

  if (other_settings.go_backwards == settings.go_backwards)
    refuse("layer and backward_layer run in the same direction, expected opposite go_backwards");
  if (other_settings.return_sequences != settings.return_sequences)
    refuse("layer and backward_layer differ in return_sequences");
  if (other_settings.units != settings.units)
    refuse("layer has ", settings.units, " units and backward_layer ", other_settings.units,
           ", expected the same number");
}

Shape Bidirectional::output_shape(const Shape& x) const {
  Shape y = forward_->output_shape(x);
  if (merge_mode_ == Backend::Merge::concat) y.set(-1, 2 * y[-1]);
  return y;
}

std::vector<ParameterInfo> Bidirectional::parameters(const Shape& x) const {
  std::vector<ParameterInfo> list;
  for (const RecurrentLayer* child : {forward_.get(), backward_.get()})
    for (ParameterInfo parameter : child->model_parameters(x)) {
      parameter.name = child->name() + "/" + parameter.name;
      list.push_back(std::move(parameter));
    }
  return list;
}

Bidirectional::Parts Bidirectional::parts(const Backend& backend, const Shape& x, bool training,
                                          Index words) const {
  Parts parts;
  parts.child_shape = forward_->output_shape(x);
  parts.backward_parameters = forward_->parameter_count(x);
  parts.backward_prepared = round_up(forward_->prepared_size(backend, x, words));
  const Index output = parts.child_shape.size();
  const Mode mode = training ? Mode::train : Mode::predict;
  const Memory forward_memory = forward_->memory(backend, x, mode);
  const Memory backward_memory = backward_->memory(backend, x, mode);

  Index& kept = training ? parts.saved_size : parts.scratch_size;
  const auto take = [](Index& end, Index count) {
    const Index start = end;
    end = Size(end) + count;
    return start;
  };
  parts.forward_output = take(kept, output);
  parts.backward_output = take(kept, output);
  parts.forward_saved = take(parts.saved_size, forward_memory.saved);
  parts.backward_saved = take(parts.saved_size, backward_memory.saved);
  parts.child_scratch = take(parts.scratch_size, std::max(forward_memory.scratch, backward_memory.scratch));
  if (forward_->config().return_sequences) parts.turned = take(parts.scratch_size, output);
  if (training) {
    parts.forward_gradient = take(parts.scratch_size, output);
    parts.backward_gradient = take(parts.scratch_size, output);
    parts.dx = take(parts.scratch_size, x.size());
  }
  return parts;
}

Memory Bidirectional::memory(const Backend& backend, const Shape& x, Mode mode) const {
  const Parts sizes = parts(backend, x, mode == Mode::train, /*words=*/0);
  return {.saved = sizes.saved_size, .scratch = sizes.scratch_size};
}

Index Bidirectional::prepared_size(const Backend& backend, const Shape& x, Index words) const {
  return Size(round_up(forward_->prepared_size(backend, x, words))) +
         backward_->prepared_size(backend, x, words);
}

void Bidirectional::prepare(Backend& backend, const Shape& x, const Real* parameters, Index words,
                            Real* prepared) const {
  forward_->prepare(backend, x, parameters, words, prepared);
  backward_->prepare(backend, x, parameters + forward_->parameter_count(x), words,
                     prepared + round_up(forward_->prepared_size(backend, x, words)));
}

double Bidirectional::macs(const Shape& x) const {
  return forward_->macs(x) + backward_->macs(x);
}

double Bidirectional::work(const Shape& x) const {
  return forward_->work(x) + backward_->work(x) + 2 * work::kMoved * output_shape(x).elements();
}

void Bidirectional::forward(Backend& backend, const ForwardArgs& args) const {
  const bool training = args.saved != nullptr;
  const Parts at = parts(backend, args.x.shape, training, args.words.count);
  Real* const kept = training ? args.saved : args.scratch;
  const bool sequences = forward_->config().return_sequences;

  ForwardArgs child = args;
  child.scratch = args.scratch + at.child_scratch;
  child.saved = training ? args.saved + at.forward_saved : nullptr;
  child.y = {kept + at.forward_output, at.child_shape};
  forward_->forward(backend, child);

  if (args.activity_penalty != nullptr) forward_->count_activity(backend, child.y, args.activity_penalty);
  child.random = second_stream(args.random);
  child.parameters = args.parameters + at.backward_parameters;
  if (args.prepared != nullptr) child.prepared = args.prepared + at.backward_prepared;
  child.saved = training ? args.saved + at.backward_saved : nullptr;
  child.y = {sequences ? args.scratch + at.turned : kept + at.backward_output, at.child_shape};
  backward_->forward(backend, child);
  if (args.activity_penalty != nullptr) backward_->count_activity(backend, child.y, args.activity_penalty);
  if (sequences)
    backend.reverse_time(child.y.data, kept + at.backward_output, at.child_shape[0], at.child_shape[1],
                         at.child_shape[2]);

  backend.merge(merge_mode_, kept + at.forward_output, kept + at.backward_output, args.y.data,
                at.child_shape.rows(), at.child_shape[-1]);
}

void Bidirectional::backward(Backend& backend, const BackwardArgs& args) const {
  const Parts at = parts(backend, args.x.shape, /*training=*/true, /*words=*/0);
  const bool sequences = forward_->config().return_sequences;
  Real* const forward_gradient = args.scratch + at.forward_gradient;
  Real* backward_gradient = args.scratch + at.backward_gradient;
  const ConstView forward_output = {args.saved + at.forward_output, at.child_shape};
  const ConstView backward_output = {args.saved + at.backward_output, at.child_shape};
  backend.merge_backward(merge_mode_, forward_output.data, backward_output.data, args.dy.data,
                         forward_gradient, backward_gradient, at.child_shape.rows(), at.child_shape[-1]);
  forward_->add_activity_gradient(backend, forward_output, forward_gradient, args.activity_weight,
                                  args.unwanted_sum);
  backward_->add_activity_gradient(backend, backward_output, backward_gradient, args.activity_weight,
                                   args.unwanted_sum);
  if (sequences) {
    Real* const turned = args.scratch + at.turned;
    backend.reverse_time(backward_gradient, turned, at.child_shape[0], at.child_shape[1], at.child_shape[2]);
    backward_gradient = turned;
  }

  BackwardArgs child = args;
  child.dy_is_logits = false;
  child.scratch = args.scratch + at.child_scratch;
  child.saved = args.saved + at.forward_saved;
  child.y = forward_output;
  child.dy = {forward_gradient, at.child_shape};
  forward_->backward(backend, child);

  child.random = second_stream(args.random);
  child.parameters = args.parameters + at.backward_parameters;
  child.gradients = args.gradients + at.backward_parameters;
  child.saved = args.saved + at.backward_saved;
  child.y = backward_output;
  child.dy = {backward_gradient, at.child_shape};
  const bool wants_dx = args.dx.data != nullptr;
  if (wants_dx) child.dx.data = args.scratch + at.dx;
  backward_->backward(backend, child);
  if (wants_dx) backend.add(child.dx.data, args.dx.data, args.dx.shape.size());
}

void Bidirectional::visit_config(ConfigVisitor& visitor) const {
  // The visitor shows layers through shared pointers; these two do not own.
  const auto borrow = [](const RecurrentLayer& layer) {
    return std::shared_ptr<const Layer>(std::shared_ptr<const Layer>(), &layer);
  };
  Config config{borrow(*forward_), borrow(*backward_), merge_mode_};
  config.visit(visitor);
}

}  // namespace lapis
