#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lapis/input/text.h"
#include "lapis/io/json_reader.h"

/// Keras's TextVectorization, which stands as a layer in a Keras file and is the text input here.
namespace lapis {

inline constexpr std::string_view kTextVectorization = "TextVectorization";

struct TextVectorization {
  std::string name;
  Index sequence_length = 0;
  std::vector<std::string> vocabulary;  // with "" and "[UNK]" in front; empty: the config has none
};

/// `{"class_name": "TextVectorization", "config": {...}}`. Throws Error for options other than the ones that
/// input/text.h equals, naming the layer.
TextVectorization read_text_vectorization(const JsonCursor& layer);

/// The entries of a vocabulary.txt as Keras reads it back: Python's str.splitlines().
std::vector<std::string> read_vocabulary_file(std::string_view text);

/// `words` with "" and "[UNK]" in front, where they do not stand there already.
std::vector<std::string> with_special_words(std::vector<std::string> words);

}  // namespace lapis
