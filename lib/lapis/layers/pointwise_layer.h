#pragma once

#include "lapis/layers/layer.h"
#include "lapis/layers/work.h"

namespace lapis {

/// What LeakyReLU, ELU and Rescaling share: all but the settings. x [batch, ...] -> y [batch, ...]; saves
/// nothing (x suffices).
class PointwiseLayer : public Layer {
 public:
  Shape output_shape(const Shape& x) const override { return x; }
  double work(const Shape& x) const override {
    const bool is_function = op_.kind == Pointwise::Kind::elu;
    return Layer::work(x) + (is_function ? work::kFunction : work::kSimple) * x.elements();
  }
  void forward(Backend& backend, const ForwardArgs& args) const override {
    backend.pointwise(op_, args.x.data, args.y.data, args.x.shape.size());
  }
  void backward(Backend& backend, const BackwardArgs& args) const override {
    if (args.dx.data != nullptr)
      backend.pointwise_backward(op_, args.x.data, args.dy.data, args.dx.data, args.x.shape.size());
  }

 protected:
  PointwiseLayer(std::string name, const Pointwise& op) : Layer(std::move(name)), op_(op) {}

 private:
  Pointwise op_;
};

}  // namespace lapis
