// `lapis predict`: what a model makes of pictures, texts or tensors.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>
#include <numeric>
#include <string>

#include "commands.h"
#include "common.h"
#include "console.h"
#include "device.h"
#include "file.h"
#include "lapis/core/error.h"
#include "lapis/io/safetensors.h"
#include "lapis/train/metrics.h"
#include "picture.h"
#include "predictor.h"
#include "progress.h"

namespace lapis::native {
namespace {

constexpr std::size_t kMaxTextFileBytes = std::size_t{64} << 20;
constexpr int kBarWidth = 30;
/// Classes shown in plain output, most probable first.
constexpr std::size_t kMostClasses = 10;

struct Options {
  Additions additions;
  std::string model;
  std::vector<std::string> images, texts;
  std::string text_file, input, tensor;
  int threads = 0;
  Device device = Device::cpu;
  bool large = false;
  bool json = false;
};

/// Everything to predict: the network's input and, beside it, what to show for each sample.
struct Samples {
  Shape shape;          // of one
  std::vector<Real> x;  // [count, shape]
  std::vector<std::string> names;
  std::vector<TokenizedText> texts;  // for texts only

  Index count() const { return static_cast<Index>(names.size()); }
  Real* add(std::string name) {
    names.push_back(std::move(name));
    x.resize(x.size() + static_cast<std::size_t>(shape.size()));
    return x.data() + (x.size() - static_cast<std::size_t>(shape.size()));
  }
};

[[noreturn]] void refuse_input(const Options& options, const ModelFile& file, const char* given) {
  const std::string_view kind = input_kind(file.input);
  fail(options.model, ": the network reads ",
       kind == "image"  ? "pictures: use --image"
       : kind == "text" ? "texts: use --text"
                        : "numbers: use --input",
       ", not ", given);
}

/// A text for each of millions of values would be gigabytes.
void check_outputs(const Options& options, const ModelFile& file) {
  constexpr Index kMostOutputs = 100'000;
  const Index outputs = file.model.output_shape()[-1];
  if (file.labels.empty() && outputs > kMostOutputs)
    fail(options.model, ": puts out ", outputs, " values a row, at most ", kMostOutputs, " are shown");
}

/// Before the first sample is made: the file says how large it gets.
void check_sample(const Options& options, const ModelFile& file, const Shape& sample,
                  std::size_t given_bytes) {
  check_affordable(file.model, with_batch_in_front(1, sample), static_cast<double>(given_bytes),
                   options.large);
}

Samples read_images(const Options& options, const ModelFile& file) {
  const auto* input = std::get_if<ImageInput>(&file.input);
  if (input == nullptr) refuse_input(options, file, "--image");
  Samples samples{sample_shape(file), {}, {}, {}};
  Progress progress("reading", static_cast<long>(options.images.size()));
  for (const std::string& path : options.images) {
    const Picture picture = read_picture(path);
    if (samples.names.empty())
      check_sample(options, file, samples.shape, picture.pixels.size() * sizeof(Real));
    image_to_tensor({picture.pixels.data(), picture.width, picture.height, picture.channels}, *input,
                    samples.add(path));
    progress.update(static_cast<long>(samples.count()));
  }
  return samples;
}

void add_text(const TextVectorizer& vectorizer, const std::string& where, const std::string& text,
              Samples& samples) {
  try {
    check_text(text);
  } catch (const Error& error) {
    if (where.empty()) throw;
    throw error.inside(where);
  }
  vectorizer.text_to_tensor(text, samples.add(text));
  samples.texts.push_back(vectorizer.tokenize(text));
}

Samples read_texts(const Options& options, const ModelFile& file) {
  const auto* input = std::get_if<TextInput>(&file.input);
  if (input == nullptr) refuse_input(options, file, "--text");
  const TextVectorizer vectorizer(*input);
  Samples samples{sample_shape(file), {}, {}, {}};
  if (!options.texts.empty()) check_sample(options, file, samples.shape, options.texts[0].size());
  for (const std::string& text : options.texts) add_text(vectorizer, "", text, samples);
  if (!options.text_file.empty()) {
    const bool standard = options.text_file == "-";
    const std::string name = standard ? "standard input" : options.text_file;
    const std::vector<std::string> lines = split_lines(standard ? read_standard_input(kMaxTextFileBytes)
                                                                : read_text_file(name, kMaxTextFileBytes));
    if (lines.empty()) fail(name, ": the file is empty, expected one text a line");
    check_sample(options, file, samples.shape, lines[0].size());
    for (std::size_t i = 0; i < lines.size(); ++i) {
      add_text(vectorizer, name + ":" + std::to_string(i + 1), lines[i], samples);
    }
  }
  return samples;
}

const TensorView& find_tensor(const Options& options, const SafetensorsFile& tensors) {
  if (options.tensor.empty() && tensors.tensors.size() == 1) return tensors.tensors[0];
  const std::string name = options.tensor.empty() ? "input" : options.tensor;
  const TensorView* found = tensors.find(name);
  if (found == nullptr) {
    std::string names;
    for (const TensorView& tensor : tensors.tensors) names += (names.empty() ? "" : ", ") + tensor.name;
    fail(options.input, ": no tensor \"", name, "\"; there are: ", cut_to_width(names, 300));
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
    image_to_tensor({pixels, shape[2], shape[1], shape[3]}, input, samples.add(std::to_string(i)));
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
  for (Index i = 0; i < tensor.shape[0]; ++i) samples.names.push_back(std::to_string(i));
}

Samples read_tensor(const Options& options, const ModelFile& file) {
  const std::vector<std::byte> bytes = read_file(options.input);
  try {
    const SafetensorsFile tensors = read_safetensors(bytes);
    const TensorView& tensor = find_tensor(options, tensors);
    try {
      if (tensor.shape.rank() < 1 || tensor.shape.size() == 0) fail("shape ", tensor.shape, ": no samples");
      Samples samples{sample_shape(file), {}, {}, {}};
      const auto* image = std::get_if<ImageInput>(&file.input);
      if (tensor.dtype == Dtype::u8 && image != nullptr && tensor.shape.rank() == 4) {
        check_sample(options, file, samples.shape,
                     tensor.bytes.size() * sizeof(Real) / static_cast<std::size_t>(tensor.shape[0]));
        add_pictures(tensor, *image, samples);
      } else {
        add_numbers(tensor, file.model, samples);
        check_sample(options, file, samples.shape,
                     static_cast<std::size_t>(samples.shape.size()) * sizeof(Real));
      }
      return samples;
    } catch (const Error& error) {
      throw error.inside("tensor \"" + tensor.name + "\"");
    }
  } catch (const Error& error) {
    const std::string text = error.what();
    if (text.starts_with(options.input)) throw;
    throw error.inside(options.input);
  }
}

Samples read_samples(const Options& options, const ModelFile& file) {
  if (!options.images.empty()) return read_images(options, file);
  if (!options.input.empty()) return read_tensor(options, file);
  return read_texts(options, file);
}

Json tokens_json(const TokenizedText& text) {
  Json::Array tokens;
  for (const Token& token : text.tokens) {
    tokens.emplace_back(
        Json::Object{{"text", token.text}, {"id", std::int64_t{token.id}}, {"known", token.known}});
  }
  return tokens;
}

void print_json_result(const Options& options, const std::vector<std::string>& labels, const Samples& samples,
                       const std::vector<Real>& y) {
  const std::size_t classes = labels.size();
  Json::Array predictions;
  for (std::size_t i = 0; i < samples.names.size(); ++i) {
    const Real* row = y.data() + i * classes;
    Json::Array probabilities;
    for (std::size_t c = 0; c < classes; ++c) probabilities.emplace_back(static_cast<double>(row[c]));
    const auto best = static_cast<std::size_t>(argmax(row, static_cast<Index>(classes)));
    Json::Object prediction = {{"label", labels[best]}, {"probabilities", std::move(probabilities)}};
    if (!options.images.empty()) prediction.push_back({"image", to_utf8(samples.names[i])});
    if (!samples.texts.empty()) {
      prediction.push_back({"tokens", tokens_json(samples.texts[i])});
      prediction.push_back({"truncated", std::int64_t{samples.texts[i].truncated}});
    }
    predictions.emplace_back(std::move(prediction));
  }
  print_json(Json::Object{{"labels", to_json(labels)}, {"predictions", std::move(predictions)}});
}

/// The words that the network sees; those that it does not know stand in brackets.
std::string tokens_line(const TokenizedText& text, const Style& style) {
  std::string line;
  for (const Token& token : text.tokens) {
    line += line.empty() ? "" : " ";
    line += token.known ? token.text : style.warn + ("[" + token.text + "]") + style.off;
  }
  if (text.truncated > 0) line += " (+" + std::to_string(text.truncated) + " words that are not read)";
  return line;
}

void print_sample(const std::vector<std::string>& labels, const Real* row, const Style& style) {
  int width = 0;
  for (const std::string& label : labels) width = std::max(width, display_width(label));
  std::vector<std::size_t> order(labels.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [row](std::size_t a, std::size_t b) { return row[a] > row[b]; });
  for (std::size_t i = 0; i < std::min(order.size(), kMostClasses); ++i) {
    const std::size_t c = order[i];
    const auto value = static_cast<double>(row[c]);
    std::printf("  %s%s%s  %s  %s\n", i == 0 ? style.bold : "", pad_right(one_line(labels[c]), width).c_str(),
                i == 0 ? style.off : "", bar(value, kBarWidth).c_str(), format_fixed(value, 6).c_str());
  }
  if (order.size() > kMostClasses) std::printf("  and %zu more\n", order.size() - kMostClasses);
}

void print_plain(const std::vector<std::string>& labels, const Samples& samples, const std::vector<Real>& y) {
  const Style style(stdout);
  bool unknown = false;
  for (std::size_t i = 0; i < samples.names.size(); ++i) {
    if (i > 0) std::printf("\n");
    if (samples.texts.empty()) {
      std::printf("%s\n", one_line(samples.names[i]).c_str());
    } else {
      std::printf("%s\n", tokens_line(samples.texts[i], style).c_str());
      const std::vector<Token>& tokens = samples.texts[i].tokens;
      unknown |= std::any_of(tokens.begin(), tokens.end(), [](const Token& token) { return !token.known; });
    }
    print_sample(labels, y.data() + i * labels.size(), style);
  }
  if (unknown)
    std::printf("\n%s[word]: not among the words that the network knows%s\n", style.dim, style.off);
}

void predict(const Options& options) {
  const int given = (options.images.empty() ? 0 : 1) + (options.input.empty() ? 0 : 1) +
                    (options.texts.empty() && options.text_file.empty() ? 0 : 1);
  if (given != 1) fail("predict: give one of --image, --text (or --text-file) and --input");
  const ModelFile file = load_model(options.model, options.additions);
  check_outputs(options, file);
  const std::vector<std::string> labels = class_names(file);
  const Samples samples = read_samples(options, file);
  Predictor predictor(file.model, samples.shape, samples.count(),
                      make_backend(options.device, thread_count(options.threads)));
  Progress progress("predicting", static_cast<long>(samples.count()));
  const std::vector<Real> y =
      predictor.predict(samples.x, [&](Index done) { progress.update(static_cast<long>(done)); });
  progress.clear();
  if (y.size() != labels.size() * samples.names.size()) {
    fail(options.model, ": puts out ", file.model.output_shape(), ", expected one row of classes a sample");
  }
  if (options.json) {
    print_json_result(options, labels, samples, y);
  } else {
    print_plain(labels, samples, y);
  }
}

}  // namespace

void add_predict(CLI::App& app) {
  CLI::App* command = app.add_subcommand("predict", "Class probabilities of pictures, texts or tensors");
  const auto options = std::make_shared<Options>();
  command->add_option("model", options->model, "Model file (.safetensors, .keras or .h5)")->required();
  add_options(*command, options->additions);
  command->add_option("--image", options->images, "Picture files (PNG, JPEG, BMP, GIF, PNM)");
  command->add_option("--text", options->texts, "Texts, each in quotes");
  command->add_option("--text-file", options->text_file, "File with one text a line; - for standard input");
  command->add_option(
      "--input", options->input,
      "Tensors (.safetensors): [n, ...] numbers as the network reads them, or bytes [n, height, width, "
      "channels] of pictures");
  command->add_option("--tensor", options->tensor,
                      "Name of the tensor in --input; default: \"input\" or the only one");
  command->add_option("--threads", options->threads, "Default: all cores")->check(CLI::Range(1, 1024));
  add_device_option(*command, options->device);
  add_large_option(*command, options->large);
  command->add_flag("--json", options->json, "Print one JSON object");
  command->callback([options] { predict(*options); });
}

}  // namespace lapis::native
