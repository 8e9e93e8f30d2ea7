#include "lapis/model/plan.h"

#include <algorithm>

#include "lapis/core/error.h"
#include "lapis/core/round_up.h"

namespace lapis {

namespace {

Index reals_for_bytes(Index bytes) {
  const auto real = static_cast<Index>(sizeof(Real));
  return (bytes + real - 1) / real;
}

/// The model's layer i, or what it and those that follow are fused to; `i` moves on to the next.
std::shared_ptr<const Layer> layer_at(const Model& model, int& i, Mode mode) {
  std::shared_ptr<const Layer> layer(std::shared_ptr<const Layer>(),
                                     &model.layer(i));  // the model's: not owned
  ++i;
  while (mode == Mode::predict && i < model.layer_count()) {
    std::shared_ptr<const Layer> fused = layer->fused_with(model.layer(i));
    if (fused == nullptr) break;
    layer = std::move(fused);
    ++i;
  }
  return layer;
}

void check_input(const Model& model, const Shape& x) {
  const Shape& expected = model.input_shape();
  bool fits = x.rank() == expected.rank() && x.is_known();
  for (int axis = 0; fits && axis < x.rank(); ++axis)
    fits = x[axis] > 0 && (expected[axis] == kUnknown || expected[axis] == x[axis]);
  if (!fits)
    fail("model \"", model.name(), "\": input ", x, ", expected ", expected, " (? may be any size from 1)");
}

}  // namespace

Plan::Plan(const Model& model, const Backend& backend, const Shape& x, Mode mode, bool input_gradient)
    : x_(x), mode_(mode), input_gradient_(input_gradient && mode == Mode::train) {
  check_input(model, x);
  const bool training = mode == Mode::train;
  Index parameter_count = 0;
  Index scratch = 0;
  Index saved_end = 0;
  int mask = -1;
  Shape shape = x;
  for (int i = 0; i < model.layer_count();) {
    Step step;
    step.number = i;
    step.layer = layer_at(model, i, mode);
    const Layer& layer = *step.layer;
    const Memory memory = layer.memory(backend, shape, mode);
    const Index prepared = training ? 0 : layer.prepared_size(backend, shape, /*words=*/0);
    if (prepared > 0) {
      step.prepared_offset = prepared_size_;
      prepared_size_ = Size(prepared_size_) + round_up(prepared);
    }
    step.x = shape;
    step.y = layer.output_shape(shape);
    step.is_view = layer.is_view(training);
    step.saved_offset = saved_end;
    step.mask_in = mask;
    step.random_stream = static_cast<std::uint64_t>(step.number);
    if (layer.mask_rule() == MaskRule::make) {
      mask = step.mask_made = static_cast<int>(mask_offsets_.size());
      mask_offsets_.push_back(reals_for_bytes(shape.size()));  // its size for now; an offset below
    } else if (layer.mask_rule() == MaskRule::drop) {
      mask = -1;
    }
    saved_end = Size(saved_end) + round_up(memory.saved);
    scratch = std::max(scratch, memory.scratch);
    steps_.push_back(step);
    shape = step.y;
  }
  output_mask_ = mask;
  for (const ModelParameter& parameter : model.parameters())
    parameter_count = Size(parameter_count) + parameter.info.shape.size();

  // Where a softmax's input has the gradient, that of its output's penalty is worked out beside it.
  if (training && model.has_activity_regularizers()) scratch = std::max(scratch, shape.size());
  place_activations();
  const Index saved_start = take(saved_end);
  for (Step& step : steps_) step.saved_offset += saved_start;
  for (Index& offset : mask_offsets_) offset = take(offset);
  scratch_offset_ = take(scratch);
  if (training) place_gradients(parameter_count);
}

Index Plan::mask_offset(int mask) const {
  return mask_offsets_[static_cast<std::size_t>(mask)];
}

void Plan::place_activations() {
  input_offset_ = take(x_.size());
  if (mode_ != Mode::predict) {
    Index previous = input_offset_;
    for (Step& step : steps_) previous = step.y_offset = step.is_view ? previous : take(step.y.size());
    return;
  }
  // Two buffers in turn, each as large as the largest activation that lands in it.
  std::array<Index, 2> sizes = {0, 0};
  std::size_t turn = 0;
  for (const Step& step : steps_) {
    if (step.is_view) continue;
    sizes[turn] = std::max(sizes[turn], step.y.size());
    turn = 1 - turn;
  }
  const std::array<Index, 2> buffers = {take(sizes[0]), take(sizes[1])};
  turn = 0;
  Index previous = input_offset_;
  for (Step& step : steps_) {
    if (!step.is_view) {
      previous = buffers[turn];
      turn = 1 - turn;
    }
    step.y_offset = previous;
  }
}

void Plan::place_gradients(Index parameter_count) {
  // As with activations, backwards: the gradient of a layer's y is read while that of its x is written.
  Index largest = x_.size();
  for (const Step& step : steps_) largest = std::max(largest, step.y.size());
  const std::array<Index, 2> buffers = {take(largest), take(largest)};
  std::size_t turn = 0;
  for (auto step = steps_.rbegin(); step != steps_.rend(); ++step) {
    step->dy_offset = buffers[turn];
    if (!step->is_view) turn = 1 - turn;
  }
  dx_offset_ = buffers[turn];
  gradients_offset_ = take(parameter_count);
}

Index Plan::take(Index reals) {
  const Index offset = size_;
  size_ = Size(size_) + round_up(reals);
  return offset;
}

}  // namespace lapis
