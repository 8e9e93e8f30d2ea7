#include <catch2/catch.hpp>
#include <map>

#include "support/layer_cases.h"

using namespace lapis;
using namespace lapis_test;

static_assert(sizeof(Real) == 8, "finite differences are only good to 2e-2 in float");

TEST_CASE("every layer's gradients equal finite differences to 1e-6") {
  for (const NamedCase& each : layer_cases()) {
    const LayerCheck check = check_gradients(*each.layer, each.test);
    INFO(each.family << ", " << each.name << ": " << check.to_string());
    CHECK(check.input_error <= 1e-6);
    CHECK(check.parameter_error <= 1e-6);
  }
}

namespace {

/// A layer with one fault planted in its backward: the sign of one value, as a slip of the pen would have it.
class WrongSign final : public Layer {
 public:
  enum class Where { input, parameters };

  WrongSign(std::shared_ptr<const Layer> layer, Where where)
      : Layer(layer->name()), layer_(layer), where_(where) {}
  std::string_view type() const override { return layer_->type(); }
  Shape output_shape(const Shape& x) const override { return layer_->output_shape(x); }
  std::vector<ParameterInfo> parameters(const Shape& x) const override { return layer_->parameters(x); }
  Memory memory(const Backend& backend, const Shape& x, Mode mode) const override {
    return layer_->memory(backend, x, mode);
  }
  MaskRule mask_rule() const override { return layer_->mask_rule(); }
  void forward(Backend& backend, const ForwardArgs& args) const override { layer_->forward(backend, args); }
  void backward(Backend& backend, const BackwardArgs& args) const override {
    layer_->backward(backend, args);
    Index count = args.dx.shape.size();
    Real* values = args.dx.data;
    if (where_ == Where::parameters) {
      count = 0;
      for (const ParameterInfo& info : parameters(args.x.shape)) count += info.shape.size();
      values = args.gradients;
    }
    // The largest one, so that its sign matters.
    Real* const largest =
        std::max_element(values, values + count, [](Real a, Real b) { return std::abs(a) < std::abs(b); });
    *largest = -*largest;
  }
  void visit_config(ConfigVisitor& visitor) const override { layer_->visit_config(visitor); }

 private:
  std::shared_ptr<const Layer> layer_;
  Where where_;
};

}  // namespace

TEST_CASE("one wrong sign in a backward goes red, in every family") {
  std::map<std::string, NamedCase> first_of_family;
  for (const NamedCase& each : layer_cases()) first_of_family.insert({each.family, each});
  CHECK(first_of_family.size() == 27);
  for (const auto& [family, each] : first_of_family) {
    INFO(family << ", " << each.name);
    if (each.test.ids == 0) {
      const WrongSign wrong(each.layer, WrongSign::Where::input);
      CHECK(check_gradients(wrong, each.test).input_error > 1e-3);
    }
    if (!each.layer->parameters(each.test.x).empty()) {
      const WrongSign wrong(each.layer, WrongSign::Where::parameters);
      CHECK(check_gradients(wrong, each.test).parameter_error > 1e-3);
    }
  }
}
