#include "lapis/ops/initialize.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "support/error_text.h"

namespace {

using lapis::Index;
using lapis::Initializer;
using lapis::RandomStream;
using lapis::Real;
using lapis::Shape;
using Kind = lapis::Initializer::Kind;

std::vector<Real> draw(const Initializer& initializer, const Shape& shape, std::uint64_t seed = 1) {
  std::vector<Real> values(static_cast<std::size_t>(shape.size()), Real(99));
  lapis::initialize(initializer, shape, RandomStream(seed, 3), values);
  return values;
}

struct Moments {
  double mean = 0;
  double deviation = 0;
  double largest = 0;
};

Moments moments(const std::vector<Real>& values) {
  Moments result;
  const auto n = static_cast<double>(values.size());
  for (const Real value : values) {
    result.mean += static_cast<double>(value) / n;
    result.largest = std::max(result.largest, std::abs(static_cast<double>(value)));
  }
  for (const Real value : values) {
    result.deviation += std::pow(static_cast<double>(value) - result.mean, 2) / n;
  }
  result.deviation = std::sqrt(result.deviation);
  return result;
}

/// Mean and deviation within 5 standard errors.
void check(const std::vector<Real>& values, double mean, double deviation) {
  const Moments actual = moments(values);
  const double error = 5 * deviation / std::sqrt(static_cast<double>(values.size()));
  CHECK(std::abs(actual.mean - mean) <= error);
  CHECK(std::abs(actual.deviation - deviation) <= error);
}

}  // namespace

TEST_CASE("constant initializers") {
  CHECK(draw({Kind::zeros}, {3}) == std::vector<Real>{0, 0, 0});
  CHECK(draw({Kind::ones}, {2}) == std::vector<Real>{1, 1});
  CHECK(draw({Kind::constant, 0.5}, {2}) == std::vector<Real>{0.5, 0.5});
  CHECK(draw({Kind::lstm_bias}, {8}) == std::vector<Real>{0, 0, 1, 1, 0, 0, 0, 0});
}

TEST_CASE("uniform and normal initializers have the mean, deviation and limits asked for") {
  const Shape shape = {300, 400};
  const std::vector<Real> uniform = draw({Kind::random_uniform, -0.5, 1.5}, shape);
  check(uniform, 0.5, 2 / std::sqrt(12.0));
  CHECK(*std::min_element(uniform.begin(), uniform.end()) >= -0.5);
  CHECK(*std::min_element(uniform.begin(), uniform.end()) < -0.499);
  CHECK(*std::max_element(uniform.begin(), uniform.end()) < 1.5);
  CHECK(*std::max_element(uniform.begin(), uniform.end()) > 1.499);
  const std::vector<Real> normal = draw({Kind::random_normal, 2, 0.3}, shape);
  check(normal, 2, 0.3);
  CHECK(moments(normal).largest > 2 + 3.5 * 0.3);
  const std::vector<Real> truncated = draw({Kind::truncated_normal, 0, 0.3}, shape);
  check(truncated, 0, 0.3 * 0.87962566);
  CHECK(moments(truncated).largest <= 0.6 + 1e-6);
  CHECK(moments(truncated).largest > 0.599);
}

TEST_CASE("glorot and he: Keras's fans, also of a convolution kernel") {
  struct Case {
    Shape shape;
    double in, out;
  };
  for (const Case& test :
       {Case{{300, 200}, 300, 200}, Case{{3, 5, 40, 60}, 600, 900}, Case{{50000}, 50000, 50000}}) {
    const double glorot = std::sqrt(2 / (test.in + test.out));
    const double he = std::sqrt(2 / test.in);
    check(draw({Kind::glorot_uniform}, test.shape), 0, glorot);
    check(draw({Kind::glorot_normal}, test.shape), 0, glorot);
    check(draw({Kind::he_uniform}, test.shape), 0, he);
    check(draw({Kind::he_normal}, test.shape), 0, he);
    CHECK(moments(draw({Kind::glorot_uniform}, test.shape)).largest ==
          Approx(glorot * std::sqrt(3.0)).epsilon(1e-3));
    CHECK(moments(draw({Kind::he_uniform}, test.shape)).largest == Approx(he * std::sqrt(3.0)).epsilon(1e-3));
    CHECK(moments(draw({Kind::he_normal}, test.shape)).largest == Approx(2 * he / 0.87962566).epsilon(2e-3));
  }
}

TEST_CASE("orthogonal: orthonormal columns, or rows where it is wider than high") {
  for (const Shape& shape : {Shape{40, 40}, Shape{50, 12}, Shape{16, 64}, Shape{3, 3, 4, 10}}) {
    const double gain = 1.5;
    const std::vector<Real> values = draw({Kind::orthogonal, gain}, shape);
    const Index rows = shape.rows();
    const Index columns = shape[-1];
    const bool wide = rows < columns;
    const Index count = wide ? rows : columns;
    const Index length = wide ? columns : rows;
    const auto at = [&](Index vector, Index i) {
      return static_cast<double>(
          values[static_cast<std::size_t>(wide ? vector * columns + i : i * columns + vector)]);
    };
    for (Index a = 0; a < count; ++a) {
      for (Index b = 0; b <= a; ++b) {
        double dot = 0;
        for (Index i = 0; i < length; ++i) dot += at(a, i) * at(b, i);
        REQUIRE(std::abs(dot - (a == b ? gain * gain : 0)) <= 1e-6);
      }
    }
    check(values, 0, gain / std::sqrt(static_cast<double>(length)));
  }
  CHECK(lapis_test::error_text([] {
          draw({Kind::orthogonal, 1}, {3});
        }) == "orthogonal initializer: shape [3], expected at least 2 axes");
}

TEST_CASE("initial values repeat with their seed and differ with another") {
  for (const Kind kind : {Kind::glorot_uniform, Kind::he_normal, Kind::orthogonal}) {
    Initializer initializer{kind, 1, 1};
    const Shape shape = {20, 30};
    CHECK(draw(initializer, shape, 1) == draw(initializer, shape, 1));
    CHECK(draw(initializer, shape, 1) != draw(initializer, shape, 2));
    initializer.seed = 5;
    CHECK(draw(initializer, shape, 1) == draw(initializer, shape, 2));
    Initializer other = initializer;
    other.seed = 6;
    CHECK(draw(initializer, shape) != draw(other, shape));
  }
}
