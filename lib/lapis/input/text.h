#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lapis/core/real.h"

/// Keras's TextVectorization(standardize="lower_and_strip_punctuation", split="whitespace",
/// output_mode="int", output_sequence_length=n), byte for byte as TensorFlow's kernels do it: A-Z to a-z
/// (nothing beyond ASCII), the 32 ASCII punctuation characters removed (not replaced: "kue-kue" is one
/// token), split at runs of the bytes 9-13 and 32, looked up, cut or filled up with 0 on the right.
namespace lapis {

/// What a network expects of a text.
struct TextInput {
  Index sequence_length = 0;            // >= 1
  std::vector<std::string> vocabulary;  // "" (padding) at 0, "[UNK]" at 1, then the words; no two equal

  bool operator==(const TextInput&) const = default;
};

/// A word as the network sees it.
struct Token {
  std::string text;  // lower case, without punctuation
  Index id = 0;      // 1: not in the vocabulary
  bool known = false;

  bool operator==(const Token&) const = default;
};

/// The words of a text that the network sees (at most sequence_length), and how many come after them.
struct TokenizedText {
  std::vector<Token> tokens;
  Index truncated = 0;
};

/// Longest text that `check_text` lets pass: more is no sentence but a wrong file.
inline constexpr std::size_t kMaxTextBytes = 100'000;

/// Throws Error for what no one can mean as a text to classify: empty, longer than kMaxTextBytes, not UTF-8
/// (naming the byte), or without a single word. For texts that people hand in; the vectorizer itself takes
/// any bytes, as Keras does.
void check_text(std::string_view text);

/// Immutable; any number of threads may share one.
class TextVectorizer {
 public:
  /// Throws Error where the vocabulary does not start with "" and "[UNK]", holds a word twice, or the
  /// sequence length is below 1.
  explicit TextVectorizer(TextInput input);
  TextVectorizer(TextVectorizer&&) = default;
  TextVectorizer& operator=(TextVectorizer&&) = default;

  Index sequence_length() const { return input_.sequence_length; }
  std::span<const std::string> vocabulary() const { return input_.vocabulary; }
  const TextInput& input() const { return input_; }

  TokenizedText tokenize(std::string_view text) const;

  /// Writes x[sequence_length]: the ids, then zeros.
  void text_to_tensor(std::string_view text, Real* x) const;

 private:
  Index find(std::string_view token) const;

  TextInput input_;
  std::vector<Index> sorted_;  // all ids, in the order of their words
};

/// TextVectorization.adapt: the vocabulary of `texts`, "" and "[UNK]" first, then the words by count, most
/// frequent first, equal counts by bytes, largest first. At most `max_tokens` entries with those two; 0: all.
std::vector<std::string> adapt_vocabulary(std::span<const std::string> texts, Index max_tokens);

}  // namespace lapis
