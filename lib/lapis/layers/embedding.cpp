#include "lapis/layers/embedding.h"

#include <cmath>

#include "lapis/layers/embedded_layer.h"

namespace lapis {

void Embedding::Config::visit(ConfigVisitor& visitor) {
  visitor.require("input_dim");
  visitor.integer("input_dim", input_dim, 1);
  visitor.require("output_dim");
  visitor.integer("output_dim", output_dim, 1);
  visitor.boolean("mask_zero", mask_zero);
  visitor.initializer("embeddings_initializer", embeddings_initializer);
  visitor.regularizers({{"embeddings", embeddings_regularizer}});
  visitor.only_null("weights");
  visitor.only_null("quantization_config");
  visitor.ignore("input_length");  // Keras 2 kept it here; the input's shape says the same
}

Shape Embedding::output_shape(const Shape& x) const {
  if (x.rank() != 2) refuse("input ", x, ", expected ids [batch,time]");
  if (config_.input_dim < 1) refuse("input_dim is ", config_.input_dim, ", expected at least 1");
  if (config_.output_dim < 1) refuse("output_dim is ", config_.output_dim, ", expected at least 1");
  return {x[0], x[1], config_.output_dim};
}

std::vector<ParameterInfo> Embedding::parameters(const Shape& /*x*/) const {
  return {{.name = "embeddings",
           .shape = {config_.input_dim, config_.output_dim},
           .initializer = config_.embeddings_initializer,
           .regularizer = config_.embeddings_regularizer}};
}

void Embedding::check_values(const ConstView& x) const {
  for (Index i = 0; i < x.shape.size(); ++i)
    if (!has_row(x.data[i]) || x.data[i] != std::floor(x.data[i])) refuse_id(x, i);
}

// Fractions lose what is behind the point, as in Keras.
void Embedding::check_rows(const Backend& backend, const ConstView& x) const {
  if (backend.is_asynchronous()) return;
  for (Index i = 0; i < x.shape.size(); ++i)
    if (!has_row(x.data[i])) refuse_id(x, i);
}

void Embedding::refuse_id(const ConstView& x, Index i) const {
  refuse("input element ", i, " is ", x.data[i], ", expected a whole number from 0 to ",
         config_.input_dim - 1);
}

std::unique_ptr<const Layer> Embedding::fused_with(const Layer& next) const {
  if (!EmbeddedLayer::pays(*this, next)) return nullptr;
  return std::make_unique<EmbeddedLayer>(*this, next);
}

void Embedding::forward(Backend& backend, const ForwardArgs& args) const {
  check_rows(backend, args.x);
  const Index count = args.x.shape.size();
  backend.embedding(args.x.data, args.parameters, args.y.data, count, config_.output_dim);
  if (args.made_mask != nullptr) backend.mask_nonzero(args.x.data, args.made_mask, count);
}

void Embedding::backward(Backend& backend, const BackwardArgs& args) const {
  backend.embedding_backward(args.x.data, args.dy.data, args.gradients, args.x.shape.size(),
                             config_.output_dim);
  // Whole numbers have no gradient.
  if (args.dx.data != nullptr) backend.zero(args.dx.data, args.dx.shape.size());
}

}  // namespace lapis
