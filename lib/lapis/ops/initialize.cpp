#include "lapis/ops/initialize.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "lapis/core/error.h"

namespace lapis {

namespace {

using Kind = Initializer::Kind;

struct Fans {
  double in = 1;
  double out = 1;
};

/// Inputs and outputs that one unit is connected to; those of a kernel [height, width, in, out] include its
/// window.
Fans fans_of(const Shape& shape) {
  if (shape.rank() == 0) return {};
  if (shape.rank() == 1) return {static_cast<double>(shape[0]), static_cast<double>(shape[0])};
  double window = 1;
  for (int axis = 0; axis < shape.rank() - 2; ++axis) window *= static_cast<double>(shape[axis]);
  return {window * static_cast<double>(shape[-2]), window * static_cast<double>(shape[-1])};
}

void fill_uniform(double low, double high, const RandomStream& random, std::span<Real> values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<Real>(low + (high - low) * static_cast<double>(random.uniform(i)));
  }
}

void fill_normal(double mean, double deviation, const RandomStream& random, std::span<Real> values) {
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<Real>(mean + deviation * random.normal(i));
}

/// Draws beyond two standard deviations are drawn again, from the next stretch of the stream.
void fill_truncated(double mean, double deviation, const RandomStream& random, std::span<Real> values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::uint64_t index = i;
    double draw = random.normal(index);
    while (std::abs(draw) > 2) draw = random.normal(index += values.size());
    values[i] = static_cast<Real>(mean + deviation * draw);
  }
}

/// Keras's VarianceScaling: variance `scale` / `fan`.
void fill_scaled(Initializer::Distribution distribution, double scale, double fan, const RandomStream& random,
                 std::span<Real> values) {
  const double variance = scale / std::max(1.0, fan);
  if (distribution == Initializer::Distribution::uniform) {
    const double limit = std::sqrt(3 * variance);
    return fill_uniform(-limit, limit, random, values);
  }
  if (distribution == Initializer::Distribution::untruncated_normal)
    return fill_normal(0, std::sqrt(variance), random, values);
  // What is cut off at two standard deviations leaves 0.8796 of them.
  fill_truncated(0, std::sqrt(variance) / 0.87962566103423978, random, values);
}

/// The factor Q of a normal matrix [long side, short side], its signs such that R's diagonal is positive:
/// that is what the Gram-Schmidt process gives, here done twice over for rounding's sake. Written as is, or
/// transposed where `shape`, flattened to [product of the others, last], is wider than high.
void fill_orthogonal(double gain, const Shape& shape, const RandomStream& random, std::span<Real> values) {
  if (shape.rank() < 2) fail("orthogonal initializer: shape ", shape, ", expected at least 2 axes");
  const auto rows = static_cast<std::size_t>(shape.rows());
  const auto columns = static_cast<std::size_t>(shape[-1]);
  const std::size_t length = std::max(rows, columns);
  const std::size_t count = std::min(rows, columns);
  std::vector<double> q(length * count);  // one orthonormal vector after another
  for (std::size_t i = 0; i < q.size(); ++i) q[i] = random.normal(i);
  const auto dot = [&](const double* a, const double* b) {
    double sum = 0;
    for (std::size_t i = 0; i < length; ++i) sum += a[i] * b[i];
    return sum;
  };
  for (std::size_t j = 0; j < count; ++j) {
    double* own = q.data() + j * length;
    for (std::size_t pass = 0; pass < 2; ++pass) {
      for (std::size_t earlier = 0; earlier < j; ++earlier) {
        const double* other = q.data() + earlier * length;
        const double shared = dot(own, other);
        for (std::size_t i = 0; i < length; ++i) own[i] -= shared * other[i];
      }
    }
    const double size = std::sqrt(dot(own, own));
    for (std::size_t i = 0; i < length; ++i) own[i] /= size;
    for (std::size_t i = 0; i < length; ++i) {
      values[rows < columns ? j * columns + i : i * columns + j] = static_cast<Real>(gain * own[i]);
    }
  }
}

void fill_lstm_bias(std::span<Real> values) {
  const std::size_t units = values.size() / 4;  // gates i, f, c, o
  std::fill(values.begin(), values.end(), Real(0));
  std::fill(values.begin() + static_cast<Index>(units), values.begin() + static_cast<Index>(2 * units),
            Real(1));
}

}  // namespace

void initialize(const Initializer& initializer, const Shape& shape, RandomStream random,
                std::span<Real> values) {
  // An initializer's own seed gives the same values wherever the parameter stands.
  if (initializer.seed) random = RandomStream(*initializer.seed, 0);
  const Fans fans = fans_of(shape);
  const auto scaled = [&](Initializer::Distribution distribution, double scale, Initializer::Fan fan) {
    const double count = fan == Initializer::Fan::in    ? fans.in
                         : fan == Initializer::Fan::out ? fans.out
                                                        : (fans.in + fans.out) / 2;
    fill_scaled(distribution, scale, count, random, values);
  };
  constexpr auto kNormal = Initializer::Distribution::truncated_normal;
  constexpr auto kUniform = Initializer::Distribution::uniform;
  const auto fill = [&](double value) { std::fill(values.begin(), values.end(), static_cast<Real>(value)); };
  switch (initializer.kind) {
    case Kind::zeros:
      return fill(0);
    case Kind::ones:
      return fill(1);
    case Kind::constant:
      return fill(initializer.a);
    case Kind::random_uniform:
      return fill_uniform(initializer.a, initializer.b, random, values);
    case Kind::random_normal:
      return fill_normal(initializer.a, initializer.b, random, values);
    case Kind::truncated_normal:
      return fill_truncated(initializer.a, initializer.b, random, values);
    case Kind::glorot_uniform:
      return scaled(kUniform, 1, Initializer::Fan::average);
    case Kind::glorot_normal:
      return scaled(kNormal, 1, Initializer::Fan::average);
    case Kind::he_uniform:
      return scaled(kUniform, 2, Initializer::Fan::in);
    case Kind::he_normal:
      return scaled(kNormal, 2, Initializer::Fan::in);
    case Kind::variance_scaling:
      return scaled(initializer.distribution, initializer.a, initializer.fan);
    case Kind::orthogonal:
      return fill_orthogonal(initializer.a, shape, random, values);
    case Kind::lstm_bias:
      return fill_lstm_bias(values);
    case Kind::kept:
      fail("its initializer cannot be drawn: ", initializer.reason);
  }
}

}  // namespace lapis
