// CONFIG 0xFF VOCABULARY 0xFF TEXT ...: a TextVectorization layer or a text input, and texts that go through
// it.

#include <algorithm>

#include "check.h"
#include "lapis/input/text.h"
#include "lapis/io/model_file.h"
#include "lapis/io/text_vectorization.h"

using namespace lapis;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Parts parts({data, size});
  TextInput input{8, {}};
  fuzz::is_done([&] {
    const Json json = Json::parse(parts[0]);
    const TextVectorization layer = read_text_vectorization(JsonCursor(json, "layer"));
    input = {layer.sequence_length, layer.vocabulary};
  });
  std::string written;
  if (fuzz::is_done([&] { written = input_to_json(input_from_json(parts[0])); }))
    fuzz::must_work("own input is refused", [&] {
      fuzz::must_be(input_to_json(input_from_json(written)) == written, "an input reads back as another",
                    written);
    });
  if (input.vocabulary.empty()) input.vocabulary = with_special_words(read_vocabulary_file(parts[1]));
  input.sequence_length = std::min<Index>(input.sequence_length, 4096);
  fuzz::is_done([&] {
    const TextVectorizer vectorizer(input);
    const auto words = static_cast<Real>(vectorizer.vocabulary().size());
    for (std::size_t i = 2; i < parts.size(); ++i) {
      fuzz::is_done([&] { check_text(parts[i]); });
      std::vector<Real> x(static_cast<std::size_t>(vectorizer.sequence_length()));
      vectorizer.text_to_tensor(parts[i], x.data());
      const TokenizedText text = vectorizer.tokenize(parts[i]);
      for (std::size_t k = 0; k < x.size(); ++k) {
        fuzz::must_be(x[k] >= 0 && x[k] < words, "an id outside the vocabulary");
        fuzz::must_be(x[k] == (k < text.tokens.size() ? static_cast<Real>(text.tokens[k].id) : 0),
                      "tokens and ids differ");
      }
    }
  });
  const std::vector<std::string> adapted = adapt_vocabulary(parts.all(), static_cast<Index>(size % 7));
  fuzz::must_work("an adapted vocabulary is refused", [&] { TextVectorizer({3, adapted}); });
  return 0;
}
