#include <algorithm>

#include "lapis/core/round_up.h"
#include "lapis/core/size.h"
#include "lapis/layers/recurrent.h"

/// dropout and recurrent_dropout as Keras 3.15 has them.
namespace lapis {

namespace {

constexpr std::uint64_t kStateSeed = 0x7374617465647270;

}  // namespace

/// Where the parts lie, in Reals from the start of `saved` and `scratch`.
struct RecurrentLayer::DropoutParts {
  Index factors = 0;  // saved: [masks, batch, inputs], then of the state [masks, batch, units]
  Index saved = 0;    // saved: the sequence's own
  Index inputs = 0;   // scratch: [masks, batch, time, inputs], dropped
  Index dx = 0;       // scratch, of backward with several masks: their gradients
  Index scratch = 0;  // scratch: the sequence's own
  Memory size;
};

/// Keras: SimpleRNN drops all at a rate of 1, the others nothing.
bool RecurrentLayer::is_dropped(double rate) const {
  return rate > 0 && (rate < 1 || gates_ == 1);
}

/// Of the inputs, and of the state where it is dropped.
Index RecurrentLayer::masks() const {
  return config_.recurrent_dropout != 0 || config_.implementation == 1 ? gates_ : 1;
}

RecurrentLayer::DropoutParts RecurrentLayer::dropout_parts(const Backend& backend, const Shape& x) const {
  DropoutParts parts;
  const Index input_masks = drops_inputs() ? masks() : 0;
  const Index state_masks = drops_states() ? masks() : 0;
  parts.saved = round_up(Size(x[0]) * (Size(input_masks) * x[2] + Size(state_masks) * config_.units));
  const Index inputs = round_up(Size(input_masks) * x.size());
  parts.dx = inputs;
  parts.scratch = Size(inputs) + (input_masks > 1 ? inputs : 0);
  Memory own;
  if (is_stepwise()) {
    Stepwise layer;
    layer.op = op(x, nullptr);
    layer.gates = static_cast<int>(gates_);
    own = {.saved = stepwise_saved(layer), .scratch = stepwise_scratch(layer)};
  } else {
    own = plain_memory(backend, x, Mode::train);
  }
  parts.size = {.saved = Size(parts.saved) + own.saved, .scratch = Size(parts.scratch) + own.scratch};
  return parts;
}

Memory RecurrentLayer::memory(const Backend& backend, const Shape& x, Mode mode) const {
  const Memory plain = plain_memory(backend, x, mode);
  if (mode != Mode::train || !drops()) return plain;
  const Memory dropping = dropout_parts(backend, x).size;
  return {.saved = std::max(plain.saved, dropping.saved),
          .scratch = std::max(plain.scratch, dropping.scratch)};
}

void RecurrentLayer::make_factors(Backend& backend, const Shape& x, const RandomStream& random,
                                  Real* factors) const {
  const auto draw = [&](double rate, Index count, const RandomStream& from) {
    backend.zero(factors, count);
    backend.pointwise({.kind = Pointwise::Kind::affine, .offset = 1}, factors, factors, count);
    backend.dropout(factors, factors, count, static_cast<float>(rate), from);
    factors += count;
  };
  if (drops_inputs()) draw(config_.dropout, masks() * x[0] * x[2], random);
  if (drops_states())
    draw(config_.recurrent_dropout, masks() * x[0] * config_.units,
         RandomStream(random.seed() ^ kStateSeed, random.stream()));
}

/// The layer with what it drops of x, which goes to `room`.
Stepwise RecurrentLayer::dropped(Backend& backend, const Shape& x, Mask mask, const Real* values,
                                 const Real* parameters, const Real* factors, Real* room) const {
  Stepwise layer = {.op = op(x, mask), .gates = static_cast<int>(gates_), .parameters = split(x, parameters)};
  layer.x.fill(values);
  if (drops_inputs()) {
    for (Index i = 0; i < masks(); ++i, factors += x[0] * x[2], room += x.size()) {
      backend.scale_steps(values, factors, room, x[0], x[1], x[2]);
      layer.x[static_cast<std::size_t>(i)] = room;
    }
    if (masks() == 1) layer.x.fill(layer.x[0]);
  }
  if (drops_states()) layer.state_factors = factors;
  return layer;
}

void RecurrentLayer::forward(Backend& backend, const ForwardArgs& args) const {
  // Only what is made to train drops: there is a backward that wants to know what.
  if (!args.training || args.saved == nullptr || !drops()) return plain_forward(backend, args);
  const DropoutParts at = dropout_parts(backend, args.x.shape);
  Real* const factors = args.saved + at.factors;
  make_factors(backend, args.x.shape, args.random, factors);
  const Stepwise layer = dropped(backend, args.x.shape, args.mask, args.x.data, args.parameters, factors,
                                 args.scratch + at.inputs);
  if (is_stepwise())
    return stepwise_forward(backend, layer, args.y.data, args.saved + at.saved, args.scratch + at.scratch);
  ForwardArgs plain = args;
  plain.x.data = layer.x[0];
  plain.saved = args.saved + at.saved;
  plain.scratch = args.scratch + at.scratch;
  plain_forward(backend, plain);
}

void RecurrentLayer::backward(Backend& backend, const BackwardArgs& args) const {
  if (!args.training || !drops()) return plain_backward(backend, args);
  const Shape& x = args.x.shape;
  const DropoutParts at = dropout_parts(backend, x);
  const Real* const factors = args.saved + at.factors;
  const Stepwise layer =
      dropped(backend, x, args.mask, args.x.data, args.parameters, factors, args.scratch + at.inputs);
  const bool wants_dx = args.dx.data != nullptr;
  if (!is_stepwise()) {
    BackwardArgs plain = args;
    plain.x.data = layer.x[0];
    plain.saved = args.saved + at.saved;
    plain.scratch = args.scratch + at.scratch;
    plain_backward(backend, plain);
    if (wants_dx) backend.scale_steps(args.dx.data, factors, args.dx.data, x[0], x[1], x[2]);
    return;
  }
  std::array<Real*, Stepwise::kMostGates> dx = {};
  Real* const gradients = args.scratch + at.dx;
  const bool apart = drops_inputs() && masks() > 1;
  for (Index i = 0; wants_dx && i < gates_; ++i)
    dx[static_cast<std::size_t>(i)] = apart ? gradients + i * x.size() : args.dx.data;
  if (wants_dx) backend.zero(dx[0], apart ? masks() * x.size() : x.size());
  stepwise_backward(backend, layer, args.dy.data, args.saved + at.saved, dx, split(x, args.gradients),
                    args.scratch + at.scratch);
  if (!wants_dx || !drops_inputs()) return;
  for (Index i = 0; i < masks(); ++i) {
    Real* const gate = dx[static_cast<std::size_t>(i)];
    Real* const to = i == 0 ? args.dx.data : gate;
    backend.scale_steps(gate, factors + i * x[0] * x[2], to, x[0], x[1], x[2]);
    if (i > 0) backend.add(gate, args.dx.data, x.size());
  }
}

}  // namespace lapis
