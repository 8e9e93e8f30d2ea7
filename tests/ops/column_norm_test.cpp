#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "lapis/ops/backend.h"
#include "ops/bits.h"
#include "support/close.h"
#include "support/random_values.h"

namespace {

using lapis::Backend;
using lapis::ColumnNorm;
using lapis::Index;
using lapis::Mask;
using lapis::Real;
using lapis_test::max_relative_diff;
using lapis_test::random_values;

double wide(Real value) {
  return static_cast<double>(value);
}

/// Every third row does not count.
std::vector<std::uint8_t> some_mask(Index rows) {
  std::vector<std::uint8_t> mask(static_cast<std::size_t>(rows));
  for (std::size_t row = 0; row < mask.size(); ++row) mask[row] = row % 3 == 1 ? 0 : 1;
  return mask;
}

struct Moments {
  std::vector<double> mean, variance;
};

Moments moments_by_hand(const std::vector<Real>& x, Mask mask, Index rows, Index n) {
  Moments result = {std::vector<double>(static_cast<std::size_t>(n)),
                    std::vector<double>(static_cast<std::size_t>(n))};
  for (Index column = 0; column < n; ++column) {
    const auto at = static_cast<std::size_t>(column);
    double count = 0;
    for (Index row = 0; row < rows; ++row) {
      if (mask != nullptr && mask[row] == 0) continue;
      result.mean[at] += wide(x[static_cast<std::size_t>(row * n + column)]);
      ++count;
    }
    result.mean[at] /= count;
    for (Index row = 0; row < rows; ++row) {
      if (mask != nullptr && mask[row] == 0) continue;
      const double distance = wide(x[static_cast<std::size_t>(row * n + column)]) - result.mean[at];
      result.variance[at] += distance * distance / count;
    }
  }
  return result;
}

}  // namespace

TEST_CASE("column_moments are the columns' mean and biased variance", "[threads]") {
  for (const Index n : {1, 5, 16, 33, 150}) {
    for (const Index rows : {1, 2, 40, 700}) {
      std::vector<Real> x = random_values(rows * n, 1);
      for (Real& value : x) value += 100;  // far from 0, where E[x^2] - E[x]^2 would be noise
      const std::vector<std::uint8_t> mask = some_mask(rows);
      for (const Mask counted : {Mask(nullptr), Mask(mask.data())}) {
        const Moments expected = moments_by_hand(x, counted, rows, n);
        const auto run = [&](Backend& backend) {
          std::vector<Real> result(static_cast<std::size_t>(2 * n));
          backend.column_moments(x.data(), counted, rows, n, result.data(), result.data() + n);
          return result;
        };
        const std::vector<Real> found = run(*lapis::make_cpu_backend());
        const std::vector<Real> mean(found.begin(), found.begin() + n);
        const std::vector<Real> variance(found.begin() + n, found.end());
        REQUIRE(max_relative_diff(mean, expected.mean) <= 1e-6);
        if (rows > 2) REQUIRE(max_relative_diff(variance, expected.variance) <= 2e-5);
        REQUIRE(lapis_test::same_on_all_threads(run));
      }
    }
  }
}

TEST_CASE("column_norm and its gradient, in place", "[threads]") {
  for (const Index n : {1, 5, 16, 33}) {
    for (const Index rows : {1, 40, 700}) {
      const std::vector<Real> x = random_values(rows * n, 1);
      const std::vector<Real> dy = random_values(rows * n, 2);
      const std::vector<Real> scale = random_values(n, 3);
      const std::vector<Real> mean = random_values(n, 4);
      const std::vector<Real> variance = random_values(n, 5, 0.5, 1.5);
      const ColumnNorm op = {rows, n, Real(0.01), mean.data(), variance.data(), scale.data(), scale.data()};
      std::vector<double> expected;
      std::vector<double> dx;
      std::vector<double> dscale(scale.size());
      std::vector<double> doffset(scale.size());
      for (std::size_t i = 0; i < x.size(); ++i) {
        const std::size_t column = i % static_cast<std::size_t>(n);
        const double inverse = 1 / std::sqrt(wide(variance[column]) + 0.01);
        const double normal = (wide(x[i]) - wide(mean[column])) * inverse;
        expected.push_back(normal * wide(scale[column]) + wide(scale[column]));
        dx.push_back(wide(dy[i]) * inverse * wide(scale[column]));
        dscale[column] += wide(dy[i]) * normal;
        doffset[column] += wide(dy[i]);
      }
      for (const std::vector<double>& part : {dx, dscale, doffset})
        expected.insert(expected.end(), part.begin(), part.end());
      const auto run = [&](Backend& backend) {
        std::vector<Real> result = x;
        backend.column_norm(op, result.data(), result.data());
        std::vector<Real> gradient = dy;
        std::vector<Real> sums(static_cast<std::size_t>(2 * n));
        std::vector<Real> parameters(static_cast<std::size_t>(2 * n));
        backend.column_norm_backward(op, x.data(), nullptr, false, gradient.data(), gradient.data(),
                                     parameters.data(), parameters.data() + n, sums.data());
        result.insert(result.end(), gradient.begin(), gradient.end());
        result.insert(result.end(), parameters.begin(), parameters.end());
        return result;
      };
      REQUIRE(max_relative_diff(run(*lapis::make_cpu_backend()), expected) <= 5e-6);
      REQUIRE(lapis_test::same_on_all_threads(run));
    }
  }
}

TEST_CASE("layer_norm and its gradient are the same on any number of threads, in place", "[threads]") {
  for (const Index n : {1, 7, 33, 300}) {
    for (const Index rows : {1, 200}) {
      const std::vector<Real> x = random_values(rows * n, 1);
      const std::vector<Real> dy = random_values(rows * n, 2);
      const std::vector<Real> scale = random_values(n, 3);
      const auto run = [&](Backend& backend) {
        std::vector<Real> result = x;
        backend.layer_norm(result.data(), scale.data(), nullptr, Real(0.01), result.data(), rows, n);
        std::vector<Real> gradient = dy;
        std::vector<Real> parameters(static_cast<std::size_t>(2 * n));
        backend.layer_norm_backward(x.data(), scale.data(), Real(0.01), gradient.data(), gradient.data(),
                                    parameters.data(), parameters.data() + n, rows, n);
        result.insert(result.end(), gradient.begin(), gradient.end());
        result.insert(result.end(), parameters.begin(), parameters.end());
        return result;
      };
      REQUIRE(lapis_test::same_on_all_threads(run));
      // The mean of y / scale over a row is 0.
      const std::vector<Real> y = run(*lapis::make_cpu_backend());
      double sum = 0;
      for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i) sum += wide(y[i]) / wide(scale[i]);
      REQUIRE(std::abs(sum) <= 1e-4 * static_cast<double>(n));
    }
  }
}
