#define EIGEN_DONT_VECTORIZE  // plain sums to compare with; GCC 12 also warns of its own AVX-512 header
#include <Eigen/Core>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "lapis/ops/backend.h"
#include "ops/activated.h"
#include "ops/bits.h"
#include "support/close.h"
#include "support/random_values.h"

namespace {

using lapis::Activation;
using lapis::Gemm;
using lapis::Index;
using lapis::Real;
using lapis_test::activated;
using lapis_test::random_values;

const std::vector<Index> kSizes = {1, 2, 3, 5, 7, 13, 16, 17, 31, 33, 64, 65, 100, 257};
const std::vector<Activation> kActivations = {Activation::linear, Activation::relu, Activation::sigmoid,
                                              Activation::tanh, Activation::hard_sigmoid};
constexpr Real kUntouched = Real(-77);

using Matrix = Eigen::MatrixXd;

/// A stored matrix of `rows` x `columns`, in double.
Matrix matrix(const Real* values, Index rows, Index columns, Index stride, bool transposed) {
  Matrix result(rows, columns);
  for (Index i = 0; i < rows; ++i)
    for (Index j = 0; j < columns; ++j)
      result(i, j) = static_cast<double>(transposed ? values[j * stride + i] : values[i * stride + j]);
  return result;
}

/// Largest error of `c` against Eigen's product in double, over the sum of the products' sizes. `before` is C
/// as it was; infinity where a value between C's rows changed.
double gemm_error(const Gemm& gemm, const std::vector<Real>& before) {
  const Matrix a = matrix(gemm.a, gemm.m, gemm.k, gemm.lda, gemm.transpose_a);
  const Matrix b = matrix(gemm.b, gemm.k, gemm.n, gemm.ldb, gemm.transpose_b);
  const Matrix sums = a * b;
  const Matrix sizes = a.cwiseAbs() * b.cwiseAbs();
  double largest = 0;
  for (Index i = 0; i < gemm.m; ++i) {
    for (Index j = 0; j < gemm.ldc; ++j) {
      const Real actual = gemm.c[i * gemm.ldc + j];
      if (j >= gemm.n) {
        if (actual != kUntouched) return INFINITY;
        continue;
      }
      const double old =
          gemm.accumulate ? static_cast<double>(before[static_cast<std::size_t>(i * gemm.ldc + j)]) : 0;
      const double bias = gemm.bias == nullptr ? 0 : static_cast<double>(gemm.bias[j]);
      const double expected = activated(gemm.activation, sums(i, j) + old + bias);
      const double error =
          std::abs(static_cast<double>(actual) - expected) / (1 + sizes(i, j) + std::abs(old));
      if (!(error <= largest)) largest = error;
    }
  }
  return largest;
}

struct Options {
  bool transpose_a = false;
  bool transpose_b = false;
  bool accumulate = false;
  bool bias = false;
  Activation activation = Activation::linear;
  Index gap = 0;
};

/// Every combination comes up within a few shapes: the strides are coprime to the numbers of choices.
Options options_of(Index number) {
  Options options;
  options.transpose_a = number % 2 == 1;
  options.transpose_b = number / 2 % 2 == 1;
  options.accumulate = number / 4 % 2 == 1;
  options.bias = number / 8 % 2 == 1;
  options.activation = kActivations[static_cast<std::size_t>(number % 5)];
  options.gap = number % 3;
  return options;
}

double check(Index m, Index n, Index k, const Options& options, lapis::Backend& backend) {
  static const std::vector<Real> pool = random_values(2 * 262 * 262, 3);
  Gemm gemm;
  gemm.m = m;
  gemm.n = n;
  gemm.k = k;
  gemm.a = pool.data() + m % 5;  // not aligned
  gemm.b = pool.data() + 262 * 262 + n % 7;
  gemm.transpose_a = options.transpose_a;
  gemm.transpose_b = options.transpose_b;
  gemm.lda = (options.transpose_a ? m : k) + options.gap;
  gemm.ldb = (options.transpose_b ? k : n) + options.gap;
  gemm.ldc = n + options.gap;
  gemm.accumulate = options.accumulate;
  gemm.bias = options.bias ? pool.data() + 11 : nullptr;
  gemm.activation = options.activation;
  std::vector<Real> c(static_cast<std::size_t>(m * gemm.ldc), kUntouched);
  for (Index i = 0; i < m; ++i) {
    for (Index j = 0; j < n && options.accumulate; ++j) {
      c[static_cast<std::size_t>(i * gemm.ldc + j)] = pool[static_cast<std::size_t>(i * 31 + j)];
    }
  }
  const std::vector<Real> before = c;
  gemm.c = c.data();
  backend.gemm(gemm);
  const double error = gemm_error(gemm, before);
  if (options.transpose_b || options.gap > 0) return error;

  // The same from prepared weights, whose memory need not be clean.
  std::vector<Real> prepared(static_cast<std::size_t>(backend.gemm_prepared(k, n)), Real(NAN));
  backend.prepare_gemm(gemm.b, k, n, prepared.data());
  gemm.prepared_b = prepared.data();
  const Real* const b = gemm.b;
  gemm.b = nullptr;
  c = before;
  backend.gemm(gemm);
  gemm.b = b;
  return std::max(error, gemm_error(gemm, before));
}

}  // namespace

