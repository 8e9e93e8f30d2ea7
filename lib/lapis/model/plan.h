#pragma once

#include <memory>
#include <vector>

#include "lapis/model/model.h"

namespace lapis {

/// Arithmetic only: where everything lies in one block of memory, for batches up to `x`'s. Offsets are in
/// Reals from the block's start, each a multiple of 16 (64 bytes in float).
///
/// `predict`: two activations in turn (ping-pong). `inspect`: all activations. `train`: all activations,
/// saved values, two activation gradients in turn, parameter gradients. `predict` also fuses layers where
/// they can be, and `predict` and `inspect` have the parameters once more, prepared for the backend, in a
/// block of their own.
class Plan {
 public:
  struct Step {
    std::shared_ptr<const Layer> layer;  // the model's, or what it was fused to with those that follow
    int number = 0;                      // of the (first) layer in the model
    Shape x, y;                          // with the planned batch
    bool is_view = false;                // y lies where x lies
    Index y_offset = 0;
    Index saved_offset = 0;
    Index dy_offset = 0;         // gradient of y (train)
    Index prepared_offset = -1;  // in the block of prepared parameters; -1: the layer has none
    int mask_in = -1;            // which mask reaches the layer; -1: none
    int mask_made = -1;          // which mask it makes
    std::uint64_t random_stream = 0;
  };

  /// `x` has the batch first and no unknown size. `input_gradient`: train mode also gives the gradient of the
  /// input. Throws Error where `x` does not fit the model's input.
  Plan(const Model& model, const Backend& backend, const Shape& x, Mode mode, bool input_gradient = false);

  Mode mode() const { return mode_; }
  bool input_gradient() const { return input_gradient_; }
  const Shape& input_shape() const { return x_; }
  /// One for each layer, but for those that were fused.
  const std::vector<Step>& steps() const { return steps_; }

  Index input_offset() const { return input_offset_; }
  Index dx_offset() const { return dx_offset_; }                // gradient of the input
  Index gradients_offset() const { return gradients_offset_; }  // laid out as the model's parameters
  Index scratch_offset() const { return scratch_offset_; }
  Index mask_offset(int mask) const;
  int output_mask() const { return output_mask_; }

  /// Reals of the whole block.
  Index size() const { return size_; }
  std::size_t bytes() const { return static_cast<std::size_t>(size_) * sizeof(Real); }
  /// Reals of the block of prepared parameters.
  Index prepared_size() const { return prepared_size_; }
  std::size_t prepared_bytes() const { return static_cast<std::size_t>(prepared_size_) * sizeof(Real); }

 private:
  void place_activations();
  void place_gradients(Index parameter_count);
  Index take(Index reals);

  Shape x_;
  Mode mode_;
  bool input_gradient_;
  std::vector<Step> steps_;
  std::vector<Index> mask_offsets_;
  int output_mask_ = -1;
  Index input_offset_ = 0, dx_offset_ = 0, gradients_offset_ = 0, scratch_offset_ = 0;
  Index size_ = 0;
  Index prepared_size_ = 0;
};

}  // namespace lapis
