#include "lapis/layers/gru.h"

namespace lapis {

void GRU::Config::visit(ConfigVisitor& visitor) {
  visitor.require("units");
  visitor.integer("units", units, 1);
  visitor.activation("activation", activation);
  if (visitor.rules().is_keras2) {
    visitor.require("recurrent_activation");  // its default changed with 2.3
    reset_after = false;                      // before 2.1.5 there was no other way, and no key
  }
  visitor.activation("recurrent_activation", recurrent_activation);
  visitor.boolean("reset_after", reset_after);
  visit_shared(*this, visitor);
}

GRU::GRU(std::string name, const RecurrentLayer::Config& config)
    : RecurrentLayer(std::move(name), config, 3, "gru_cell") {
  check_activation("activation", config.activation);
  check_activation("recurrent_activation", config.recurrent_activation);
}

std::unique_ptr<RecurrentLayer> GRU::with(std::string name, const RecurrentLayer::Config& config) const {
  return std::make_unique<GRU>(std::move(name), config);
}

Memory GRU::plain_memory(const Backend& backend, const Shape& x, Mode mode) const {
  const Recurrent sequence = op(x, nullptr);
  return {.saved = mode == Mode::train ? backend.gru_saved(sequence) : 0,
          .scratch = backend.gru_scratch(sequence)};
}

void GRU::plain_forward(Backend& backend, const ForwardArgs& args) const {
  backend.gru(op(args.x.shape, args.mask), args.x.data, split(args.x.shape, args.parameters), args.y.data,
              args.saved, args.scratch);
}

void GRU::plain_backward(Backend& backend, const BackwardArgs& args) const {
  backend.gru_backward(op(args.x.shape, args.mask), args.x.data, split(args.x.shape, args.parameters),
                       args.dy.data, args.saved, args.dx.data, split(args.x.shape, args.gradients),
                       args.scratch);
}

}  // namespace lapis
