#include "lapis/ops/update.h"

#include <algorithm>
#include <cmath>

#include "lapis/ops/pieces.h"
#include "lapis/ops/vector.h"

namespace lapis::cpu {

namespace {

/// update(i) for every trainable i: two loops, so that the common one has no test in it.
template <class Update>
void update_all(Parallel& parallel, const std::uint8_t* trainable, Index count, const Update& update) {
  for_pieces(parallel, count, kPieceValues, [&](Index first, Index size) {
    if (trainable == nullptr) {
      for (Index i = first; i < first + size; ++i) update(i);
    } else {
      for (Index i = first; i < first + size; ++i) {
        if (trainable[i] != 0) update(i);
      }
    }
  });
}

/// base^exponent for a whole exponent >= 0, by squaring.
double power(double base, std::int64_t exponent) {
  double result = 1;
  for (; exponent > 0; exponent /= 2, base *= base) {
    if (exponent % 2 == 1) result *= base;
  }
  return result;
}

}  // namespace

void sgd(Parallel& parallel, const SgdStep& step, Real* weights, const Real* gradients, Real* velocity,
         const std::uint8_t* trainable, Index count) {
  const auto rate = static_cast<Real>(step.learning_rate);
  const auto momentum = static_cast<Real>(step.momentum);
  const Real decay = static_cast<Real>(step.weight_decay) * rate;
  if (velocity == nullptr) {
    return update_all(parallel, trainable, count, [=](Index i) {
      const Real weight = weights[i] - weights[i] * decay;
      weights[i] = weight - rate * gradients[i];
    });
  }
  const bool nesterov = step.nesterov;
  update_all(parallel, trainable, count, [=](Index i) {
    const Real weight = weights[i] - weights[i] * decay;
    const Real change = rate * gradients[i];
    const Real v = momentum * velocity[i] - change;
    velocity[i] = v;
    weights[i] = weight + (nesterov ? momentum * v - change : v);
  });
}

void adam(Parallel& parallel, const AdamStep& step, Real* weights, const Real* gradients, Real* first_moment,
          Real* second_moment, const std::uint8_t* trainable, Index count) {
  const auto alpha =
      static_cast<Real>(static_cast<double>(step.learning_rate) *
                        std::sqrt(1 - power(step.beta_2, step.step)) / (1 - power(step.beta_1, step.step)));
  const auto first_share = static_cast<Real>(1 - step.beta_1);
  const auto second_share = static_cast<Real>(1 - step.beta_2);
  const auto epsilon = static_cast<Real>(step.epsilon);
  const bool amsgrad = step.amsgrad;
  const Real decay = static_cast<Real>(step.weight_decay) * static_cast<Real>(step.learning_rate);
  update_all(parallel, trainable, count, [=](Index i) {
    const Real gradient = gradients[i];
    const Real weight = weights[i] - weights[i] * decay;
    const Real m = first_moment[i] + (gradient - first_moment[i]) * first_share;
    const Real v = second_moment[i] + (gradient * gradient - second_moment[i]) * second_share;
    first_moment[i] = m;
    second_moment[i] = v;
    Real divisor = v;
    if (amsgrad) {
      Real& largest = second_moment[count + i];
      largest = divisor = std::max(largest, v);
    }
    weights[i] = weight - alpha * m / (std::sqrt(divisor) + epsilon);
  });
}

void rmsprop(Parallel& parallel, const RmspropStep& step, Real* weights, const Real* gradients,
             Real* mean_square, Real* mean_gradient, Real* velocity, const std::uint8_t* trainable,
             Index count) {
  const auto rate = static_cast<Real>(step.learning_rate);
  const auto share = static_cast<Real>(1 - step.rho);
  const auto epsilon = static_cast<Real>(step.epsilon);
  const auto momentum = static_cast<Real>(step.momentum);
  const Real decay = static_cast<Real>(step.weight_decay) * rate;
  update_all(parallel, trainable, count, [=](Index i) {
    const Real gradient = gradients[i];
    const Real weight = weights[i] - weights[i] * decay;
    const Real square = mean_square[i] + (gradient * gradient - mean_square[i]) * share;
    mean_square[i] = square;
    Real divisor = square + epsilon;
    if (mean_gradient != nullptr) {
      const Real mean = mean_gradient[i] + (gradient - mean_gradient[i]) * share;
      mean_gradient[i] = mean;
      divisor = square - mean * mean + epsilon;
    }
    Real change = rate * gradient / std::sqrt(divisor);
    if (velocity != nullptr) change = velocity[i] = momentum * velocity[i] + change;
    weights[i] = weight - change;
  });
}

void penalty(Parallel& parallel, const Real* weights, double l1, double l2, Real* gradients, Index count,
             double* sum, bool accumulate) {
  double absolute = 0;
  for (Index i = 0; l1 != 0 && i < count; ++i) absolute += std::abs(static_cast<double>(weights[i]));
  const double squares = l2 != 0 ? sum_squares(parallel, weights, count) : 0;
  if (gradients != nullptr) {
    const auto slope = static_cast<Real>(l1);
    const auto twice = static_cast<Real>(2 * l2);
    for_pieces(parallel, count, kPieceValues, [&](Index first, Index size) {
      for (Index i = first; i < first + size; ++i) {
        const Real sign = weights[i] > 0 ? Real(1) : weights[i] < 0 ? Real(-1) : Real(0);
        gradients[i] += slope * sign + twice * weights[i];
      }
    });
  }
  *sum = (accumulate ? *sum : 0) + l1 * absolute + l2 * squares;
}

double sum_squares(Parallel& parallel, const Real* values, Index count) {
  constexpr Index kChunks = 16;
  const Index chunk = std::max(kPieceValues, (count + kChunks - 1) / kChunks);
  double sums[kChunks] = {};
  for_pieces(parallel, count, chunk, [&](Index first, Index size) {
    double sum = 0;
    constexpr Index kRun = 1 << 10;  // short enough for float's accuracy
    for (Index i = first; i < first + size; i += kRun) {
      const Index run = std::min(kRun, first + size - i);
      sum += static_cast<double>(simd::dot(values + i, values + i, run));
    }
    sums[first / chunk] = sum;
  });
  double total = 0;
  for (const double sum : sums) total += sum;
  return total;
}

void clip_norm(Parallel& parallel, Real* values, Index count, double squares, double limit) {
  const double norm = std::sqrt(squares);
  if (!(norm > limit)) return;
  const auto factor = static_cast<Real>(limit / norm);
  for_pieces(parallel, count, kPieceValues, [&](Index first, Index size) {
    simd::map(values + first, values + first, size, [&](simd::Vector v) { return v * factor; });
  });
}

void clip_values(Parallel& parallel, Real* values, Index count, Real limit) {
  for_pieces(parallel, count, kPieceValues, [&](Index first, Index size) {
    for (Index i = first; i < first + size; ++i) values[i] = std::clamp(values[i], -limit, limit);
  });
}

}  // namespace lapis::cpu
