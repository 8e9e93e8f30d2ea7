#include "lapis/layers/lstm.h"

namespace lapis {

void LSTM::Config::visit(ConfigVisitor& visitor) {
  visitor.require("units");
  visitor.integer("units", units, 1);
  visitor.activation("activation", activation);
  if (visitor.rules().is_keras2) visitor.require("recurrent_activation");  // its default changed with 2.3
  visitor.activation("recurrent_activation", recurrent_activation);
  visitor.boolean("unit_forget_bias", unit_forget_bias);
  visit_shared(*this, visitor);
}

LSTM::LSTM(std::string name, const RecurrentLayer::Config& config)
    : RecurrentLayer(std::move(name), config, 4, "lstm_cell") {
  check_activation("activation", config.activation);
  check_activation("recurrent_activation", config.recurrent_activation);
}

std::unique_ptr<RecurrentLayer> LSTM::with(std::string name, const RecurrentLayer::Config& config) const {
  return std::make_unique<LSTM>(std::move(name), config);
}

Memory LSTM::plain_memory(const Backend& backend, const Shape& x, Mode mode) const {
  const Recurrent sequence = op(x, nullptr);
  return {.saved = mode == Mode::train ? backend.lstm_saved(sequence) : 0,
          .scratch = backend.lstm_scratch(sequence)};
}

Index LSTM::prepared_size(const Backend& backend, const Shape& x, Index words) const {
  return backend.lstm_prepared(op(x, nullptr, words));
}

void LSTM::prepare(Backend& backend, const Shape& x, const Real* parameters, Index words,
                   Real* prepared) const {
  backend.prepare_lstm(op(x, nullptr, words), split(x, parameters), prepared);
}

void LSTM::plain_forward(Backend& backend, const ForwardArgs& args) const {
  RecurrentParameters parameters = split(args.x.shape, args.parameters);
  parameters.prepared = args.prepared;
  parameters.table = args.words.table;
  backend.lstm(op(args.x.shape, args.mask, args.words.count), args.x.data, parameters, args.y.data,
               args.saved, args.scratch);
}

void LSTM::plain_backward(Backend& backend, const BackwardArgs& args) const {
  backend.lstm_backward(op(args.x.shape, args.mask), args.x.data, split(args.x.shape, args.parameters),
                        args.dy.data, args.saved, args.dx.data, split(args.x.shape, args.gradients),
                        args.scratch);
}

}  // namespace lapis
