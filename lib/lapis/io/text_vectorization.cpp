#include "lapis/io/text_vectorization.h"

#include <algorithm>
#include <array>

#include "lapis/io/config_reader.h"
#include "lapis/io/config_values.h"

namespace lapis {

namespace {

void check_choice(ObjectReader& config, std::string_view key, std::string_view only) {
  if (const auto value = config.find(key))
    if (value->is_null() || value->string() != only)
      value->expected(in_quotes(only) + " (nothing else is supported)");
}

/// Bytes of the line end at `at`: \n \v \f \r \x1c-\x1e, U+0085, U+2028, U+2029; 0 where there is none.
std::size_t line_end(std::string_view text, std::size_t at) {
  static constexpr std::array<std::string_view, 11> kEnds = {
      "\r\n", "\n", "\v", "\f", "\r", "\x1c", "\x1d", "\x1e", "\xC2\x85", "\xE2\x80\xA8", "\xE2\x80\xA9"};
  for (const std::string_view end : kEnds)
    if (text.substr(at).starts_with(end)) return end.size();
  return 0;
}

}  // namespace

TextVectorization read_text_vectorization(const JsonCursor& layer) {
  ObjectReader reader(layer);
  reader.need("class_name");
  const JsonCursor object = reader.need("config");
  ignore_wrapping(reader);
  reader.finish();

  TextVectorization text;
  ObjectReader config(object);
  text.name = config.need("name").string();
  try {
    // The size of the vocabulary shows in the vocabulary; the rest says how it was made.
    for (const std::string_view key :
         {"trainable", "dtype", "max_tokens", "vocabulary_size", "batch_input_shape"})
      config.ignore(key);
    check_choice(config, "standardize", "lower_and_strip_punctuation");
    check_choice(config, "split", "whitespace");
    check_choice(config, "output_mode", "int");
    check_choice(config, "encoding", "utf-8");
    for (const std::string_view key : {"ngrams", "pad_to_max_tokens", "sparse", "ragged", "idf_weights"})
      read_off(config, key);
    text.sequence_length = config.need("output_sequence_length").integer(1);
    if (const auto words = config.find("vocabulary"); words && !words->is_null())
      text.vocabulary = with_special_words(words->strings());
    config.finish();
  } catch (const Error& error) {
    throw error.inside("layer " + in_quotes(text.name) + " (TextVectorization)");
  }
  return text;
}

std::vector<std::string> read_vocabulary_file(std::string_view text) {
  std::vector<std::string> words;
  std::size_t start = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = line_end(text, at);
    if (end > 0) words.emplace_back(text.substr(start, at - start));
    at += end > 0 ? end : 1;
    if (end > 0) start = at;
  }
  if (start < text.size()) words.emplace_back(text.substr(start));
  return words;
}

std::vector<std::string> with_special_words(std::vector<std::string> words) {
  constexpr std::string_view kUnknownWord = "[UNK]";
  if (words.empty() || !words[0].empty()) words.insert(words.begin(), std::string());
  if (words.size() < 2 || words[1] != kUnknownWord)
    words.insert(words.begin() + 1, std::string(kUnknownWord));
  return words;
}

}  // namespace lapis
