#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "lapis/ops/backend.h"
#include "ops/bits.h"
#include "support/close.h"
#include "support/random_values.h"

namespace {

using lapis::Backend;
using lapis::Index;
using lapis::Real;
using lapis_test::max_abs_diff;
using lapis_test::random_ids;
using lapis_test::random_values;

double wide(Real value) {
  return static_cast<double>(value);
}

}  // namespace

TEST_CASE("rms_norm and its gradient, in place", "[threads]") {
  const Real epsilon = Real(0.01);
  for (const Index n : {1, 3, 16, 33, 300}) {
    for (const Index rows : {1, 7, 200}) {
      const std::vector<Real> x = random_values(rows * n, 1);
      const std::vector<Real> scale = random_values(n, 2);
      const std::vector<Real> dy = random_values(rows * n, 3);
      std::vector<double> y(x.size());
      std::vector<double> dx(x.size());
      std::vector<double> dscale(scale.size(), 1.0);
      const auto size = static_cast<std::size_t>(n);
      for (std::size_t row = 0; row < x.size(); row += size) {
        double square = wide(epsilon);
        double pull = 0;
        for (std::size_t i = 0; i < size; ++i)
          square += wide(x[row + i]) * wide(x[row + i]) / static_cast<double>(n);
        const double r = 1 / std::sqrt(square);
        for (std::size_t i = 0; i < size; ++i) {
          y[row + i] = wide(x[row + i]) * r * wide(scale[i]);
          dscale[i] += wide(dy[row + i]) * wide(x[row + i]) * r;
          pull += wide(dy[row + i]) * wide(scale[i]) * wide(x[row + i]) / static_cast<double>(n);
        }
        for (std::size_t i = 0; i < size; ++i) {
          dx[row + i] = r * wide(dy[row + i]) * wide(scale[i]) - r * r * r * pull * wide(x[row + i]);
        }
      }
      const auto run = [&](Backend& backend) {
        std::vector<Real> result = x;
        backend.rms_norm(result.data(), scale.data(), epsilon, result.data(), rows, n);
        std::vector<Real> gradient = dy;
        std::vector<Real> scale_gradient(scale.size(), Real(1));
        backend.rms_norm_backward(x.data(), scale.data(), epsilon, gradient.data(), gradient.data(),
                                  scale_gradient.data(), rows, n);
        result.insert(result.end(), gradient.begin(), gradient.end());
        result.insert(result.end(), scale_gradient.begin(), scale_gradient.end());
        return result;
      };
      std::vector<double> expected = y;
      expected.insert(expected.end(), dx.begin(), dx.end());
      expected.insert(expected.end(), dscale.begin(), dscale.end());
      REQUIRE(lapis_test::max_relative_diff(run(*lapis::make_cpu_backend()), expected) <= 2e-6);
      REQUIRE(lapis_test::same_on_all_threads(run));
    }
  }
}

TEST_CASE("embedding gathers, its gradient adds up in order, and the mask marks what is not 0", "[threads]") {
  for (const Index n : {1, 5, 32, 70}) {
    const Index count = 400;
    const Index words = 9;
    const std::vector<Real> ids = random_ids(count, words, 1);
    const std::vector<Real> table = random_values(words * n, 2);
    const std::vector<Real> dy = random_values(count * n, 3);
    std::vector<Real> expected(table.size(), Real(1));
    for (Index i = 0; i < count; ++i) {
      for (Index j = 0; j < n; ++j) {
        expected[static_cast<std::size_t>(static_cast<Index>(ids[static_cast<std::size_t>(i)]) * n + j)] +=
            dy[static_cast<std::size_t>(i * n + j)];
      }
    }
    const auto run = [&](Backend& backend) {
      std::vector<Real> y(dy.size());
      backend.embedding(ids.data(), table.data(), y.data(), count, n);
      for (std::size_t i = 0; i < y.size(); ++i) {
        const auto id = static_cast<std::size_t>(ids[i / static_cast<std::size_t>(n)]);
        REQUIRE(y[i] == table[id * static_cast<std::size_t>(n) + i % static_cast<std::size_t>(n)]);
      }
      std::vector<Real> gradient(table.size(), Real(1));
      backend.embedding_backward(ids.data(), dy.data(), gradient.data(), count, n);
      return gradient;
    };
    REQUIRE(lapis_test::same_bits(run(*lapis::make_cpu_backend()), expected));
    REQUIRE(lapis_test::same_on_all_threads(run));
    std::vector<std::uint8_t> mask(ids.size(), 7);
    lapis::make_cpu_backend()->mask_nonzero(ids.data(), mask.data(), count);
    for (std::size_t i = 0; i < mask.size(); ++i) REQUIRE(mask[i] == (ids[i] == 0 ? 0 : 1));
  }
}

