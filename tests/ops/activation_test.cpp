#include "lapis/ops/activation.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "lapis/ops/vector.h"
#include "ops/bits.h"
#include "support/close.h"
#include "support/random_values.h"

namespace {

using lapis::Activation;
using lapis::Index;
using lapis::Real;

/// Error of `actual` in units of the last place of the true value; 0 where both are NaN or the same infinity.
double error_in_units(float actual, double expected) {
  if (std::isnan(expected)) return std::isnan(actual) ? 0 : INFINITY;
  const auto rounded = static_cast<float>(expected);
  if (std::isinf(rounded)) return actual == rounded ? 0 : INFINITY;
  const float next = std::nextafter(std::abs(rounded), std::numeric_limits<float>::infinity());
  const double unit =
      std::isinf(next) ? 0x1p104 : static_cast<double>(next) - static_cast<double>(std::abs(rounded));
  return std::abs(static_cast<double>(actual) - expected) / unit;
}

/// Floats over the whole range: every `step`th bit pattern, both signs, with infinities and NaNs.
std::vector<Real> floats(std::uint32_t step) {
  std::vector<Real> values;
  for (std::uint64_t bits = 0; bits <= 0xFFFFFFFFU; bits += step) {
    const auto pattern = static_cast<std::uint32_t>(bits);
    float value = 0;
    std::memcpy(&value, &pattern, sizeof(value));
    values.push_back(value);
  }
  for (const float value :
       {0.0F, -0.0F, INFINITY, -INFINITY, NAN, 88.7228F, 88.73F, -87.3F, -87.4F, -103.9F, -104.1F}) {
    values.push_back(value);
  }
  return values;
}

/// In units in the last place; errors up to `smallest` do not count.
template <class Fast, class Exact>
double worst_error(const Fast& fast, const Exact& exact, double smallest = 0) {
  const std::vector<Real> x = floats(10007);
  std::vector<Real> y(x.size());
  lapis::simd::map(x.data(), y.data(), static_cast<Index>(x.size()), fast);
  double worst = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double expected = exact(static_cast<double>(x[i]));
    if (std::abs(static_cast<double>(y[i]) - expected) <= smallest) continue;
    const double error = error_in_units(y[i], expected);
    if (!(error <= worst)) {
      worst = error;
      UNSCOPED_INFO("worst at " << x[i] << ": " << y[i] << ", " << error << " units");
    }
  }
  return worst;
}

}  // namespace

TEST_CASE("exp, tanh and sigmoid are good to 2.5 units in the last place over all floats") {
  CHECK(worst_error(lapis::simd::exp, [](double x) { return std::exp(x); }) <= 2);
  CHECK(worst_error(lapis::simd::tanh, [](double x) { return std::tanh(x); }) <= 2.5);
  CHECK(worst_error(
            lapis::simd::sigmoid,
            [](double x) { return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x)); },
            0x1p-125) <= 2.5);
}

TEST_CASE("activations and their gradients, every length, in place") {
  const auto backend = lapis::make_cpu_backend();
  struct Case {
    Activation activation;
    double (*value)(double);
    double (*slope)(double);
  };
  const std::vector<Case> cases = {
      {Activation::linear, [](double x) { return x; }, [](double) { return 1.0; }},
      {Activation::relu, [](double x) { return x > 0 ? x : 0; }, [](double x) { return x > 0 ? 1.0 : 0; }},
      {Activation::sigmoid, [](double x) { return 1 / (1 + std::exp(-x)); },
       [](double x) { return std::exp(-x) / std::pow(1 + std::exp(-x), 2); }},
      {Activation::tanh, [](double x) { return std::tanh(x); },
       [](double x) { return 1 - std::tanh(x) * std::tanh(x); }},
      {Activation::hard_sigmoid, [](double x) { return x < -3  ? 0
                                                       : x > 3 ? 1
                                                               : x / 6 + 0.5; },
       [](double x) { return x < -3 || x > 3 ? 0 : 1.0 / 6; }},
      {Activation::hard_sigmoid_keras2, [](double x) { return std::min(1.0, std::max(0.0, 0.2 * x + 0.5)); },
       [](double x) { return std::abs(x) > 2.5 ? 0 : 0.2; }}};
  for (const Case& test : cases) {
    for (Index n = 1; n <= 70; n += n < 40 ? 1 : 7) {
      std::vector<Real> x = lapis_test::random_values(n, static_cast<std::uint64_t>(n), -5, 5);
      const std::vector<Real> dy = lapis_test::random_values(n, 99);
      x.push_back(Real(123));  // must stay
      std::vector<double> y(x.begin(), x.end());
      std::vector<double> dx(dy.size());
      for (std::size_t i = 0; i < dx.size(); ++i) {
        y[i] = test.value(static_cast<double>(x[i]));
        dx[i] = test.slope(static_cast<double>(x[i])) * static_cast<double>(dy[i]);
      }
      backend->activate(test.activation, x.data(), x.data(), 1, n);
      std::vector<Real> result = dy;
      backend->activate_backward(test.activation, x.data(), result.data(), result.data(), 1, n);
      REQUIRE(lapis_test::max_abs_diff(x, y) <= 1e-6);
      REQUIRE(lapis_test::max_abs_diff(result, dx) <= 1e-6);
    }
  }
  // The slope of ReLU at 0 is 0.
  const Real zero = 0;
  Real gradient = 1;
  backend->activate_backward(Activation::relu, &zero, &gradient, &gradient, 1, 1);
  REQUIRE(gradient == 0);
}

