#include "support/check_layer.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <sstream>

#include "support/allocations.h"
#include "support/close.h"
#include "support/random_values.h"

namespace lapis_test {

using namespace lapis;

namespace {

constexpr Index kGuard = 64;

/// `size` Reals between two guards of a value that nobody computes.
class Guarded {
 public:
  explicit Guarded(Index size)
      : values_(static_cast<std::size_t>(size + 2 * kGuard), canary()),
        size_(static_cast<std::size_t>(size)) {}

  Real* data() { return values_.data() + kGuard; }
  void fill(Real value) { std::fill_n(data(), size_, value); }
  std::vector<Real> copy() const { return {values_.begin() + kGuard, values_.end() - kGuard}; }
  bool intact() const {
    const auto is_canary = [](Real value) { return value == canary(); };
    return std::all_of(values_.begin(), values_.begin() + kGuard, is_canary) &&
           std::all_of(values_.end() - kGuard, values_.end(), is_canary);
  }

 private:
  static Real canary() { return Real(-987654.25); }

  std::vector<Real> values_;
  std::size_t size_;
};

/// One layer with memory for one case.
class Bench {
 public:
  Bench(const Layer& layer, const LayerCase& test)
      : layer_(layer),
        test_(test),
        backend_(make_cpu_backend(1)),
        y_shape_(layer.output_shape(test.x)),
        memory_(layer.memory(*backend_, test.x, Mode::train)),
        predict_memory_(layer.memory(*backend_, test.x, Mode::predict)),
        x(test.ids > 0 ? random_ids(test.x.size(), test.ids, test.seed)
                       : random_values(test.x.size(), test.seed)),
        dy(random_values(y_shape_.size(), test.seed + 1)),
        made_mask_(static_cast<std::size_t>(test.x.size())) {
    Index count = 0;
    for (const ParameterInfo& info : layer.parameters(test.x)) count += info.shape.size();
    parameters = random_values(count, test.seed + 2, -0.5, 0.5);
    auto value = parameters.begin();
    for (const ParameterInfo& info : layer.parameters(test.x)) {
      const auto end = value + info.shape.size();
      // Moving statistics: a variance is not negative.
      if (info.moving) std::for_each(value, end, [](Real& v) { v = std::abs(v) + Real(0.25); });
      value = end;
    }
  }

  void forward(Guarded& y, Guarded* saved, Guarded& scratch, Guarded* prepared = nullptr) {
    ForwardArgs args;
    args.x = {x.data(), test_.x};
    args.y = {y.data(), y_shape_};
    args.parameters = parameters.data();
    args.prepared = prepared != nullptr ? prepared->data() : nullptr;
    args.saved = saved != nullptr ? saved->data() : nullptr;
    args.scratch = scratch.data();
    args.mask = test_.mask.empty() ? nullptr : test_.mask.data();
    args.made_mask = layer_.mask_rule() == MaskRule::make ? made_mask_.data() : nullptr;
    args.training = test_.training;
    args.random = RandomStream(test_.seed, 7);
    layer_.forward(*backend_, args);
  }

  Index prepared_size() const { return layer_.prepared_size(*backend_, test_.x, 0); }
  void prepare(Guarded& prepared) {
    layer_.prepare(*backend_, test_.x, parameters.data(), 0, prepared.data());
  }

  void backward(Guarded& y, Guarded& saved, Guarded& scratch, Guarded& gradients, Real* dx) {
    BackwardArgs args;
    args.x = {x.data(), test_.x};
    args.y = {y.data(), y_shape_};
    args.dy = {dy.data(), y_shape_};
    args.dx = {dx, test_.x};
    args.parameters = parameters.data();
    args.gradients = gradients.data();
    args.saved = saved.data();
    args.scratch = scratch.data();
    args.mask = test_.mask.empty() ? nullptr : test_.mask.data();
    args.training = test_.training;
    args.random = RandomStream(test_.seed, 7);
    args.dy_is_logits = test_.dy_is_logits;
    layer_.backward(*backend_, args);
  }

  /// sum(y * dy): the scalar whose gradient backward computes.
  double objective() {
    Guarded y(y_shape_.size());
    Guarded scratch(std::max(memory_.scratch, predict_memory_.scratch));
    Guarded saved(memory_.saved);
    forward(y, test_.drops_when_saving ? &saved : nullptr, scratch);
    double total = 0;
    for (Index i = 0; i < y_shape_.size(); ++i)
      total += static_cast<double>(y.data()[i]) * static_cast<double>(dy[static_cast<std::size_t>(i)]);
    return total;
  }

  /// Central differences of the objective over every element of `values`.
  std::vector<double> differences(std::vector<Real>& values) {
    const double step = sizeof(Real) == 8 ? 1e-5 : 1e-2;
    std::vector<double> result;
    for (Real& value : values) {
      const Real before = value;
      value = static_cast<Real>(static_cast<double>(before) + step);
      const double above = objective();
      value = static_cast<Real>(static_cast<double>(before) - step);
      const double below = objective();
      value = before;
      result.push_back((above - below) / (2 * step));
    }
    return result;
  }