TEST_CASE("merge, every mode, and its gradient") {
  const auto backend = lapis::make_cpu_backend();
  for (const Index n : {1, 7, 33}) {
    const Index rows = 600;
    const auto size = static_cast<std::size_t>(n);
    const std::vector<Real> a = random_values(rows * n, 1);
    const std::vector<Real> b = random_values(rows * n, 2);
    const std::vector<Real> dy = random_values(2 * rows * n, 3);
    std::vector<Real> y(2 * a.size());
    std::vector<Real> da(a.size());
    std::vector<Real> db(a.size());
    const auto run = [&](Backend::Merge mode) {
      backend->merge(mode, a.data(), b.data(), y.data(), rows, n);
      backend->merge_backward(mode, a.data(), b.data(), dy.data(), da.data(), db.data(), rows, n);
    };
    run(Backend::Merge::concat);
    for (std::size_t i = 0; i < a.size(); ++i) {
      const std::size_t at = i / size * 2 * size + i % size;
      REQUIRE((y[at] == a[i] && y[at + size] == b[i] && da[i] == dy[at] && db[i] == dy[at + size]));
    }
    run(Backend::Merge::sum);
    for (std::size_t i = 0; i < a.size(); ++i) {
      REQUIRE((y[i] == a[i] + b[i] && da[i] == dy[i] && db[i] == dy[i]));
    }
    run(Backend::Merge::ave);
    for (std::size_t i = 0; i < a.size(); ++i) {
      REQUIRE((y[i] == (a[i] + b[i]) / 2 && da[i] == dy[i] / 2 && db[i] == dy[i] / 2));
    }
    run(Backend::Merge::mul);
    for (std::size_t i = 0; i < a.size(); ++i) {
      REQUIRE((y[i] == a[i] * b[i] && da[i] == dy[i] * b[i] && db[i] == dy[i] * a[i]));
    }
  }
}

TEST_CASE("reverse_time, add, copy, zero, sum_squares and clipping") {
  const auto backend = lapis::make_cpu_backend(2);
  const Index batch = 3;
  const Index time = 5;
  const Index n = 7;
  const std::vector<Real> x = random_values(batch * time * n, 1);
  std::vector<Real> y(x.size());
  backend->reverse_time(x.data(), y.data(), batch, time, n);
  for (Index b = 0; b < batch; ++b) {
    for (Index t = 0; t < time; ++t) {
      for (Index i = 0; i < n; ++i) {
        REQUIRE(y[static_cast<std::size_t>((b * time + t) * n + i)] ==
                x[static_cast<std::size_t>((b * time + time - 1 - t) * n + i)]);
      }
    }
  }
  const Index count = 40001;
  const std::vector<Real> values = random_values(count, 2);
  std::vector<Real> sum = random_values(count, 3);
  const std::vector<Real> before = sum;
  backend->add(values.data(), sum.data(), count);
  double squares = 0;
  for (std::size_t i = 0; i < sum.size(); ++i) {
    REQUIRE(sum[i] == before[i] + values[i]);
    squares += wide(values[i]) * wide(values[i]);
  }
  double found = NAN;
  backend->sum_squares(values.data(), count, &found, false);
  CHECK(found == Approx(squares).epsilon(1e-6));
  backend->sum_squares(values.data(), count, &found, true);
  CHECK(found == Approx(2 * squares).epsilon(1e-6));
  backend->sum_squares(values.data(), 0, &found, false);
  CHECK(found == 0);
  backend->copy(values.data(), sum.data(), count);
  const double four = 4, nothing = 0;
  backend->clip_norm(sum.data(), count, &four, 2);
  backend->clip_norm(sum.data(), count, &nothing, 2);
  CHECK(sum == values);
  backend->clip_norm(sum.data(), count, &four, 1);
  for (std::size_t i = 0; i < sum.size(); ++i) REQUIRE(sum[i] == Real(0.5) * values[i]);
  backend->clip_values(sum.data(), count, Real(0.25));
  for (std::size_t i = 0; i < sum.size(); ++i)
    REQUIRE(sum[i] == std::clamp(Real(0.5) * values[i], Real(-0.25), Real(0.25)));
  backend->zero(sum.data(), count - 1);
  CHECK(lapis_test::max_abs(std::span<const Real>(sum).first(static_cast<std::size_t>(count - 1))) == 0);
  CHECK(sum.back() != 0);
}

