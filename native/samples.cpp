#include "samples.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include "common.h"
#include "console.h"
#include "file.h"
#include "lapis/core/error.h"
#include "lapis/io/safetensors.h"
#include "picture.h"
#include "progress.h"

namespace lapis::native {
namespace {

constexpr std::size_t kMaxTextFileBytes = std::size_t{64} << 20;

[[noreturn]] void refuse_input(const SampleSources& sources, const ModelFile& file, const char* given) {
  const std::string_view kind = input_kind(file.input);
  fail(sources.model, ": the network reads ",
       kind == "image"  ? "pictures: use --image"
       : kind == "text" ? "texts: use --text"
                        : "numbers: use --input",
       ", not ", given);
}

/// Before the first sample is made: the file says how large it gets.
void check_sample(const SampleSources& sources, const ModelFile& file, const Shape& sample,
                  std::size_t given_bytes) {
  check_affordable(file.model, with_batch_in_front(1, sample), static_cast<double>(given_bytes),
                   sources.large);
}

Samples read_images(const SampleSources& sources, const ModelFile& file) {
  const auto* input = std::get_if<ImageInput>(&file.input);
  if (input == nullptr) refuse_input(sources, file, "--image");
  Samples samples{sample_shape(file), {}, {}};
  std::vector<Real> x;  // of one
  Progress progress("reading", static_cast<long>(sources.images.size()));
  for (const std::string& path : sources.images) {
    try {
      const Picture picture = read_picture(path);
      if (x.empty()) check_sample(sources, file, samples.shape, picture.pixels.size() * sizeof(Real));
      x.resize(static_cast<std::size_t>(samples.shape.size()));
      image_to_tensor({picture.pixels.data(), picture.width, picture.height, picture.channels}, *input,
                      x.data());
      std::copy(x.begin(), x.end(), samples.add({.name = path}));
    } catch (const Error& error) {
      samples.add_failed({.name = path}, error.what());
    }
    progress.update(static_cast<long>(samples.all.size()));
  }
  return samples;
}

void add_text(const TextVectorizer& vectorizer, Sample sample, Samples& samples) {
  const std::string& text = sample.name;
  try {
    check_text(text);
  } catch (const Error& error) {
    const std::string where = sample.where;
    return samples.add_failed(std::move(sample), where.empty() ? error.what() : where + ": " + error.what());
  }
  sample.text = vectorizer.tokenize(text);
  vectorizer.text_to_tensor(text, samples.add(sample));
}

Samples read_texts(const SampleSources& sources, const ModelFile& file) {
  const auto* input = std::get_if<TextInput>(&file.input);
  if (input == nullptr) refuse_input(sources, file, "--text");
  const TextVectorizer vectorizer(*input);
  Samples samples{sample_shape(file), {}, {}};
  if (!sources.texts.empty()) check_sample(sources, file, samples.shape, sources.texts[0].size());
  for (const std::string& text : sources.texts) add_text(vectorizer, {.name = text}, samples);
  if (!sources.text_file.empty()) {
    const bool standard = sources.text_file == "-";
    const std::string name = standard ? "standard input" : sources.text_file;
    const std::vector<std::string> lines = split_lines(standard ? read_standard_input(kMaxTextFileBytes)
                                                                : read_text_file(name, kMaxTextFileBytes));
    if (lines.empty()) fail(name, ": the file is empty, expected one text a line");
    check_sample(sources, file, samples.shape, lines[0].size());
    for (std::size_t i = 0; i < lines.size(); ++i) {
      add_text(vectorizer, {.name = lines[i], .where = name + ":" + std::to_string(i + 1)}, samples);
    }
  }
  return samples;
}

const TensorView& find_tensor(const SampleSources& sources, const SafetensorsFile& tensors) {
  if (sources.tensor.empty() && tensors.tensors.size() == 1) return tensors.tensors[0];
  const std::string name = sources.tensor.empty() ? "input" : sources.tensor;
  const TensorView* found = tensors.find(name);
  if (found == nullptr) {
    std::string names;
    for (const TensorView& tensor : tensors.tensors) names += (names.empty() ? "" : ", ") + tensor.name;
    fail(sources.input, ": no tensor \"", name, "\"; there are: ", cut_to_width(names, 300));
  }
  return *found;
}

/// Bytes [n, height, width, channels] of pictures, through the network's own pipeline.
void add_pictures(const TensorView& tensor, const ImageInput& input, Samples& samples) {
  const Shape& shape = tensor.shape;
  const auto size = static_cast<std::size_t>(shape[1] * shape[2] * shape[3]);
  const std::span<const std::uint8_t> bytes = as_octets(tensor.bytes);
  for (Index i = 0; i < shape[0]; ++i) {
    const std::uint8_t* pixels = bytes.data() + static_cast<std::size_t>(i) * size;
    image_to_tensor({pixels, shape[2], shape[1], shape[3]}, input, samples.add({.name = std::to_string(i)}));
  }
}

/// Numbers as the network reads them: [n, sample].
void add_numbers(const TensorView& tensor, const Model& model, Samples& samples) {
  samples.shape = tensor.shape.without_batch();
  const Shape expected = model.input_shape().without_batch();
  bool fits = samples.shape.rank() == expected.rank();
  for (int axis = 0; fits && axis < expected.rank(); ++axis) {
    fits = expected[axis] == kUnknown || expected[axis] == samples.shape[axis];
  }
  if (!fits) fail("shape ", tensor.shape, ", expected ", model.input_shape());
  samples.x.resize(static_cast<std::size_t>(tensor.shape.size()));
  read_values(tensor, samples.x);
  const auto bad =
      std::find_if_not(samples.x.begin(), samples.x.end(), [](Real value) { return std::isfinite(value); });
  if (bad != samples.x.end()) fail("element ", bad - samples.x.begin(), " is not a finite number");
  for (Index i = 0; i < tensor.shape[0]; ++i) samples.all.push_back({.name = std::to_string(i)});
}

Samples read_tensor(const SampleSources& sources, const ModelFile& file) {
  const std::vector<std::byte> bytes = read_file(sources.input);
  try {
    const SafetensorsFile tensors = read_safetensors(bytes);
    const TensorView& tensor = find_tensor(sources, tensors);
    try {
      if (tensor.shape.rank() < 1 || tensor.shape.size() == 0) fail("shape ", tensor.shape, ": no samples");
      Samples samples{sample_shape(file), {}, {}};
      const auto* image = std::get_if<ImageInput>(&file.input);
      if (tensor.dtype == Dtype::u8 && image != nullptr && tensor.shape.rank() == 4) {
        check_sample(sources, file, samples.shape,
                     tensor.bytes.size() * sizeof(Real) / static_cast<std::size_t>(tensor.shape[0]));
        add_pictures(tensor, *image, samples);
      } else {
        add_numbers(tensor, file.model, samples);
        check_sample(sources, file, samples.shape,
                     static_cast<std::size_t>(samples.shape.size()) * sizeof(Real));
      }
      return samples;
    } catch (const Error& error) {
      throw error.inside("tensor \"" + tensor.name + "\"");
    }
  } catch (const Error& error) {
    const std::string text = error.what();
    if (text.starts_with(sources.input)) throw;
    throw error.inside(sources.input);
  }
}

}  // namespace

Index Samples::answered() const {
  return std::count_if(all.begin(), all.end(), [](const Sample& sample) { return sample.error.empty(); });
}

Real* Samples::add(Sample sample) {
  all.push_back(std::move(sample));
  const auto size = static_cast<std::size_t>(shape.size());
  x.resize(x.size() + size);
  return x.data() + (x.size() - size);
}

void Samples::add_failed(Sample sample, const std::string& error) {
  sample.error = error;
  all.push_back(std::move(sample));
}

Samples read_samples(const SampleSources& sources, const ModelFile& file) {
  if (!sources.images.empty()) return read_images(sources, file);
  if (!sources.input.empty()) return read_tensor(sources, file);
  return read_texts(sources, file);
}

}  // namespace lapis::native
