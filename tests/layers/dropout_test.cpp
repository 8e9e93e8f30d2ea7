#include "lapis/layers/dropout.h"

#include <cmath>

#include "layers/run_layer.h"
#include "support/error_text.h"
#include "support/random_values.h"

using namespace lapis;
using namespace lapis_test;

namespace {

constexpr Index kCount = 100000;

Values drop(double rate, const Values& x, const RandomStream& random) {
  const Dropout layer("dropout", {.rate = rate});
  return forward(layer,
                 {.shape = {1, static_cast<Index>(x.size())}, .x = x, .training = true, .random = random});
}

Values dropped_ones(double rate, const RandomStream& random) {
  return drop(rate, Values(static_cast<std::size_t>(kCount), 1), random);
}

}  // namespace

TEST_CASE("Dropout keeps with probability 1 - rate and scales what it keeps") {
  for (const double rate : {0.1, 0.3, 0.5, 0.9}) {
    INFO("rate " << rate);
    const Values y = dropped_ones(rate, RandomStream(1, 2));
    const Real scale = 1 / (1 - static_cast<Real>(rate));
    double kept = 0, both_kept = 0, sum = 0, squares = 0;
    for (std::size_t i = 0; i < y.size(); ++i) {
      if (y[i] == 0) continue;
      REQUIRE(y[i] == Approx(scale).epsilon(1e-6));
      kept += 1;
      both_kept += i > 0 && y[i - 1] != 0 ? 1 : 0;
      sum += static_cast<double>(y[i]);
      squares += static_cast<double>(y[i]) * static_cast<double>(y[i]);
    }
    // Four standard errors of each figure.
    const double keep = 1 - rate;
    const auto n = static_cast<double>(kCount);
    const double spread = 4 * std::sqrt(rate / keep / n);
    CHECK(std::abs(kept / n - keep) < 4 * std::sqrt(keep * rate / n));
    CHECK(std::abs(sum / n - 1) < spread);                    // the mean stays 1
    CHECK(std::abs(squares / n - 1 / keep) < spread / keep);  // the variance is rate / (1 - rate)
    CHECK(std::abs(both_kept / n - keep * keep) < 4 * std::sqrt(3 * keep * rate / n));  // neighbours apart
  }
}

TEST_CASE("Dropout with rate 0 changes nothing, with rate 1 leaves nothing") {
  const Values x = random_values(1000, 1);
  CHECK(drop(0, x, RandomStream(1, 2)) == x);
  CHECK(drop(1, x, RandomStream(1, 2)) == Values(1000, 0));
}

TEST_CASE("Dropout scales by 1 / (1 - rate), as Keras's 0.25 -> 1.3333") {
  for (const Real value : drop(0.25, Values(64, 1), RandomStream(5, 5)))
    CHECK((value == 0 || value == Approx(4. / 3)));
}

TEST_CASE("Dropout's mask follows from seed and stream alone") {
  const Values first = dropped_ones(0.5, RandomStream(1, 2));
  CHECK(dropped_ones(0.5, RandomStream(1, 2)) == first);
  for (const RandomStream& other : {RandomStream(1, 3), RandomStream(2, 2), RandomStream(1, 2 + (1 << 16))}) {
    const Values second = dropped_ones(0.5, other);
    double equal = 0;
    for (std::size_t i = 0; i < first.size(); ++i) equal += first[i] == second[i] ? 1 : 0;
    CHECK(std::abs(equal / static_cast<double>(kCount) - 0.5) <
          4 * 0.5 / std::sqrt(static_cast<double>(kCount)));
  }
}

TEST_CASE("Dropout's mask is the one that the backend's contract spells out") {
  const RandomStream random(7, 9);
  const Values y = drop(0.3, Values(41, 1), random);
  for (std::size_t i = 0; i < y.size(); ++i)
    CHECK((y[i] != 0) == (uniform_from_bits(random.block(i / 4)[i % 4]) >= 0.3F));
}

TEST_CASE("Dropout's gradient passes where x did, scaled alike") {
  const Dropout layer("dropout", {.rate = 0.4});
  const LayerInput input = {
      .shape = {10, 10}, .x = Values(100, 1), .training = true, .random = RandomStream(3, 1)};
  CHECK(backward(layer, input, Values(100, 1)).dx == forward(layer, input));
}

TEST_CASE("Dropout is not there when predicting") {
  const Dropout layer("dropout", {.rate = 0.5});
  CHECK(layer.is_view(false));
  CHECK_FALSE(layer.is_view(true));
  // A workspace that can train still runs it when it validates.
  const auto backend = make_cpu_backend(1);
  const Values x = random_values(33, 1);
  Values y(33, -1);
  ForwardArgs args;
  args.x = {x.data(), {3, 11}};
  args.y = {y.data(), {3, 11}};
  args.training = false;
  layer.forward(*backend, args);
  CHECK(y == x);
}

TEST_CASE("Dropout's shape, mask and errors") {
  const Dropout layer("dropout", {.rate = 0.5});
  CHECK(layer.output_shape({kUnknown, 3, kUnknown}) == Shape({kUnknown, 3, kUnknown}));
  CHECK(layer.mask_rule() == MaskRule::pass);
  CHECK(parameter_list(layer, {1, 2}).empty());
  const auto text = [](double rate) {
    return error_text([&] { Dropout("dropout", {.rate = rate}).output_shape({1, 2}); });
  };
  CHECK(text(1.5) == R"(layer "dropout" (Dropout): rate is 1.5, expected 0 to 1)");
  CHECK(text(-0.5) == R"(layer "dropout" (Dropout): rate is -0.5, expected 0 to 1)");
  CHECK(text(std::nan("")) == R"(layer "dropout" (Dropout): rate is nan, expected 0 to 1)");
}
