// Tokens, ids and adapted vocabularies equal Keras's TextVectorization: texts.safetensors, and the larger
// file that fuzz_text.py makes and names in LAPIS_TEXTS.
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>

#include "golden/golden_file.h"
#include "lapis/input/text.h"
#include "lapis/io/json.h"

using namespace lapis;
using namespace lapis_test;

namespace {

/// Strings that lie end to end in NAME/bytes; NAME/ends says where each ends.
std::vector<std::string> strings(const GoldenFile& file, const std::string& name) {
  const std::span<const std::byte> bytes = file.tensor(name + "/bytes").bytes;
  std::vector<std::string> list;
  std::size_t start = 0;
  for (const double at : file.doubles(name + "/ends")) {
    const auto end = static_cast<std::size_t>(at);
    list.emplace_back(reinterpret_cast<const char*>(bytes.data()) + start, end - start);
    start = end;
  }
  return list;
}

std::vector<std::string> words_of(const Json& json) {
  std::vector<std::string> words;
  for (const Json& word : *json.array()) words.push_back(*word.string());
  return words;
}

/// Differences between Keras's tokens and ids and ours.
int compare_texts(const GoldenFile& file) {
  const std::vector<std::string> vocabulary = words_of(Json::parse(file.file().metadata.at("vocabulary")));
  const std::vector<std::string> texts = strings(file, "text");
  const std::vector<std::string> tokens = strings(file, "tokens");
  const std::vector<double> ids = file.doubles("ids");
  const Index length = file.tensor("ids").shape[1];
  const TextVectorizer vectorizer({length, vocabulary});
  constexpr Index kAll = 1'000'000;
  const TextVectorizer unlimited({kAll, vocabulary});
  REQUIRE(tokens.size() == texts.size());
  int differences = 0;
  std::vector<Real> row(static_cast<std::size_t>(length));
  for (std::size_t i = 0; i < texts.size(); ++i) {
    std::string joined;
    for (const Token& token : unlimited.tokenize(texts[i]).tokens)
      joined += (joined.empty() ? "" : "\n") + token.text;
    vectorizer.text_to_tensor(texts[i], row.data());
    const bool same_ids =
        std::equal(row.begin(), row.end(),
                   ids.begin() + static_cast<std::ptrdiff_t>(i) * static_cast<std::ptrdiff_t>(length),
                   [](Real a, double b) { return static_cast<double>(a) == b; });
    if (joined != tokens[i] || !same_ids) {
      ++differences;
      UNSCOPED_INFO("text " << i << ": " << in_quotes(texts[i]));
    }
  }
  std::printf("texts: %zu, %d differences\n", texts.size(), differences);
  return differences;
}

int compare_vocabularies(const GoldenFile& file) {
  const std::vector<std::string> texts = strings(file, "adapt");
  const Json cases = Json::parse(file.file().metadata.at("adapt"));
  std::size_t at = 0;
  int differences = 0;
  for (const Json& one : *cases.array()) {
    const auto count = static_cast<std::size_t>(*one.find("texts")->integer());
    const auto most = static_cast<Index>(*one.find("max_tokens")->integer());
    REQUIRE(at + count <= texts.size());
    differences +=
        adapt_vocabulary(std::span(texts).subspan(at, count), most) != words_of(*one.find("vocabulary"));
    at += count;
  }
  CHECK(at == texts.size());
  std::printf("vocabularies: %zu, %d differences\n", cases.array()->size(), differences);
  return differences;
}

}  // namespace

TEST_CASE("texts: tokens, ids and vocabularies equal Keras's") {
  std::vector<std::filesystem::path> paths = {repository_path("tests/golden/texts.safetensors")};
  if (const char* const more = std::getenv("LAPIS_TEXTS"); more != nullptr) paths.emplace_back(more);
  for (const std::filesystem::path& path : paths) {
    const GoldenFile file(path);
    CHECK(compare_texts(file) == 0);
    CHECK(compare_vocabularies(file) == 0);
  }
}
