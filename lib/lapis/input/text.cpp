#include "lapis/input/text.h"

#include <algorithm>
#include <numeric>
#include <unordered_map>
#include <utility>

#include "lapis/core/error.h"
#include "lapis/core/utf8.h"

namespace lapis {

namespace {

constexpr Index kUnknownId = 1;

bool is_space(unsigned char byte) {
  return byte == ' ' || (byte >= 9 && byte <= 13);
}

/// Python's string.punctuation, which TextVectorization strips: ! to /, : to @, [ to `, { to ~.
bool is_punctuation(unsigned char byte) {
  return (byte >= 33 && byte <= 47) || (byte >= 58 && byte <= 64) || (byte >= 91 && byte <= 96) ||
         (byte >= 123 && byte <= 126);
}

char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

/// Reads the tokens of a text one after another.
class TokenReader {
 public:
  explicit TokenReader(std::string_view text) : text_(text) {}

  /// False at the end; else `token` is the next one.
  bool next(std::string& token) {
    token.clear();
    while (position_ < text_.size()) {
      const char c = text_[position_++];
      const auto byte = static_cast<unsigned char>(c);
      if (is_space(byte)) {
        if (!token.empty()) return true;
      } else if (!is_punctuation(byte)) {
        token.push_back(to_lower(c));
      }
    }
    return !token.empty();
  }

 private:
  std::string_view text_;
  std::size_t position_ = 0;
};

}  // namespace

void check_text(std::string_view text) {
  if (text.empty()) fail("text: empty, expected at least one word");
  if (text.size() > kMaxTextBytes)
    fail("text: ", text.size(), " bytes, expected at most ", kMaxTextBytes, "; shorten it");
  if (const auto offset = find_not_utf8(text)) {
    const auto byte = static_cast<unsigned char>(text[*offset]);
    constexpr const char* kDigits = "0123456789abcdef";
    fail("text: byte ", *offset, " (0x", kDigits[byte >> 4], kDigits[byte & 15],
         ") is not UTF-8; save the text as UTF-8");
  }
  std::string token;
  if (!TokenReader(text).next(token)) {
    fail("text: only white space and punctuation, expected at least one word");
  }
}

TextVectorizer::TextVectorizer(TextInput input) : input_(std::move(input)) {
  const std::vector<std::string>& words = input_.vocabulary;
  if (input_.sequence_length < 1) {
    fail("text input: sequence_length ", input_.sequence_length, ", expected at least 1");
  }
  if (words.size() < 2 || !words[0].empty() || words[1] != "[UNK]") {
    fail("text input: the vocabulary (", words.size(), " entries) must start with \"\" and \"[UNK]\"");
  }
  const auto word = [&](Index id) -> const std::string& { return words[static_cast<std::size_t>(id)]; };
  sorted_.resize(words.size());
  std::iota(sorted_.begin(), sorted_.end(), Index{0});
  std::sort(sorted_.begin(), sorted_.end(), [&](Index a, Index b) {
    const int order = word(a).compare(word(b));
    return order < 0 || (order == 0 && a < b);
  });
  const auto twice = std::adjacent_find(sorted_.begin(), sorted_.end(),
                                        [&](Index a, Index b) { return word(a) == word(b); });
  if (twice != sorted_.end()) {
    fail("text input: vocabulary entries ", twice[0], " and ", twice[1], " are both ",
         in_quotes(word(twice[0])), ", expected different words");
  }
}

Index TextVectorizer::find(std::string_view token) const {
  const auto word = [&](Index id) -> std::string_view {
    return input_.vocabulary[static_cast<std::size_t>(id)];
  };
  const auto at = std::lower_bound(sorted_.begin(), sorted_.end(), token,
                                   [&](Index id, std::string_view sought) { return word(id) < sought; });
  return at != sorted_.end() && word(*at) == token ? *at : kUnknownId;
}

TokenizedText TextVectorizer::tokenize(std::string_view text) const {
  TokenizedText result;
  TokenReader reader(text);
  std::string token;
  while (reader.next(token)) {
    if (static_cast<Index>(result.tokens.size()) == input_.sequence_length) {
      ++result.truncated;
      continue;
    }
    const Index id = find(token);
    result.tokens.push_back({token, id, id != kUnknownId});
  }
  return result;
}

void TextVectorizer::text_to_tensor(std::string_view text, Real* x) const {
  TokenReader reader(text);
  std::string token;
  Index count = 0;
  while (count < input_.sequence_length && reader.next(token)) {
    x[count++] = static_cast<Real>(find(token));
  }
  std::fill(x + count, x + input_.sequence_length, Real{0});
}

std::vector<std::string> adapt_vocabulary(std::span<const std::string> texts, Index max_tokens) {
  if (max_tokens < 0 || max_tokens == 1) {
    fail("text input: max_tokens ", max_tokens, ", expected 0 (all words) or at least 2 (padding and [UNK])");
  }
  std::unordered_map<std::string, Index> counts;
  std::string token;
  for (const std::string& text : texts) {
    TokenReader reader(text);
    while (reader.next(token)) ++counts[token];
  }
  std::vector<std::pair<Index, std::string>> words;
  words.reserve(counts.size());
  for (const auto& [word, count] : counts) words.emplace_back(count, word);
  std::sort(words.begin(), words.end(), [](const auto& a, const auto& b) { return b < a; });

  std::vector<std::string> vocabulary = {"", "[UNK]"};
  for (auto& [count, word] : words) {
    if (max_tokens != 0 && static_cast<Index>(vocabulary.size()) == max_tokens) break;
    vocabulary.push_back(std::move(word));
  }
  return vocabulary;
}

}  // namespace lapis
