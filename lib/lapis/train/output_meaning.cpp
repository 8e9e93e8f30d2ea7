#include "lapis/train/output_meaning.h"

#include <algorithm>
#include <cmath>

#include "lapis/train/metrics.h"

namespace lapis {

namespace {

using Kind = OutputMeaning::Kind;

Real sigmoid(Real score) {
  return 1 / (1 + std::exp(-score));
}

void softmax(const Real* scores, Real* shares, Index count) {
  const Real largest = *std::max_element(scores, scores + count);
  double sum = 0;
  for (Index i = 0; i < count; ++i) {
    shares[i] = std::exp(scores[i] - largest);
    sum += static_cast<double>(shares[i]);
  }
  for (Index i = 0; i < count; ++i) shares[i] = static_cast<Real>(static_cast<double>(shares[i]) / sum);
}

}  // namespace

void OutputMeaning::answer(const Real* row, Real* answer) const {
  if (applied == Activation::softmax) return softmax(row, answer, outputs);
  const auto value = [&](Index i) { return are_scores() ? sigmoid(row[i]) : row[i]; };
  if (kind == Kind::binary) {
    answer[1] = value(0);
    answer[0] = 1 - answer[1];
    return;
  }
  for (Index i = 0; i < outputs; ++i) answer[i] = value(i);
}

Index OutputMeaning::predicted(const Real* row) const {
  return predicted_class(row, outputs, are_scores());
}

OutputMeaning meaning_of(const Model& model, const std::optional<LossConfig>& loss) {
  const Shape& y = model.output_shape();
  OutputMeaning meaning{.outputs = y[-1]};
  const bool one_a_sample = y.rank() == 2 && y[-1] == 1;
  const Kind of_sigmoids = one_a_sample ? Kind::binary : Kind::independent;
  const bool is_regression = loss && loss->kind == LossConfig::Kind::mean_squared_error;
  const Activation last = model.final_activation();
  if (last == Activation::softmax) {
    // Of a single output it is 1 whatever comes in.
    if (y[-1] != 1) meaning.kind = Kind::distribution;
    return meaning;
  }
  if (is_sigmoid(last)) {
    if (!is_regression) meaning.kind = of_sigmoids;
    return meaning;
  }
  if (!loss || !loss->from_logits || is_regression) return meaning;
  const bool is_binary = loss->kind == LossConfig::Kind::binary_crossentropy;
  if (!is_binary && y[-1] == 1) return meaning;
  meaning.kind = is_binary ? of_sigmoids : Kind::distribution;
  meaning.applied = is_binary ? Activation::sigmoid : Activation::softmax;
  return meaning;
}

const char* meaning_name(Kind kind) {
  switch (kind) {
    case Kind::distribution:
      return "distribution";
    case Kind::binary:
      return "binary";
    case Kind::independent:
      return "independent";
    case Kind::values:
      break;
  }
  return "values";
}

}  // namespace lapis