TEST_CASE("gemm equals a triple loop for every size, transpose, gap, bias and activation") {
  const auto backend = lapis::make_cpu_backend();
  Index number = 0;
  for (const Index m : kSizes) {
    for (const Index n : kSizes) {
      for (const Index k : kSizes) {
        INFO("m " << m << " n " << n << " k " << k << " options " << number);
        REQUIRE(check(m, n, k, options_of(number), *backend) <= 1e-6);
        number += 7;
      }
    }
  }
}

TEST_CASE("gemm: all options together on odd shapes, few rows and several blocks") {
  const auto backend = lapis::make_cpu_backend();
  for (Index number = 0; number < 240; ++number) {
    for (const Index m : {1, 4, 5, 33}) {
      INFO("m " << m << " options " << number);
      REQUIRE(check(m, 37, 41, options_of(number), *backend) <= 1e-6);
    }
  }
}

TEST_CASE("gemm: no terms leave bias alone") {
  const auto backend = lapis::make_cpu_backend();
  for (const Index m : {2, 9}) {
    std::vector<Real> c(static_cast<std::size_t>(m * 3), Real(5));
    const std::vector<Real> bias = {1, 2, 3};
    Gemm gemm;
    gemm.m = m;
    gemm.n = 3;
    gemm.a = bias.data();
    gemm.b = bias.data();
    gemm.ldb = gemm.ldc = 3;
    gemm.c = c.data();
    gemm.bias = bias.data();
    backend->gemm(gemm);
    for (std::size_t i = 0; i < c.size(); ++i) REQUIRE(c[i] == bias[i % 3]);
  }
}

TEST_CASE("gemm gives the same bits on 1, 2 and 3 threads", "[threads]") {
  struct Case {
    Index m, n, k;
  };
  for (const Case& size :
       {Case{300, 200, 600}, Case{64, 256, 1500}, Case{1, 3000, 100}, Case{27, 32, 9000}}) {
    for (const bool transposed : {false, true}) {
      const std::vector<Real> a = random_values(size.m * size.k, 1);
      const std::vector<Real> b = random_values(size.n * size.k, 2);
      REQUIRE(lapis_test::same_on_all_threads([&](lapis::Backend& backend) {
        std::vector<Real> c(static_cast<std::size_t>(size.m * size.n));
        Gemm gemm;
        gemm.m = size.m;
        gemm.n = size.n;
        gemm.k = size.k;
        gemm.a = a.data();
        gemm.lda = size.k;
        gemm.b = b.data();
        gemm.transpose_b = transposed;
        gemm.ldb = transposed ? size.k : size.n;
        gemm.c = c.data();
        gemm.ldc = size.n;
        backend.gemm(gemm);
        return c;
      }));
    }
  }
}

TEST_CASE("sum_rows and add_bias", "[threads]") {
  for (const Index n : {1, 5, 33, 300}) {
    for (const Index rows : {1, 63, 1100}) {
      const std::vector<Real> dy = random_values(rows * n, 4);
      const std::vector<Real> start = random_values(n, 5);
      std::vector<double> expected(start.begin(), start.end());
      for (std::size_t i = 0; i < dy.size(); ++i) {
        expected[i % static_cast<std::size_t>(n)] += static_cast<double>(dy[i]);
      }
      std::vector<Real> sums = start;
      lapis::make_cpu_backend()->sum_rows(dy.data(), rows, n, sums.data());
      REQUIRE(lapis_test::max_abs_diff(sums, expected) <= 2e-7 * static_cast<double>(rows));
      REQUIRE(lapis_test::same_on_all_threads([&](lapis::Backend& backend) {
        std::vector<Real> result = start;
        backend.sum_rows(dy.data(), rows, n, result.data());
        return result;
      }));
      REQUIRE(lapis_test::same_on_all_threads([&](lapis::Backend& backend) {
        std::vector<Real> result = dy;
        backend.add_bias(result.data(), rows, n, start.data(), Activation::relu);
        for (std::size_t i = 0; i < result.size(); ++i) {
          const Real sum = dy[i] + start[i % static_cast<std::size_t>(n)];
          REQUIRE(result[i] == std::max(sum, Real(0)));
        }
        return result;
      }));
    }
  }
}
