#include "training_memory.h"

#include "console.h"
#include "lapis/core/error.h"
#include "lapis/model/cost.h"

namespace lapis::native {
namespace {

/// Copies of the parameters that the optimizer keeps.
int moments(const OptimizerConfig& optimizer) {
  const bool has_momentum = optimizer.momentum != 0;
  switch (optimizer.kind) {
    case OptimizerConfig::Kind::sgd:
      return has_momentum ? 1 : 0;
    case OptimizerConfig::Kind::rmsprop:
      return 1 + (has_momentum ? 1 : 0) + (optimizer.centered ? 1 : 0);
    default:
      return optimizer.amsgrad ? 3 : 2;
  }
}

void check(double bytes, const std::string& what) {
  if (bytes <= kMostTrainingBytes) return;
  fail(what, " takes about ", format_bytes(bytes), " of memory, at most ", format_bytes(kMostTrainingBytes),
       " are taken without being asked for; --large trains it all the same");
}

}  // namespace

void check_parameter_memory(Index parameters, const OptimizerConfig& optimizer) {
  constexpr int kOwn = 5;  // weights, gradients, best weights; two while a file is written
  const double bytes = static_cast<double>(parameters) * sizeof(Real) * (kOwn + moments(optimizer));
  check(bytes, "training: " + format_count(static_cast<double>(parameters)) +
                   " parameters: with gradients, what the optimizer keeps, the best weights and a file it");
}

void check_batch_memory(const Model& model, const Backend& backend, const Shape& x) {
  check(cost_of(model, backend, x, Mode::train).bytes,
        "training: a batch of " + std::to_string(x[0]) + " samples " + x.without_batch().to_string());
}

}  // namespace lapis::native
