#pragma once

#include <optional>

#include "lapis/train/loss.h"

namespace lapis {

/// What the numbers are that a model puts out. It is decided here alone, for everybody who shows them: the
/// last layer decides, and the loss that the model was compiled with.
///
/// | the model ends in | the loss | kind | what an answer holds |
/// |---|---|---|---|
/// | softmax of 2 or more | any | distribution | the outputs |
/// | one sigmoid a sample | binary cross-entropy, or not known | binary | 1 - p and p |
/// | other sigmoids | binary or categorical, or not known | independent | the outputs |
/// | anything else | categorical, from logits | distribution | softmax of the outputs |
/// | anything else, one a sample | binary, from logits | binary | 1 - p and p, p = sigmoid of the output |
/// | anything else | binary, from logits | independent | sigmoid of the outputs |
/// | anything else | any other, or not known | values | the outputs |
struct OutputMeaning {
  enum class Kind {
    distribution,  // a probability for each class; they add to 1
    binary,        // one output: the probability of the second of two classes
    independent,   // a probability for each output by itself: they do not add to 1
    values,        // numbers of any size, which are no probabilities
  };

  Kind kind = Kind::values;
  /// What makes probabilities of the outputs, which are raw scores then: softmax or sigmoid. linear: nothing.
  Activation applied = Activation::linear;
  Index outputs = 0;  // in a row

  bool are_probabilities() const { return kind != Kind::values; }
  bool are_scores() const { return applied != Activation::linear; }
  /// Numbers in an answer: 2 for Kind::binary, else as many as outputs.
  Index answers() const { return kind == Kind::binary ? 2 : outputs; }
  /// Writes the answer [answers()] to a row [outputs] of the model's output.
  void answer(const Real* row, Real* answer) const;
  /// The class that a row speaks for, as Loss::predicted counts it.
  Index predicted(const Real* row) const;
};

/// `loss`: what the model was compiled with; none where that is not known.
OutputMeaning meaning_of(const Model& model, const std::optional<LossConfig>& loss);

/// "distribution", "binary", "independent", "values".
const char* meaning_name(OutputMeaning::Kind kind);

}  // namespace lapis
