#include "lapis/ops/update.h"

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
  const auto steps = static_cast<double>(step.step);
  const auto alpha =
      static_cast<Real>(static_cast<double>(step.learning_rate) *
                        std::sqrt(1 - std::pow(step.beta_2, steps)) / (1 - std::pow(step.beta_1, steps)));
  const auto first_share = static_cast<Real>(1 - step.beta_1);
  const auto second_share = static_cast<Real>(1 - step.beta_2);
  const auto epsilon = static_cast<Real>(step.epsilon);
  const Real decay = static_cast<Real>(step.weight_decay) * static_cast<Real>(step.learning_rate);
  update_all(parallel, trainable, count, [=](Index i) {
    const Real gradient = gradients[i];
    const Real weight = weights[i] - weights[i] * decay;
    const Real m = first_moment[i] + (gradient - first_moment[i]) * first_share;
    const Real v = second_moment[i] + (gradient * gradient - second_moment[i]) * second_share;
    first_moment[i] = m;
    second_moment[i] = v;
    weights[i] = weight - alpha * m / (std::sqrt(v) + epsilon);
  });
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

void scale(Parallel& parallel, Real* values, Index count, Real factor) {
  for_pieces(parallel, count, kPieceValues, [&](Index first, Index size) {
    simd::map(values + first, values + first, size, [&](simd::Vector v) { return v * factor; });
  });
}

}  // namespace lapis::cpu
