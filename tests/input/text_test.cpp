#include "lapis/input/text.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "lapis/core/error.h"
#include "lapis/core/random.h"
#include "support/shared.h"

using namespace lapis;
using Catch::Contains;
using Words = std::vector<std::string>;

namespace {

TextVectorizer make(const Words& words, Index sequence_length) {
  Words vocabulary = {"", "[UNK]"};
  vocabulary.insert(vocabulary.end(), words.begin(), words.end());
  return TextVectorizer({sequence_length, vocabulary});
}

std::vector<Real> ids(const TextVectorizer& vectorizer, const std::string& text) {
  std::vector<Real> x(static_cast<std::size_t>(vectorizer.sequence_length()), Real{-7});
  vectorizer.text_to_tensor(text, x.data());
  return x;
}

Words token_texts(const std::string& text) {
  Words texts;
  for (const Token& token : make({}, 1'000'000).tokenize(text).tokens) texts.push_back(token.text);
  return texts;
}

/// The same definition, one step after another, as Keras's Python has it.
Words reference_tokens(const std::string& text) {
  std::string lowered, stripped;
  for (char c : text) lowered.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
  const std::string punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
  for (char c : lowered) {
    if (punctuation.find(c) == std::string::npos) stripped.push_back(c);
  }
  Words words;
  const std::string spaces = "\t\n\v\f\r ";
  for (std::size_t start = 0; start < stripped.size();) {
    const std::size_t begin = stripped.find_first_not_of(spaces, start);
    if (begin == std::string::npos) break;
    const std::size_t end = std::min(stripped.find_first_of(spaces, begin), stripped.size());
    words.push_back(stripped.substr(begin, end - begin));
    start = end;
  }
  return words;
}

/// Third column's label dropped: the texts of a NusaX file.
Words read_texts(const std::filesystem::path& path) {
  const std::string file = lapis_test::read_text(path);
  Words texts;
  std::size_t i = file.find('\n') + 1;
  while (i < file.size()) {
    i = file.find(',', i) + 1;
    std::string text;
    if (file[i] == '"') {
      for (++i; file[i] != '"' || file[i + 1] == '"'; ++i) {
        text.push_back(file[i]);
        if (file[i] == '"') ++i;
      }
    } else {
      for (; file[i] != ','; ++i) text.push_back(file[i]);
    }
    texts.push_back(text);
    i = file.find('\n', i) + 1;
    if (i == 0) break;
  }
  return texts;
}

}  // namespace

TEST_CASE("standardise and split as Keras") {
  CHECK(token_texts("Kue-kue ENAK, sekali!") == Words{"kuekue", "enak", "sekali"});
  CHECK(token_texts("[UNK]") == Words{"unk"});
  CHECK(token_texts(" \t\n\v\f\r a  b ") == Words{"a", "b"});
  CHECK(token_texts("a - b") == Words{"a", "b"});
  CHECK(token_texts("it's 50% @home #1") == Words{"its", "50", "home", "1"});
  // Only A-Z fall; accents, non-breaking space and typographic quotes stay as they are.
  CHECK(token_texts("\u00c9COLE a\u00a0b \u201cya\u201d") ==
        Words{"\u00c9cole", "a\u00a0b", "\u201cya\u201d"});
  CHECK(token_texts("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~").empty());
  CHECK(token_texts("").empty());
  CHECK(token_texts(std::string("a\0b", 3)) == Words{std::string("a\0b", 3)});
  CHECK(token_texts(std::string(1, '\x1f') + "a") == Words{std::string(1, '\x1f') + "a"});
}

TEST_CASE("look up, cut, fill up") {
  const TextVectorizer vectorizer = make({"saya", "makan", "unk"}, 4);
  CHECK(ids(vectorizer, "Saya makan!") == std::vector<Real>{2, 3, 0, 0});
  CHECK(ids(vectorizer, "saya [UNK] lapar makan saya") == std::vector<Real>{2, 4, 1, 3});
  CHECK(ids(vectorizer, "") == std::vector<Real>{0, 0, 0, 0});
  CHECK(ids(vectorizer, "?!") == std::vector<Real>{0, 0, 0, 0});

  const TokenizedText result = vectorizer.tokenize("Saya lapar, makan saya saya, saya.");
  CHECK(result.truncated == 2);
  REQUIRE(result.tokens.size() == 4);
  CHECK(result.tokens[0] == Token{"saya", 2, true});
  CHECK(result.tokens[1] == Token{"lapar", 1, false});
  CHECK(vectorizer.tokenize("saya").truncated == 0);
  CHECK(vectorizer.vocabulary().size() == 5);
}