TEST_CASE("allocated memory is zeroed and aligned, also when it was used before") {
  const auto backend = lapis::make_cpu_backend();
  for (int repeat = 0; repeat < 3; ++repeat) {
    const Backend::Buffer buffer = backend->allocate(1000);
    auto* bytes = static_cast<unsigned char*>(buffer.get());
    CHECK(reinterpret_cast<std::uintptr_t>(bytes) % 64 == 0);
    for (int i = 0; i < 1000; ++i) {
      if (bytes[i] != 0) FAIL("byte " << i << " is " << int{bytes[i]});
      bytes[i] = 0xFF;
    }
  }
  const std::vector<Real> weights = {1, 2, 3};
  CHECK(backend->share(std::as_bytes(std::span(weights))).get() == weights.data());
}

TEST_CASE("softmax_cross_entropy: loss and gradient, masked rows, and a probability of 0") {
  const auto backend = lapis::make_cpu_backend(2);
  for (const bool masked : {false, true}) {
    const Index rows = 50;
    const Index n = 11;
    std::vector<Real> y = random_values(rows * n, 1, -2, 2);
    backend->activate(lapis::Activation::softmax, y.data(), y.data(), rows, n);
    const std::vector<Real> labels = random_ids(rows, n, 2);
    std::vector<std::uint8_t> mask(static_cast<std::size_t>(rows));
    double counted = 0;
    for (std::size_t row = 0; row < mask.size(); ++row) {
      mask[row] = masked && row % 3 == 0 ? 0 : 1;
      counted += mask[row];
    }
    double expected_loss = 0;
    std::vector<double> expected(y.size());
    for (std::size_t i = 0; i < y.size(); ++i) {
      const std::size_t row = i / static_cast<std::size_t>(n);
      const bool is_label = static_cast<std::size_t>(labels[row]) == i % static_cast<std::size_t>(n);
      if (mask[row] == 0) continue;
      expected[i] = (wide(y[i]) - (is_label ? 1 : 0)) / counted;
      if (is_label) expected_loss -= std::log(wide(y[i])) / counted;
    }
    Real loss = 0;
    std::vector<Real> gradient(y.size(), Real(9));
    backend->softmax_cross_entropy(y.data(), labels.data(), masked ? mask.data() : nullptr, rows, n, &loss,
                                   gradient.data());
    CHECK(wide(loss) == Approx(expected_loss).epsilon(1e-6));
    CHECK(max_abs_diff(gradient, expected) <= 1e-8);
    Real alone = 0;
    backend->softmax_cross_entropy(y.data(), labels.data(), masked ? mask.data() : nullptr, rows, n, &alone,
                                   nullptr);
    CHECK(alone == loss);
  }
  const std::vector<Real> certain = {1, 0};
  const Real label = 1;
  Real loss = 0;
  std::vector<Real> gradient(2);
  backend->softmax_cross_entropy(certain.data(), &label, nullptr, 1, 2, &loss, gradient.data());
  CHECK(std::isfinite(loss));
  CHECK(gradient == std::vector<Real>{1, -1});
  const std::uint8_t none = 0;
  backend->softmax_cross_entropy(certain.data(), &label, &none, 1, 2, &loss, gradient.data());
  CHECK(loss == 0);
  CHECK(gradient == std::vector<Real>{0, 0});
}
