#include "common.h"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <thread>

#include "file.h"
#include "file_kind.h"
#include "keras_file.h"
#include "lapis/core/error.h"
#include "lapis/core/utf8.h"
#include "lapis/io/model_metadata.h"
#include "lapis/model/cost.h"

namespace lapis::native {
namespace {

constexpr std::size_t kMaxAdditionBytes = std::size_t{16} << 20;

/// The time in Keras's form, "2026-11-23@18:57:06".
std::string date_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  localtime_r(&now, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%d@%H:%M:%S", &parts)};
}

}  // namespace

ModelFile load_model(const std::string& path) {
  if (exists(path + "/saved_model.pb"))
    fail(path,
         ": a TensorFlow SavedModel, expected a file: in Keras, save it with model.save(\"NAME.keras\")");
  const std::vector<std::byte> bytes = read_file(path, [&](std::span<const std::byte> start) {
    if (is_keras_file(start) || is_safetensors(start)) return;
    const std::string kind = foreign_kind(start);
    refuse_foreign(path + ": " + (kind.empty() ? "no model file" : kind));
  });
  try {
    if (is_keras_file(bytes)) return read_keras_file(bytes);
    if (const std::string kind = foreign_kind(bytes); !kind.empty()) refuse_foreign(kind);
    return read_model(bytes);
  } catch (const Error& error) {
    throw error.inside(path);
  }
}

void add_options(CLI::App& command, Additions& additions) {
  command.add_option("--pipeline", additions.pipeline,
                     "JSON file that says how pictures or texts become the input, for files that do not: "
                     R"({"kind": "image", "width": 32, "height": 32, "scale": 0.00392157})");
  command.add_option("--labels", additions.labels,
                     "Text file with one label a line, in the order of the classes");
}

ModelFile load_model(const std::string& path, const Additions& additions) {
  ModelFile file = load_model(path);
  try {
    if (!additions.pipeline.empty()) {
      file.input = input_from_json(read_text_file(additions.pipeline, kMaxAdditionBytes));
      check_input(file.model, file.input);
    }
  } catch (const Error& error) {
    throw error.inside(additions.pipeline);
  }
  try {
    if (!additions.labels.empty()) {
      file.labels = split_lines(read_text_file(additions.labels, kMaxAdditionBytes));
      if (file.labels.empty()) fail("the file is empty, expected one label a line");
      check_labels(file.model, file.labels);
    }
  } catch (const Error& error) {
    throw error.inside(additions.labels);
  }
  return file;
}

SavedFormat saved_format(const std::string& path, bool f16) {
  if (path.ends_with(".keras")) {
    if (f16) fail(path, ": --f16 is for .safetensors, not .keras");
    return {.is_keras = true};
  }
  if (path.ends_with(".h5")) fail(path, ": .h5 is not written, Keras 3 reads .keras: give it that ending");
  if (!path.ends_with(".safetensors") && !is_special(path))
    fail(path, ": the ending decides the format: expected .safetensors or .keras");
  return {.precision = f16 ? Precision::f16 : Precision::f32};
}

std::vector<std::byte> model_bytes(const ModelFile& file, const SavedFormat& format) {
  return format.is_keras ? write_keras_file(file, date_now()) : write_model(file, format.precision);
}

void save_model(const std::string& path, const ModelFile& file, const SavedFormat& format) {
  write_file_atomically(path, model_bytes(file, format));
}

int thread_count(int asked) {
  return asked > 0 ? asked : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

Shape sample_shape(const ModelFile& file) {
  if (const auto* image = std::get_if<ImageInput>(&file.input))
    return {image->height, image->width, image->channels};
  if (const auto* text = std::get_if<TextInput>(&file.input)) return {text->sequence_length};
  return file.model.input_shape().without_batch();
}

Shape with_batch_in_front(Index batch, const Shape& sample) {
  Shape shape{batch};
  for (int axis = 0; axis < sample.rank(); ++axis) shape.push_back(sample[axis]);
  return shape;
}

void add_large_option(CLI::App& command, bool& large) {
  command.add_flag("--large", large, "Refuse nothing for the work or memory that the model takes");
}

void check_affordable(const Model& model, const Shape& x, double given_bytes, bool large) {
  if (large) return;
  check_cost(model, *make_cpu_backend(1), x, given_bytes, "; --large runs it all the same");
}

std::vector<std::string> split_lines(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    if (lines.back().ends_with('\r')) lines.back().pop_back();
    at = end + 1;
  }
  return lines;
}

Json output_json(const OutputMeaning& meaning, const Shape& shape) {
  Json applied;
  if (meaning.applied == Activation::softmax) applied = "softmax";
  if (meaning.applied == Activation::sigmoid) applied = "sigmoid";
  return Json::Object{
      {"kind", meaning_name(meaning.kind)}, {"applied", std::move(applied)}, {"shape", to_json(shape)}};
}

void print_json(const Json& json) {
  const std::string text = json.dump() + "\n";
  std::fwrite(text.data(), 1, text.size(), stdout);
}

std::string to_utf8(const std::string& text) {
  std::string clean;
  std::string_view rest = text;
  while (const auto bad = find_not_utf8(rest)) {
    clean += rest.substr(0, *bad);
    clean += '?';
    rest.remove_prefix(*bad + 1);
  }
  return clean += rest;
}

Json to_json(const Shape& shape) {
  Json::Array sizes;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    sizes.push_back(shape[axis] == kUnknown ? Json() : Json(std::int64_t{shape[axis]}));
  }
  return sizes;
}

Json to_json(const std::vector<std::string>& texts) {
  Json::Array list;
  for (const std::string& text : texts) list.emplace_back(text);
  return list;
}

}  // namespace lapis::native
