#include "lapis/layers/simple_rnn.h"

namespace lapis {

void SimpleRNN::Config::visit(ConfigVisitor& visitor) {
  visitor.require("units");
  visitor.integer("units", units, 1);
  visitor.activation("activation", activation);
  visit_shared(*this, visitor);
}

SimpleRNN::SimpleRNN(std::string name, const RecurrentLayer::Config& config)
    : RecurrentLayer(std::move(name), config, 1, "simple_rnn_cell") {
  check_activation("activation", config.activation);
}

std::unique_ptr<RecurrentLayer> SimpleRNN::with(std::string name,
                                                const RecurrentLayer::Config& config) const {
  return std::make_unique<SimpleRNN>(std::move(name), config);
}

Memory SimpleRNN::plain_memory(const Backend& backend, const Shape& x, Mode mode) const {
  const Recurrent sequence = op(x, nullptr);
  return {.saved = mode == Mode::train ? backend.simple_rnn_saved(sequence) : 0,
          .scratch = backend.simple_rnn_scratch(sequence)};
}

Index SimpleRNN::prepared_size(const Backend& backend, const Shape& x, Index words) const {
  return backend.simple_rnn_prepared(op(x, nullptr, words));
}

void SimpleRNN::prepare(Backend& backend, const Shape& x, const Real* parameters, Index words,
                        Real* prepared) const {
  backend.prepare_simple_rnn(op(x, nullptr, words), split(x, parameters), prepared);
}

void SimpleRNN::plain_forward(Backend& backend, const ForwardArgs& args) const {
  RecurrentParameters parameters = split(args.x.shape, args.parameters);
  parameters.prepared = args.prepared;
  parameters.table = args.words.table;
  backend.simple_rnn(op(args.x.shape, args.mask, args.words.count), args.x.data, parameters, args.y.data,
                     args.saved, args.scratch);
}

void SimpleRNN::plain_backward(Backend& backend, const BackwardArgs& args) const {
  backend.simple_rnn_backward(op(args.x.shape, args.mask), args.x.data, split(args.x.shape, args.parameters),
                              args.dy.data, args.saved, args.dx.data, split(args.x.shape, args.gradients),
                              args.scratch);
}

}  // namespace lapis