TEST_CASE("adapt: count descending, ties by bytes descending") {
  const Words texts = {"b a c", "B a", "d-e! c.", "[UNK] a"};
  // a 3; b 2, c 2; de 1, unk 1
  CHECK(adapt_vocabulary(texts, 0) == Words{"", "[UNK]", "a", "c", "b", "unk", "de"});
  CHECK(adapt_vocabulary(texts, 4) == Words{"", "[UNK]", "a", "c"});
  CHECK(adapt_vocabulary(texts, 2) == Words{"", "[UNK]"});
  CHECK(adapt_vocabulary(texts, 100).size() == 7);
  CHECK(adapt_vocabulary({}, 0) == Words{"", "[UNK]"});
  // Bytes, not signed characters: beyond ASCII comes first.
  CHECK(adapt_vocabulary(Words{"z \u00e9 a"}, 0) == Words{"", "[UNK]", "\u00e9", "z", "a"});
  CHECK_THROWS_WITH(adapt_vocabulary(texts, 1), Contains("max_tokens 1, expected 0"));
  CHECK_THROWS_WITH(adapt_vocabulary(texts, -3), Contains("max_tokens -3"));
}

TEST_CASE("10,000 random byte strings against a second implementation") {
  // Few different bytes, so that words repeat and every class of byte occurs.
  constexpr char kBytes[] =
      "ab AZz[]@`{ \t\n\v\f\r\x08\x0e\x1c\x7f\xc3\x89\xa0\x85\xff!~/:-\0"
      "a";
  const std::string alphabet(kBytes, sizeof kBytes - 1);
  const Words known = {"a", "b", "ab", "ba", "z", "az", "aa", "\xc3\x89", "\xff"};
  const TextVectorizer vectorizer = make(known, 8);
  std::map<std::string, Index> numbers;
  for (std::size_t i = 0; i < known.size(); ++i) numbers[known[i]] = static_cast<Index>(i) + 2;
  Index differences = 0, unknown = 0, truncated = 0;
  for (std::uint64_t round = 0; round < 10000; ++round) {
    const RandomStream random(99, round);
    std::string text;
    const std::uint64_t length = random.below(0, 40);
    for (std::uint64_t i = 1; i <= length; ++i)
      text.push_back(alphabet[static_cast<std::size_t>(random.below(i, alphabet.size()))]);

    const Words words = reference_tokens(text);
    std::vector<Real> expected(8, 0);
    const TokenizedText actual = vectorizer.tokenize(text);
    const std::size_t seen = std::min<std::size_t>(words.size(), 8);
    bool equal = actual.tokens.size() == seen && actual.truncated == static_cast<Index>(words.size() - seen);
    for (std::size_t i = 0; i < seen; ++i) {
      const auto number = numbers.find(words[i]);
      const Index id = number == numbers.end() ? 1 : number->second;
      expected[i] = static_cast<Real>(id);
      if (id == 1) ++unknown;
      equal = equal && i < actual.tokens.size() && actual.tokens[i] == Token{words[i], id, id != 1};
    }
    truncated += actual.truncated;
    if (!equal || ids(vectorizer, text) != expected) ++differences;
  }
  CHECK(differences == 0);
  CHECK(unknown > 1000);
  CHECK(truncated > 0);
}