TEST_CASE("softmax is stable, sums to 1, and its gradient is right") {
  const auto backend = lapis::make_cpu_backend();
  for (const Index n : {1, 2, 3, 10, 17, 100}) {
    const Index rows = 5;
    std::vector<Real> x = lapis_test::random_values(rows * n, 7, -3, 3);
    for (Index i = 0; i < n; ++i) x[static_cast<std::size_t>(2 * n + i)] += 1e4F;   // overflows without care
    for (Index i = 0; i < n; ++i) x[static_cast<std::size_t>(3 * n + i)] -= 1e30F;  // all equal
    const std::vector<Real> dy = lapis_test::random_values(rows * n, 8);
    std::vector<double> y(x.size());
    std::vector<double> dx(x.size());
    for (std::size_t row = 0; row < x.size(); row += static_cast<std::size_t>(n)) {
      double sum = 0;
      double mean = 0;
      for (std::size_t i = row; i < row + static_cast<std::size_t>(n); ++i) {
        y[i] = std::exp(static_cast<double>(x[i]) - static_cast<double>(x[row]));
        sum += y[i];
      }
      for (std::size_t i = row; i < row + static_cast<std::size_t>(n); ++i) {
        y[i] /= sum;
        mean += y[i] * static_cast<double>(dy[i]);
      }
      for (std::size_t i = row; i < row + static_cast<std::size_t>(n); ++i) {
        dx[i] = y[i] * (static_cast<double>(dy[i]) - mean);
      }
    }
    std::vector<Real> result = x;
    backend->activate(Activation::softmax, result.data(), result.data(), rows, n);
    REQUIRE(lapis_test::max_abs_diff(result, y) <= 3e-7);
    std::vector<Real> gradient = dy;
    backend->activate_backward(Activation::softmax, result.data(), gradient.data(), gradient.data(), rows, n);
    REQUIRE(lapis_test::max_abs_diff(gradient, dx) <= 1e-6);
  }
}

TEST_CASE("dropout keeps 1 - rate of the values, scales them, and repeats itself") {
  const auto backend = lapis::make_cpu_backend();
  const Index count = 200001;
  const std::vector<Real> ones(static_cast<std::size_t>(count), Real(1));
  for (const float rate : {0.0F, 0.1F, 0.25F, 0.5F, 0.9F}) {
    const lapis::RandomStream random(5, 77);
    std::vector<Real> y(ones.size());
    backend->dropout(ones.data(), y.data(), count, rate, random);
    const double keep = 1 - static_cast<double>(rate);
    double kept = 0;
    double pairs = 0;
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < y.size(); ++i) {
      const bool expected = random.uniform(i) >= rate;
      wrong += y[i] != (expected ? Real(1) / (Real(1) - rate) : Real(0)) ? 1 : 0;
      kept += y[i] != 0 ? 1 : 0;
      pairs += i > 0 && y[i] != 0 && y[i - 1] != 0 ? 1 : 0;
    }
    REQUIRE(wrong == 0);
    // Within 4.5 standard deviations; neighbours are independent.
    const double n = static_cast<double>(count);
    CHECK(std::abs(kept - n * keep) <= 4.5 * std::sqrt(n * keep * (1 - keep)) + 1e-9);
    CHECK(std::abs(pairs / n - keep * keep) <= 0.01);
  }
  std::vector<Real> y(ones.size());
  backend->dropout(ones.data(), y.data(), count, 1, lapis::RandomStream(5, 77));
  REQUIRE(lapis_test::max_abs(std::span<const Real>(y)) == 0);
}

