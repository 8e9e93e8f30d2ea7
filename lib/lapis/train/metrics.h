#pragma once

#include <vector>

#include "lapis/core/real.h"

namespace lapis {

/// Position of the largest value, the first of equals.
Index argmax(const Real* values, Index count);

/// The class that a row of outputs speaks for: the largest, or, of a single one, whether it is above one half
/// (above 0 where the outputs are logits).
Index predicted_class(const Real* row, Index outputs, bool from_logits);

struct ClassScores {
  double precision = 0, recall = 0, f1 = 0;
  Index support = 0;  // samples that are of this class
};

/// Counts of (true class, predicted class) and what follows from them, as scikit-learn defines it with
/// zero_division=0.
class ConfusionMatrix {
 public:
  explicit ConfusionMatrix(Index classes);

  void add(Index truth, Index prediction);
  void clear();

  Index classes() const { return classes_; }
  Index samples() const { return samples_; }
  Index at(Index truth, Index prediction) const {
    return counts_[static_cast<std::size_t>(truth * classes_ + prediction)];
  }

  /// 0 without samples, as the others.
  double accuracy() const;
  /// Mean F1 of the classes that occur in truth or prediction (scikit-learn: f1_score(average="macro")).
  double macro_f1() const;
  ClassScores scores(Index c) const;

 private:
  Index classes_;
  Index samples_ = 0;
  std::vector<Index> counts_;  // [truth, prediction]
};

}  // namespace lapis