TEST_CASE("all NusaX rows") {
  LAPIS_NEED_SHARED(folder, "data/nusax-senti/indonesian");
  const Words train = read_texts(folder / "train.csv");
  const Words test = read_texts(folder / "test.csv");
  REQUIRE(train.size() == 500);
  REQUIRE(test.size() == 400);
  const Words vocabulary = adapt_vocabulary(train, 0);
  // The number of words, the longest row and the unknown words as Keras found them.
  CHECK(vocabulary.size() == 2836);
  const TextVectorizer vectorizer({100, vocabulary});

  Index differences = 0;
  std::size_t longest = 0;
  std::vector<std::size_t> lengths;
  Words all = train;
  all.insert(all.end(), test.begin(), test.end());
  for (const Words& more : {read_texts(folder / "valid.csv")})
    all.insert(all.end(), more.begin(), more.end());
  REQUIRE(all.size() == 1000);
  for (const std::string& text : all) {
    REQUIRE_NOTHROW(check_text(text));
    const Words words = reference_tokens(text);
    const std::vector<Real> x = ids(vectorizer, text);
    longest = std::max(longest, words.size());
    lengths.push_back(words.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
      const auto id = static_cast<std::size_t>(x[i]);
      const bool right = i >= words.size() ? id == 0
                         : id == 1         ? std::count(vocabulary.begin(), vocabulary.end(), words[i]) == 0
                                           : vocabulary[id] == words[i];
      if (!right) ++differences;
    }
  }
  CHECK(differences == 0);
  CHECK(longest == 77);
  std::nth_element(lengths.begin(), lengths.begin() + 500, lengths.end());
  CHECK(lengths[500] == 19);

  double tokens = 0, unknown = 0;
  for (const std::string& text : test) {
    for (const Token& token : vectorizer.tokenize(text).tokens) {
      ++tokens;
      if (!token.known) ++unknown;
    }
  }
  CHECK(100 * unknown / tokens == Approx(15.7).margin(0.05));
}

TEST_CASE("texts that people hand in") {
  CHECK_NOTHROW(check_text("Saya lapar."));
  CHECK_NOTHROW(check_text("\u00e9\u4e2d\U0001F600"));
  CHECK_THROWS_WITH(check_text(""), "text: empty, expected at least one word");
  CHECK_THROWS_WITH(check_text(" .,!\n"),
                    "text: only white space and punctuation, expected at least one word");
  CHECK_THROWS_WITH(check_text("caf\xe9 a"), "text: byte 3 (0xe9) is not UTF-8; save the text as UTF-8");
  for (const char* bad :
       {"\x80", "\xc0\xaf", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xc3", "\xe4\xb8", "\xf0\x9f\x98"}) {
    CHECK_THROWS_WITH(check_text(std::string("ab") + bad), Contains("text: byte 2 "));
    CHECK_THROWS_WITH(check_text(std::string("ab") + bad + " c"), Contains("text: byte 2 "));
  }
  for (const char* good : {"\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
                           "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
    CHECK_NOTHROW(check_text(good));
  }
}

TEST_CASE("one megabyte of text") {
  std::string many, single(1 << 20, 'x');
  while (many.size() < 1 << 20) many += "makan enak ";
  const TextVectorizer vectorizer = make({"makan"}, 50);
  const auto begin = std::chrono::steady_clock::now();
  CHECK_THROWS_WITH(check_text(many), Contains("bytes, expected at most 100000; shorten it"));
  CHECK_NOTHROW(check_text(many.substr(0, lapis::kMaxTextBytes)));
  // The vectorizer itself takes any length.
  const TokenizedText result = vectorizer.tokenize(many);
  CHECK(result.tokens.size() == 50);
  CHECK(result.truncated == static_cast<Index>(many.size() / 11 * 2 - 50));
  CHECK(vectorizer.tokenize(single).tokens.size() == 1);
  CHECK(ids(vectorizer, many)[48] == 2);
  // 20 ms here; a quadratic one would take minutes.
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(2));
}

TEST_CASE("vocabularies that cannot be") {
  CHECK_THROWS_WITH(TextVectorizer({4, {}}), Contains("the vocabulary (0 entries) must start with"));
  CHECK_THROWS_WITH(TextVectorizer({4, {"", "a"}}), Contains("must start with \"\" and \"[UNK]\""));
  CHECK_THROWS_WITH(TextVectorizer({4, {"", "[UNK]", "a", "b", "a"}}),
                    Contains("entries 2 and 4 are both \"a\""));
  CHECK_THROWS_WITH(TextVectorizer({0, {"", "[UNK]"}}), Contains("sequence_length 0, expected at least 1"));
  CHECK_NOTHROW(TextVectorizer({1, {"", "[UNK]"}}));
}

TEST_CASE("a vectorizer that was moved still finds its words") {
  TextVectorizer first = make({"a", "b"}, 2);
  const TextVectorizer second = std::move(first);
  CHECK(ids(second, "b a") == std::vector<Real>{3, 2});
}
