#include <catch2/catch.hpp>
#include <vector>

#include "lapis/ops/backend.h"
#include "ops/bits.h"
#include "support/random_values.h"

using lapis::Backend;
using lapis::Index;
using lapis::Real;
using lapis::Recurrent;
using lapis_test::random_values;

TEST_CASE("gru gives the same bits on any number of threads, forward and backward", "[threads]") {
  for (const bool reset_after : {true, false}) {
    for (const Index units : {3, 16, 70}) {
      Recurrent op;
      op.batch = 37;
      op.time = 6;
      op.inputs = 5;
      op.units = units;
      op.return_sequences = true;
      op.reset_after = reset_after;
      std::vector<std::uint8_t> mask(static_cast<std::size_t>(op.batch * op.time));
      for (std::size_t i = 0; i < mask.size(); ++i) mask[i] = i % 4 == 1 ? 0 : 1;
      op.mask = mask.data();
      const Index bias = (reset_after ? 2 : 1) * 3 * units;
      const std::vector<Real> x = random_values(op.batch * op.time * op.inputs, 1);
      const std::vector<Real> weights = random_values((op.inputs + units) * 3 * units + bias, 2, -0.3, 0.3);
      const std::vector<Real> dy = random_values(op.batch * op.time * units, 3);
      const Index recurrent = op.inputs * 3 * units;
      const auto run = [&](Backend& backend) {
        std::vector<Real> y(dy.size());
        std::vector<Real> saved(static_cast<std::size_t>(backend.gru_saved(op)));
        std::vector<Real> scratch(static_cast<std::size_t>(backend.gru_scratch(op)));
        std::vector<Real> gradients(weights.size());
        std::vector<Real> dx(x.size());
        const lapis::RecurrentParameters parameters = {
            .kernel = weights.data(),
            .recurrent_kernel = weights.data() + recurrent,
            .bias = weights.data() + recurrent + units * 3 * units};
        backend.gru(op, x.data(), parameters, y.data(), saved.data(), scratch.data());
        backend.gru_backward(op, x.data(), parameters, dy.data(), saved.data(), dx.data(),
                             {.kernel = gradients.data(),
                              .recurrent_kernel = gradients.data() + recurrent,
                              .bias = gradients.data() + recurrent + units * 3 * units},
                             scratch.data());
        for (const std::vector<Real>& part : {gradients, dx}) y.insert(y.end(), part.begin(), part.end());
        return y;
      };
      REQUIRE(lapis_test::same_on_all_threads(run));
    }
  }
}