 private:
  const Layer& layer_;
  const LayerCase& test_;
  std::unique_ptr<Backend> backend_;

 public:
  Shape y_shape_;
  Memory memory_;
  Memory predict_memory_;
  std::vector<Real> x, dy, parameters;

 private:
  std::vector<std::uint8_t> made_mask_;
};

void compare_gradients(Bench& bench, const Layer& layer, const LayerCase& test, const std::vector<Real>& dx,
                       const std::vector<Real>& gradients, LayerCheck& result) {
  // Whole numbers have no neighbours to differ by.
  if (test.ids == 0) result.input_error = max_relative_diff(dx, bench.differences(bench.x));
  const std::vector<double> differences = bench.differences(bench.parameters);
  Index offset = 0;
  for (const ParameterInfo& info : layer.parameters(test.x)) {
    const auto first = static_cast<std::size_t>(offset);
    const auto size = static_cast<std::size_t>(info.shape.size());
    offset += info.shape.size();
    if (!info.trainable) continue;  // has no gradient but a change of its own
    const double error = max_relative_diff(std::span(gradients).subspan(first, size),
                                           std::span(differences).subspan(first, size));
    if (error > result.parameter_error) result.worst_parameter = info.name;
    result.parameter_error = std::max(result.parameter_error, error);
  }
}

LayerCheck check(const Layer& layer, const LayerCase& test, bool only_gradients) {
  Bench bench(layer, test);
  LayerCheck result;
  const auto count = static_cast<Index>(bench.parameters.size());
  Guarded y(bench.y_shape_.size());
  Guarded saved(bench.memory_.saved);
  Guarded scratch(bench.memory_.scratch);
  Guarded gradients(count);
  Guarded dx(test.x.size());
  gradients.fill(0);
  bench.forward(y, &saved, scratch);
  bench.backward(y, saved, scratch, gradients, dx.data());
  const std::vector<Real> first_y = y.copy();
  const std::vector<Real> first_dx = dx.copy();
  const std::vector<Real> first_gradients = gradients.copy();
  compare_gradients(bench, layer, test, first_dx, first_gradients, result);
  if (only_gradients) return result;

  // Again, over dirty memory: equal bits, doubled parameter gradients, the same dx, no allocation.
  saved.fill(Real(3.5));
  scratch.fill(Real(-2.5));
  y.fill(Real(1e6));
  dx.fill(Real(1e6));
  {
    AllocationCounter counter;
    bench.forward(y, &saved, scratch);
    bench.backward(y, saved, scratch, gradients, dx.data());
    result.allocations = counter.count();
  }
  std::vector<Real> doubled = first_gradients;
  for (Real& value : doubled) value += value;
  result.repeatable = y.copy() == first_y && dx.copy() == first_dx;
  result.accumulates =
      max_abs_diff(gradients.copy(), doubled) <= 1e-5 * (1 + max_abs(std::span<const Real>(doubled)));

  gradients.fill(0);
  bench.backward(y, saved, scratch, gradients, nullptr);
  result.dx_optional = gradients.copy() == first_gradients;

  Guarded predict_y(bench.y_shape_.size());
  Guarded predict_scratch(bench.predict_memory_.scratch);
  bench.forward(predict_y, nullptr, predict_scratch);
  result.same_without_saving = (predict_y.copy() == first_y) != test.drops_when_saving;
  bool prepared_intact = true;
  if (bench.prepared_size() > 0 && !test.drops_when_saving) {
    Guarded prepared(bench.prepared_size());
    prepared.fill(std::numeric_limits<Real>::quiet_NaN());  // all of it has to be written
    bench.prepare(prepared);
    predict_y.fill(Real(1e6));
    predict_scratch.fill(std::numeric_limits<Real>::quiet_NaN());
    bench.forward(predict_y, nullptr, predict_scratch, &prepared);
    result.same_when_prepared =
        max_abs_diff(predict_y.copy(), first_y) <= 2e-6 * (1 + max_abs(std::span<const Real>(first_y)));
    prepared_intact = prepared.intact();
  }
  result.within_memory = prepared_intact && y.intact() && saved.intact() && scratch.intact() &&
                         gradients.intact() && dx.intact() && predict_y.intact() && predict_scratch.intact();
  return result;
}

}  // namespace

bool LayerCheck::keeps_contract() const {
  return same_without_saving && same_when_prepared && repeatable && within_memory && accumulates &&
         dx_optional && allocations == 0;
}

std::string LayerCheck::to_string() const {
  std::ostringstream text;
  text << "input_error " << input_error << ", parameter_error " << parameter_error << " (" << worst_parameter
       << "), same_without_saving " << same_without_saving << ", same_when_prepared " << same_when_prepared
       << ", repeatable " << repeatable << ", within_memory " << within_memory << ", accumulates "
       << accumulates << ", dx_optional " << dx_optional << ", allocations " << allocations;
  return text.str();
}

LayerCheck check_layer(const Layer& layer, const LayerCase& test) {
  return check(layer, test, false);
}
LayerCheck check_gradients(const Layer& layer, const LayerCase& test) {
  return check(layer, test, true);
}

}  // namespace lapis_test
