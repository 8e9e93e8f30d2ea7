#include "lapis/train/metrics.h"

#include <algorithm>

#include "lapis/core/error.h"
#include "lapis/core/size.h"

namespace lapis {

namespace {

/// zero_division=0.
double ratio(double part, double whole) {
  return whole > 0 ? part / whole : 0;
}

}  // namespace

Index argmax(const Real* values, Index count) {
  Index best = 0;
  for (Index i = 1; i < count; ++i) {
    if (values[i] > values[best]) best = i;
  }
  return best;
}

Index predicted_class(const Real* row, Index outputs, bool from_logits) {
  if (outputs > 1) return argmax(row, outputs);
  return row[0] > (from_logits ? Real(0) : Real(0.5)) ? 1 : 0;
}

ConfusionMatrix::ConfusionMatrix(Index classes)
    : classes_(classes), counts_(static_cast<std::size_t>(Index{Size(classes) * classes})) {}

void ConfusionMatrix::add(Index truth, Index prediction) {
  if (truth < 0 || truth >= classes_ || prediction < 0 || prediction >= classes_) {
    fail("confusion matrix: true class ", truth, ", predicted ", prediction, ", expected 0 to ",
         classes_ - 1);
  }
  ++counts_[static_cast<std::size_t>(truth * classes_ + prediction)];
  ++samples_;
}

void ConfusionMatrix::clear() {
  std::fill(counts_.begin(), counts_.end(), 0);
  samples_ = 0;
}

double ConfusionMatrix::accuracy() const {
  Index right = 0;
  for (Index c = 0; c < classes_; ++c) right += at(c, c);
  return ratio(static_cast<double>(right), static_cast<double>(samples_));
}

ClassScores ConfusionMatrix::scores(Index c) const {
  Index truths = 0, predictions = 0;
  for (Index other = 0; other < classes_; ++other) {
    truths += at(c, other);
    predictions += at(other, c);
  }
  const auto right = static_cast<double>(at(c, c));
  ClassScores scores;
  scores.precision = ratio(right, static_cast<double>(predictions));
  scores.recall = ratio(right, static_cast<double>(truths));
  scores.f1 = ratio(2 * right, static_cast<double>(truths + predictions));
  scores.support = truths;
  return scores;
}

double ConfusionMatrix::macro_f1() const {
  double sum = 0;
  Index present = 0;
  for (Index c = 0; c < classes_; ++c) {
    Index occurrences = 0;
    for (Index other = 0; other < classes_; ++other) occurrences += at(c, other) + at(other, c);
    if (occurrences == 0) continue;
    sum += scores(c).f1;
    ++present;
  }
  return ratio(sum, static_cast<double>(present));
}

}  // namespace lapis