TEST_CASE("activations and dropout give the same bits on 1, 2 and 3 threads", "[threads]") {
  const std::vector<Real> x = lapis_test::random_values(40 * 1003, 1, -4, 4);
  REQUIRE(lapis_test::same_on_all_threads([&](lapis::Backend& backend) {
    std::vector<Real> y = x;
    backend.activate(Activation::softmax, x.data(), y.data(), 40, 1003);
    backend.activate(Activation::tanh, y.data(), y.data(), 40, 1003);
    backend.dropout(y.data(), y.data(), static_cast<Index>(y.size()), 0.3F, lapis::RandomStream(1, 2));
    return y;
  }));
}

namespace {

/// Each activation in double, and its derivative by central differences of that.
double exact(Activation activation, double x) {
  const auto softplus = [](double v) { return v > 30 ? v : std::log1p(std::exp(v)); };
  const auto hard_sigmoid = [](double v) { return std::min(std::max(v / 6 + 0.5, 0.0), 1.0); };
  switch (activation) {
    case Activation::relu6:
      return std::min(std::max(x, 0.0), 6.0);
    case Activation::leaky_relu:
      return x < 0 ? 0.2 * x : x;
    case Activation::elu:
      return x < 0 ? std::expm1(x) : x;
    case Activation::selu:
      return 1.0507009873554805 * (x < 0 ? 1.6732632423543772 * std::expm1(x) : x);
    case Activation::softplus:
      return softplus(x);
    case Activation::softsign:
      return x / (1 + std::abs(x));
    case Activation::exponential:
      return std::exp(x);
    case Activation::hard_tanh:
      return std::min(std::max(x, -1.0), 1.0);
    case Activation::log_sigmoid:
      return -softplus(-x);
    case Activation::silu:
      return x / (1 + std::exp(-x));
    case Activation::hard_silu:
      return x * hard_sigmoid(x);
    case Activation::gelu:
      return x * 0.5 * std::erfc(-x / std::sqrt(2.0));
    case Activation::gelu_approximate:
      return x * 0.5 * (1 + std::tanh(std::sqrt(2 / 3.141592653589793) * (x + 0.044715 * x * x * x)));
    case Activation::mish:
      return x * std::tanh(softplus(x));
    default:
      return x - std::tanh(x);
  }
}

}  // namespace

TEST_CASE("the other activations and their derivatives agree with double", "[threads]") {
  const std::vector<Real> x = lapis_test::random_values(20'000, 1, -8, 8);
  const std::vector<Real> dy(x.size(), Real(1));
  const auto count = static_cast<Index>(x.size());
  for (const Activation activation :
       {Activation::relu6, Activation::leaky_relu, Activation::elu, Activation::selu, Activation::softplus,
        Activation::softsign, Activation::exponential, Activation::hard_tanh, Activation::log_sigmoid,
        Activation::silu, Activation::hard_silu, Activation::gelu, Activation::gelu_approximate,
        Activation::mish, Activation::tanh_shrink}) {
    INFO(static_cast<int>(activation));
    const auto run = [&](lapis::Backend& backend) {
      std::vector<Real> y(x.size());
      std::vector<Real> dx(x.size());
      backend.activate(activation, x.data(), y.data(), 1, count);
      const std::vector<Real>& known = lapis::follows_from_output(activation) ? y : x;
      backend.activate_backward(activation, known.data(), dy.data(), dx.data(), 1, count);
      y.insert(y.end(), dx.begin(), dx.end());
      return y;
    };
    const std::vector<Real> found = run(*lapis::make_cpu_backend());
    double worst = 0;
    double worst_derivative = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const auto at = static_cast<double>(x[i]);
      const double y = exact(activation, at);
      worst = std::max(worst, std::abs(static_cast<double>(found[i]) - y) / (1 + std::abs(y)));
      const double step = 1e-5;
      // Kinks have no derivative.
      if (std::min({std::abs(at), std::abs(at - 6), std::abs(std::abs(at) - 1), std::abs(std::abs(at) - 3)}) <
          1e-4)
        continue;
      const double slope = (exact(activation, at + step) - exact(activation, at - step)) / (2 * step);
      worst_derivative =
          std::max(worst_derivative,
                   std::abs(static_cast<double>(found[x.size() + i]) - slope) / (1 + std::abs(slope)));
    }
    CHECK(worst <= 1e-6);
    CHECK(worst_derivative <= 3e-6);
    CHECK(lapis_test::same_on_all_threads(run));
  }
}
