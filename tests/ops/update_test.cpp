#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "lapis/ops/backend.h"
#include "ops/bits.h"
#include "support/close.h"
#include "support/random_values.h"

namespace {

using lapis::AdamStep;
using lapis::Index;
using lapis::Real;
using lapis::SgdStep;
using lapis_test::max_abs_diff;
using lapis_test::random_values;

constexpr Index kCount = 40003;

std::vector<double> widened(const std::vector<Real>& values) {
  return {values.begin(), values.end()};
}

/// Every third weight stays where `frozen`.
std::vector<std::uint8_t> trainable(bool frozen) {
  std::vector<std::uint8_t> flags(static_cast<std::size_t>(kCount), 1);
  for (std::size_t i = 0; frozen && i < flags.size(); i += 3) flags[i] = 0;
  return flags;
}

}  // namespace

TEST_CASE("sgd follows Keras's formulas over several steps", "[threads]") {
  for (const double momentum : {0.0, 0.9}) {
    for (const bool nesterov : {false, true}) {
      for (const bool frozen : {false, true}) {
        SgdStep step;
        step.learning_rate = 0.125F;
        step.momentum = static_cast<float>(momentum);
        step.nesterov = nesterov;
        step.weight_decay = 0.25F;
        const std::vector<std::uint8_t> flags = trainable(frozen);
        const std::vector<Real> start = random_values(kCount, 1);
        std::vector<double> expected = widened(start);
        std::vector<double> velocity(expected.size());
        const auto run = [&](lapis::Backend& backend) {
          std::vector<Real> weights = start;
          std::vector<Real> speeds(weights.size());
          for (std::uint64_t i = 0; i < 4; ++i) {
            const std::vector<Real> gradients = random_values(kCount, 10 + i);
            backend.sgd(step, weights.data(), gradients.data(), momentum > 0 ? speeds.data() : nullptr,
                        frozen ? flags.data() : nullptr, kCount);
          }
          return weights;
        };
        for (std::uint64_t s = 0; s < 4; ++s) {
          const std::vector<Real> gradients = random_values(kCount, 10 + s);
          for (std::size_t i = 0; i < expected.size(); ++i) {
            if (flags[i] == 0) continue;
            const auto gradient = static_cast<double>(gradients[i]);
            expected[i] -= expected[i] * 0.25 * 0.125;
            velocity[i] = static_cast<double>(step.momentum) * velocity[i] - 0.125 * gradient;
            expected[i] += nesterov && momentum > 0
                               ? static_cast<double>(step.momentum) * velocity[i] - 0.125 * gradient
                               : velocity[i];
          }
        }
        REQUIRE(max_abs_diff(run(*lapis::make_cpu_backend()), expected) <= 1e-6);
        REQUIRE(lapis_test::same_on_all_threads(run));
      }
    }
  }
}

TEST_CASE("adam follows Keras's formula, epsilon outside the bias correction", "[threads]") {
  for (const bool frozen : {false, true}) {
    AdamStep step;
    step.learning_rate = 0.01F;
    step.epsilon = 1e-3F;  // large enough to show where it stands
    step.weight_decay = 0.5F;
    const std::vector<std::uint8_t> flags = trainable(frozen);
    const std::vector<Real> start = random_values(kCount, 1);
    std::vector<double> expected = widened(start);
    std::vector<double> first(expected.size());
    std::vector<double> second(expected.size());
    const auto rate = static_cast<double>(step.learning_rate);
    for (int t = 1; t <= 4; ++t) {
      const std::vector<Real> gradients = random_values(kCount, static_cast<std::uint64_t>(t), -0.01, 0.01);
      const double alpha = rate * std::sqrt(1 - std::pow(0.999, t)) / (1 - std::pow(0.9, t));
      for (std::size_t i = 0; i < expected.size(); ++i) {
        if (flags[i] == 0) continue;
        const auto gradient = static_cast<double>(gradients[i]);
        expected[i] -= expected[i] * 0.5 * rate;
        first[i] += (gradient - first[i]) * 0.1;
        second[i] += (gradient * gradient - second[i]) * 0.001;
        expected[i] -= alpha * first[i] / (std::sqrt(second[i]) + static_cast<double>(step.epsilon));
      }
    }
    const auto run = [&](lapis::Backend& backend) {
      std::vector<Real> weights = start;
      std::vector<Real> m(weights.size());
      std::vector<Real> v(weights.size());
      AdamStep each = step;
      for (int t = 1; t <= 4; ++t) {
        const std::vector<Real> gradients = random_values(kCount, static_cast<std::uint64_t>(t), -0.01, 0.01);
        each.step = t;
        backend.adam(each, weights.data(), gradients.data(), m.data(), v.data(),
                     frozen ? flags.data() : nullptr, kCount);
      }
      return weights;
    };
    REQUIRE(max_abs_diff(run(*lapis::make_cpu_backend()), expected) <= 5e-7);
    REQUIRE(lapis_test::same_on_all_threads(run));
  }
}
