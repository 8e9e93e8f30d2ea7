#include "cuda_backend.h"
#include "functions.h"
#include "sums.h"

namespace lapis::cuda {

namespace {

/// base^exponent for a whole exponent >= 0, by squaring: the CPU's, to the last bit.
double power(double base, std::int64_t exponent) {
  double result = 1;
  for (; exponent > 0; exponent /= 2, base *= base) {
    if (exponent % 2 == 1) result *= base;
  }
  return result;
}

LAPIS_DEVICE inline bool is_trained(const std::uint8_t* trainable, Index i) {
  return trainable == nullptr || trainable[i] != 0;
}

/// to[0] = sum of term(i), or is added to.
template <class Term>
void sum_into(Device& device, Index count, const Term& term, double* to, bool accumulate) {
  sum_all(
      device, count,
      [=] LAPIS_KERNEL(Index i) {
        return Sums{term(i), 0};
      },
      [=] LAPIS_KERNEL(const Sums& sums) { *to = (accumulate ? *to : 0.0) + sums.first; });
}

}  // namespace

void CudaBackend::sgd(const SgdStep& step, Real* weights, const Real* gradients, Real* velocity,
                      const std::uint8_t* trainable, Index count) {
  const auto rate = static_cast<Real>(step.learning_rate);
  const auto momentum = static_cast<Real>(step.momentum);
  const Real decay = static_cast<Real>(step.weight_decay) * rate;
  const bool nesterov = step.nesterov;
  for_each(*device_, count, [=] LAPIS_KERNEL(Index i) {
    if (!is_trained(trainable, i)) return;
    const Real weight = weights[i] - weights[i] * decay;
    const Real change = rate * gradients[i];
    if (velocity == nullptr) {
      weights[i] = weight - change;
      return;
    }
    const Real v = momentum * velocity[i] - change;
    velocity[i] = v;
    weights[i] = weight + (nesterov ? momentum * v - change : v);
  });
}

void CudaBackend::adam(const AdamStep& step, Real* weights, const Real* gradients, Real* first_moment,
                       Real* second_moment, const std::uint8_t* trainable, Index count) {
  const auto alpha =
      static_cast<Real>(static_cast<double>(step.learning_rate) *
                        std::sqrt(1 - power(step.beta_2, step.step)) / (1 - power(step.beta_1, step.step)));
  const auto first_share = static_cast<Real>(1 - step.beta_1);
  const auto second_share = static_cast<Real>(1 - step.beta_2);
  const auto epsilon = static_cast<Real>(step.epsilon);
  const bool amsgrad = step.amsgrad;
  const Real decay = static_cast<Real>(step.weight_decay) * static_cast<Real>(step.learning_rate);
  for_each(*device_, count, [=] LAPIS_KERNEL(Index i) {
    if (!is_trained(trainable, i)) return;
    const Real gradient = gradients[i];
    const Real weight = weights[i] - weights[i] * decay;
    const Real m = first_moment[i] + (gradient - first_moment[i]) * first_share;
    const Real v = second_moment[i] + (gradient * gradient - second_moment[i]) * second_share;
    first_moment[i] = m;
    second_moment[i] = v;
    Real divisor = v;
    if (amsgrad) {
      const Real largest = second_moment[count + i];
      divisor = largest > v ? largest : v;
      second_moment[count + i] = divisor;
    }
    weights[i] = weight - alpha * m / (std::sqrt(divisor) + epsilon);
  });
}

void CudaBackend::rmsprop(const RmspropStep& step, Real* weights, const Real* gradients, Real* mean_square,
                          Real* mean_gradient, Real* velocity, const std::uint8_t* trainable, Index count) {
  const auto rate = static_cast<Real>(step.learning_rate);
  const auto share = static_cast<Real>(1 - step.rho);
  const auto epsilon = static_cast<Real>(step.epsilon);
  const auto momentum = static_cast<Real>(step.momentum);
  const Real decay = static_cast<Real>(step.weight_decay) * rate;
  for_each(*device_, count, [=] LAPIS_KERNEL(Index i) {
    if (!is_trained(trainable, i)) return;
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

void CudaBackend::penalty(const Real* weights, double l1, double l2, Real* gradients, Index count,
                          double* sum, bool accumulate) {
  sum_into(
      *device_, count,
      [=] LAPIS_KERNEL(Index i) {
        const auto weight = static_cast<double>(weights[i]);
        return l1 * std::abs(weight) + l2 * weight * weight;
      },
      sum, accumulate);
  if (gradients == nullptr) return;
  const auto slope = static_cast<Real>(l1);
  const auto twice = static_cast<Real>(2 * l2);
  for_each(*device_, count, [=] LAPIS_KERNEL(Index i) {
    const Real sign = weights[i] > 0 ? Real(1) : weights[i] < 0 ? Real(-1) : Real(0);
    gradients[i] += slope * sign + twice * weights[i];
  });
}

void CudaBackend::sum_squares(const Real* values, Index count, double* sum, bool accumulate) {
  sum_into(
      *device_, count,
      [=] LAPIS_KERNEL(Index i) { return static_cast<double>(values[i]) * static_cast<double>(values[i]); },
      sum, accumulate);
}

void CudaBackend::clip_norm(Real* values, Index count, const double* squares, double limit) {
  for_each(*device_, count, [=] LAPIS_KERNEL(Index i) {
    const double norm = std::sqrt(*squares);
    if (norm > limit) values[i] *= static_cast<Real>(limit / norm);
  });
}

void CudaBackend::clip_values(Real* values, Index count, Real limit) {
  for_each(*device_, count, [=] LAPIS_KERNEL(Index i) {
    const Real value = values[i];
    values[i] = value > limit ? limit : value < -limit ? -limit : value;
  });
}

}  // namespace lapis::cuda
