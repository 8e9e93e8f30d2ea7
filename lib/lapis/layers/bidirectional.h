#pragma once

#include "lapis/layers/recurrent.h"

namespace lapis {

/// y = merge(forward(x), backward(x)); a returned sequence of the backward layer is turned to the order of x
/// first x [batch, time, inputs] -> y [batch, (time,) 2 * units] for concat, [batch, (time,) units] for sum,
/// ave, mul parameters: forward_NAME/CELL/..., then backward_NAME/CELL/... saves what both layers save, and
/// both outputs keras.layers.Bidirectional: both layers put out 0 at masked steps of a returned sequence
class Bidirectional final : public Layer {
 public:
  struct Config {
    std::shared_ptr<const Layer> layer;           // a SimpleRNN, LSTM or GRU
    std::shared_ptr<const Layer> backward_layer;  // nullptr: `layer` with go_backwards turned round
    Backend::Merge merge_mode = Backend::Merge::concat;

    void visit(ConfigVisitor& visitor);
  };

  Bidirectional(std::string name, const Config& config);
  std::string_view type() const override { return "Bidirectional"; }

  bool is_wrapper() const override { return true; }
  bool has_activity_regularizer() const override {
    return Layer::has_activity_regularizer() || forward_->has_activity_regularizer() ||
           backward_->has_activity_regularizer();
  }
  Shape output_shape(const Shape& x) const override;
  std::vector<ParameterInfo> parameters(const Shape& x) const override;
  Memory memory(const Backend& backend, const Shape& x, Mode mode) const override;
  Index prepared_size(const Backend& backend, const Shape& x, Index words) const override;
  void prepare(Backend& backend, const Shape& x, const Real* parameters, Index words,
               Real* prepared) const override;
  bool takes_words() const override { return forward_->takes_words() && backward_->takes_words(); }
  double macs(const Shape& x) const override;
  double work(const Shape& x) const override;
  MaskRule mask_rule() const override { return forward_->mask_rule(); }

  void forward(Backend& backend, const ForwardArgs& args) const override;
  void backward(Backend& backend, const BackwardArgs& args) const override;
  void visit_config(ConfigVisitor& visitor) const override;

 private:
  /// Where the children's parts lie, in Reals from the start of `saved`, `scratch` and the parameters.
  struct Parts {
    Shape child_shape;          // output of either child
    Index forward_output = 0;   // saved when training, else scratch
    Index backward_output = 0;  // in the order of x
    Index forward_saved = 0;
    Index backward_saved = 0;
    Index turned = 0;            // scratch: the backward layer's sequence in its own order
    Index child_scratch = 0;     // scratch: shared by the children
    Index forward_gradient = 0;  // scratch, training: gradients of the two outputs
    Index backward_gradient = 0;
    Index dx = 0;  // scratch, training: the second child's share
    Index saved_size = 0;
    Index scratch_size = 0;
    Index backward_parameters = 0;
    Index backward_prepared = 0;
  };
  Parts parts(const Backend& backend, const Shape& x, bool training, Index words) const;

  std::unique_ptr<const RecurrentLayer> forward_;
  std::unique_ptr<const RecurrentLayer> backward_;
  Backend::Merge merge_mode_;
};

}  // namespace lapis
