#include "layers/run_layer.h"

#include <algorithm>
#include <cmath>

namespace lapis_test {

using namespace lapis;

namespace {

/// Memory for one call, as a plan would give it.
struct Run {
  Run(const Layer& some_layer, const LayerInput& some_input)
      : layer(some_layer), input(some_input), y_shape(layer.output_shape(input.shape)) {
    REQUIRE(static_cast<Index>(input.x.size()) == input.shape.size());
    Index count = 0;
    for (const ParameterInfo& info : layer.parameters(input.shape)) count += info.shape.size();
    REQUIRE(static_cast<Index>(input.parameters.size()) == count);
    y.resize(static_cast<std::size_t>(y_shape.size()));
    const Memory memory = layer.memory(*backend, input.shape, Mode::train);
    saved.resize(static_cast<std::size_t>(memory.saved));
    scratch.resize(static_cast<std::size_t>(memory.scratch));
    made_mask.resize(input.x.size());
  }

  void forward() {
    ForwardArgs args;
    args.x = {input.x.data(), input.shape};
    args.y = {y.data(), y_shape};
    args.parameters = input.parameters.data();
    args.saved = saved.data();
    args.scratch = scratch.data();
    args.mask = input.mask.empty() ? nullptr : input.mask.data();
    args.made_mask = layer.mask_rule() == MaskRule::make ? made_mask.data() : nullptr;
    args.training = input.training;
    args.random = input.random;
    if (layer.is_view(input.training))
      y = input.x;
    else
      layer.forward(*backend, args);
  }

  const Layer& layer;
  const LayerInput& input;
  std::unique_ptr<Backend> backend = make_cpu_backend(1);
  Shape y_shape;
  Values y, saved, scratch;
  std::vector<std::uint8_t> made_mask;
};

}  // namespace

Values forward(const Layer& layer, const LayerInput& input) {
  Run run(layer, input);
  run.forward();
  return run.y;
}

LayerGradients backward(const Layer& layer, const LayerInput& input, const Values& dy) {
  Run run(layer, input);
  run.forward();
  REQUIRE(dy.size() == run.y.size());
  LayerGradients gradients = {Values(input.x.size()), Values(input.parameters.size())};
  BackwardArgs args;
  args.x = {input.x.data(), input.shape};
  args.y = {run.y.data(), run.y_shape};
  args.dy = {dy.data(), run.y_shape};
  args.dx = {gradients.dx.data(), input.shape};
  args.parameters = input.parameters.data();
  args.gradients = gradients.parameters.data();
  args.saved = run.saved.data();
  args.scratch = run.scratch.data();
  args.mask = input.mask.empty() ? nullptr : input.mask.data();
  args.training = input.training;
  args.random = input.random;
  args.dy_is_logits = input.dy_is_logits;
  layer.backward(*run.backend, args);
  return gradients;
}

bool Near::match(const Values& actual) const {
  return actual.size() == expected_.size() &&
         std::equal(actual.begin(), actual.end(), expected_.begin(), [](Real value, double expected) {
           return std::abs(static_cast<double>(value) - expected) <= 1e-6 * (1 + std::abs(expected));
         });
}

std::string Near::describe() const {
  return "is near " + Catch::Detail::stringify(expected_);
}

std::string parameter_list(const Layer& layer, const Shape& x) {
  std::string text;
  for (const ParameterInfo& info : layer.parameters(x)) {
    if (!text.empty()) text += ", ";
    text += info.name + " " + info.shape.to_string();
  }
  return text;
}

}  // namespace lapis_test
