#include <catch2/catch.hpp>
#include <vector>

#include "lapis/ops/backend.h"
#include "ops/bits.h"
#include "support/close.h"
#include "support/random_values.h"

namespace {

using lapis::Backend;
using lapis::Index;
using lapis::Mask;
using lapis::Real;
using lapis::Window2D;
using lapis_test::max_relative_diff;
using lapis_test::random_values;

std::vector<Real> pad(Backend& backend, const Window2D& window, const std::vector<Real>& x) {
  std::vector<Real> y(
      static_cast<std::size_t>(window.batch * window.out_height * window.out_width * window.channels),
      Real(9));
  backend.pad2d(window, x.data(), y.data());
  return y;
}

}  // namespace

TEST_CASE("mean_steps is the mean of the steps that count; its gradient is shared out", "[threads]") {
  const Index batch = 5;
  for (const Index steps : {1, 3, 50}) {
    for (const Index n : {1, 5, 33}) {
      const std::vector<Real> x = random_values(batch * steps * n, 1);
      const std::vector<Real> dy = random_values(batch * n, 2);
      std::vector<std::uint8_t> mask(static_cast<std::size_t>(batch * steps), 1);
      for (std::size_t i = 0; i < mask.size(); ++i) mask[i] = i % 3 == 0 ? 0 : 1;
      for (const Mask counted : {Mask(nullptr), Mask(mask.data())}) {
        std::vector<double> expected(static_cast<std::size_t>(batch * n));
        std::vector<double> dx(x.size());
        for (Index sample = 0; sample < batch; ++sample) {
          double count = 0;
          for (Index t = 0; t < steps; ++t)
            count += counted == nullptr || counted[sample * steps + t] != 0 ? 1 : 0;
          for (Index t = 0; t < steps; ++t) {
            if (counted != nullptr && counted[sample * steps + t] == 0) continue;
            for (Index i = 0; i < n; ++i) {
              const auto from = static_cast<std::size_t>((sample * steps + t) * n + i);
              const auto to = static_cast<std::size_t>(sample * n + i);
              expected[to] += static_cast<double>(x[from]) / count;
              dx[from] = static_cast<double>(dy[to]) / count;
            }
          }
        }
        expected.insert(expected.end(), dx.begin(), dx.end());
        const auto run = [&](Backend& backend) {
          std::vector<Real> y(static_cast<std::size_t>(batch * n));
          std::vector<Real> gradient(x.size(), Real(9));
          backend.mean_steps(x.data(), counted, batch, steps, n, y.data());
          backend.mean_steps_backward(dy.data(), counted, batch, steps, n, gradient.data());
          y.insert(y.end(), gradient.begin(), gradient.end());
          return y;
        };
        REQUIRE(max_relative_diff(run(*lapis::make_cpu_backend()), expected) <= 1e-6);
        REQUIRE(lapis_test::same_on_all_threads(run));
      }
    }
  }
}

TEST_CASE("pad2d pads, and with negative pads cuts off") {
  const auto backend = lapis::make_cpu_backend();
  Window2D window;
  window.batch = 2;
  window.height = 1;
  window.width = 2;
  window.channels = 1;
  window.out_height = 2;
  window.out_width = 4;
  window.pad_top = 1;
  window.pad_left = 1;
  CHECK(pad(*backend, window, {1, 2, 3, 4}) == std::vector<Real>{0, 0, 0, 0, 0, 1, 2, 0,  //
                                                                 0, 0, 0, 0, 0, 3, 4, 0});
  std::swap(window.height, window.out_height);
  std::swap(window.width, window.out_width);
  window.pad_top = window.pad_left = -1;
  CHECK(pad(*backend, window, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}) ==
        std::vector<Real>{6, 7, 14, 15});
  // Everything cut off at the left: nothing is left.
  window.pad_left = -4;
  CHECK(pad(*backend, window, std::vector<Real>(16, Real(1))) == std::vector<Real>{0, 0, 0, 0});
}

TEST_CASE("keep_rows keeps the rows in which not all is the value", "[threads]") {
  const Index rows = 500;
  for (const Index n : {1, 3, 40}) {
    std::vector<Real> x = random_values(rows * n, 1);
    for (Index row = 0; row < rows; row += 3)
      std::fill_n(x.begin() + row * n, row % 2 == 0 ? n : n - 1, Real(2));
    const std::vector<Real> from = random_values(rows * n, 2);
    const auto run = [&](Backend& backend) {
      std::vector<Real> to(x.size(), Real(9));
      std::vector<std::uint8_t> mask(static_cast<std::size_t>(rows), 7);
      backend.keep_rows(x.data(), Real(2), from.data(), to.data(), mask.data(), rows, n);
      to.insert(to.end(), mask.begin(), mask.end());
      return to;
    };
    const std::vector<Real> found = run(*lapis::make_cpu_backend());
    for (Index row = 0; row < rows; ++row) {
      const bool kept = !(row % 3 == 0 && row % 2 == 0);
      REQUIRE(found[static_cast<std::size_t>(rows * n + row)] == Real(kept ? 1 : 0));
      for (Index i = row * n; i < (row + 1) * n; ++i)
        REQUIRE(found[static_cast<std::size_t>(i)] == (kept ? from[static_cast<std::size_t>(i)] : Real(0)));
    }
    REQUIRE(lapis_test::same_on_all_threads(run));
  }
}

TEST_CASE("add_scaled adds a multiple") {
  std::vector<Real> y = {1, 2, 3};
  lapis::make_cpu_backend()->add_scaled(Real(0.5), std::vector<Real>{2, 4, 8}.data(), y.data(), 3);
  CHECK(y == std::vector<Real>{2, 4, 7});
}
