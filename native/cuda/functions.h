#pragma once

#include <cmath>
#include <cstdint>

#include "device.h"
#include "lapis/ops/backend.h"

/// Activations, their derivatives and random bits on one element: lib/lapis/ops/activation_functions.h and
/// core/random.h once more, for kernels.
namespace lapis::cuda {

inline constexpr Real kLeakySlope = Real(0.2);
inline constexpr Real kSeluAlpha = Real(1.6732632423543772848170429916717);
inline constexpr Real kSeluScale = Real(1.0507009873554804934193349852946);
inline constexpr Real kRootHalf = Real(0.70710678118654752440);
inline constexpr Real kInverseRootTwoPi = Real(0.39894228040143267794);
inline constexpr Real kRootTwoOverPi = Real(0.79788456080286535588);
inline constexpr Real kGeluCubic = Real(0.044715);

LAPIS_DEVICE inline Real sigmoid(Real x) {
  const Real tail = std::exp(-std::abs(x));
  return (x < 0 ? tail : Real(1)) / (Real(1) + tail);
}

LAPIS_DEVICE inline Real clamp(Real x, Real low, Real high) {
  return x < low ? low : x > high ? high : x;
}

LAPIS_DEVICE inline Real hard_sigmoid(Real x) {
  return clamp(x * Real(1.0 / 6) + Real(0.5), 0, 1);
}

/// ln(1 + e^x), so that neither tail overflows or loses its digits.
LAPIS_DEVICE inline Real softplus(Real x) {
  return (x > 0 ? x : Real(0)) + std::log1p(std::exp(-std::abs(x)));
}

LAPIS_DEVICE inline Real cumulative_normal(Real x) {
  return Real(0.5) * std::erfc(-x * kRootHalf);
}

LAPIS_DEVICE inline Real gelu_inner_tanh(Real x) {
  return std::tanh((x + x * x * x * kGeluCubic) * kRootTwoOverPi);
}

/// f(x) of an element-wise activation.
LAPIS_DEVICE inline Real activated(Activation activation, Real x) {
  switch (activation) {
    case Activation::relu:
      return x > 0 || x != x ? x : Real(0);
    case Activation::sigmoid:
      return sigmoid(x);
    case Activation::tanh:
      return std::tanh(x);
    case Activation::hard_sigmoid:
      return hard_sigmoid(x);
    case Activation::hard_sigmoid_keras2:
      return clamp(x * Real(0.2) + Real(0.5), 0, 1);
    case Activation::relu6:
      return clamp(x, 0, 6);
    case Activation::leaky_relu:
      return x < 0 ? x * kLeakySlope : x;
    case Activation::elu:
      return x > 0 ? x : std::expm1(x);
    case Activation::selu:
      return (x > 0 ? x : std::expm1(x) * kSeluAlpha) * kSeluScale;
    case Activation::softplus:
      return softplus(x);
    case Activation::softsign:
      return x / (std::abs(x) + Real(1));
    case Activation::exponential:
      return std::exp(x);
    case Activation::hard_tanh:
      return clamp(x, -1, 1);
    case Activation::log_sigmoid:
      return -softplus(-x);
    case Activation::silu:
      return x * sigmoid(x);
    case Activation::hard_silu:
      return x * hard_sigmoid(x);
    case Activation::gelu:
      return x * cumulative_normal(x);
    case Activation::gelu_approximate:
      return x * (gelu_inner_tanh(x) + Real(1)) * Real(0.5);
    case Activation::mish:
      return x * std::tanh(softplus(x));
    case Activation::tanh_shrink:
      return x - std::tanh(x);
    case Activation::linear:
    case Activation::softmax:
    case Activation::log_softmax:
      break;
  }
  return x;
}

/// f' where the output, or for those that do not follow from it the input, is `at`.
LAPIS_DEVICE inline Real slope(Activation activation, Real at) {
  switch (activation) {
    case Activation::relu:
      return at > 0 ? Real(1) : Real(0);
    case Activation::sigmoid:
      return at * (Real(1) - at);
    case Activation::tanh:
      return Real(1) - at * at;
    case Activation::hard_sigmoid:
      return at > 0 && at < 1 ? Real(1.0 / 6) : Real(0);
    case Activation::hard_sigmoid_keras2:
      return at > 0 && at < 1 ? Real(0.2) : Real(0);
    case Activation::relu6:
      return at > 0 && at < 6 ? Real(1) : Real(0);
    case Activation::leaky_relu:
      return at < 0 ? kLeakySlope : Real(1);
    case Activation::elu:
      return at < 0 ? at + Real(1) : Real(1);
    case Activation::selu:
      return at < 0 ? at + kSeluScale * kSeluAlpha : kSeluScale;
    case Activation::softplus:
      return -std::expm1(-at);
    case Activation::softsign:
      return (Real(1) - std::abs(at)) * (Real(1) - std::abs(at));
    case Activation::exponential:
      return at;
    case Activation::hard_tanh:
      return std::abs(at) < 1 ? Real(1) : Real(0);
    case Activation::log_sigmoid:
      return -std::expm1(at);
    case Activation::silu: {
      const Real s = sigmoid(at);
      return s * (Real(1) + at * (Real(1) - s));
    }
    case Activation::hard_silu: {
      const Real s = hard_sigmoid(at);
      return s > 0 && s < 1 ? s + at * Real(1.0 / 6) : s;
    }
    case Activation::gelu:
      return cumulative_normal(at) + at * std::exp(at * at * Real(-0.5)) * kInverseRootTwoPi;
    case Activation::gelu_approximate: {
      const Real t = gelu_inner_tanh(at);
      const Real inner = (at * at * (3 * kGeluCubic) + Real(1)) * kRootTwoOverPi;
      return (t + Real(1) + at * (Real(1) - t * t) * inner) * Real(0.5);
    }
    case Activation::mish: {
      const Real t = std::tanh(softplus(at));
      return t + at * (Real(1) - t * t) * sigmoid(at);
    }
    case Activation::tanh_shrink: {
      const Real t = std::tanh(at);
      return t * t;
    }
    case Activation::linear:
    case Activation::softmax:
    case Activation::log_softmax:
      break;
  }
  return Real(1);
}

/// RandomStream(seed, stream).block(index)[word].
LAPIS_DEVICE inline std::uint32_t random_bits(std::uint64_t seed, std::uint64_t stream, std::uint64_t index,
                                              int word) {
  std::uint32_t counter[4] = {static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32),
                              static_cast<std::uint32_t>(stream), static_cast<std::uint32_t>(stream >> 32)};
  auto key0 = static_cast<std::uint32_t>(seed);
  auto key1 = static_cast<std::uint32_t>(seed >> 32);
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t product0 = std::uint64_t{0xD2511F53} * counter[0];
    const std::uint64_t product1 = std::uint64_t{0xCD9E8D57} * counter[2];
    counter[0] = static_cast<std::uint32_t>(product1 >> 32) ^ counter[1] ^ key0;
    counter[1] = static_cast<std::uint32_t>(product1);
    counter[2] = static_cast<std::uint32_t>(product0 >> 32) ^ counter[3] ^ key1;
    counter[3] = static_cast<std::uint32_t>(product0);
    key0 += 0x9E3779B9U;
    key1 += 0xBB67AE85U;
  }
  return counter[word];
}

}  // namespace lapis::cuda
